import {lstatSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import type {Fetch} from '../../src/base/context.ts';
import {secretKindOf} from '../../src/json/secrets/names.ts';

/** Shorter values are words that stand anywhere. */
const leastLength = 8;
/** The only files that are there to hold secrets. */
const sessionStores: ReadonlySet<string> = new Set(['tokens.json', 'console-sessions.json']);

/** The secrets of one run, as they become known. */
export class Secrets {
	readonly #values = new Set<string>();
	/** Bodies that are still being read. */
	readonly #reading: Array<Promise<void>> = [];

	/** Takes those of an environment: by the names of its variables, and passwords in URLs. */
	constructor(env: Readonly<Record<string, string | undefined>>) {
		for (const [name, value = ''] of Object.entries(env)) {
			if (secretKindOf(name) !== undefined || name === 'FEISHU_CONSOLE_COOKIE') this.add(value);
			if (/proxy/i.test(name) && URL.canParse(value)) this.add(decodeURIComponent(new URL(value).password));
		}
	}

	add(value: string): void {
		if (value.length >= leastLength) this.#values.add(value);
	}

	/** A `fetch` that learns the secrets which go through it: those that are sent, and the tokens that come back. */
	watch(fetch: Fetch): Fetch {
		return async (input, init) => {
			const request = input instanceof Request ? input.clone() : new Request(input, init);
			for (const [name, value] of request.headers) {
				if (secretKindOf(name) === undefined) continue;
				this.add(value.replace(/^\w+ +/, ''));
				for (const cookie of name === 'cookie' ? value.split(/; */) : []) this.add(cookie.replace(/^[^=]*=/, ''));
			}
			const isSignIn = /token|oauth|auth/.test(new URL(request.url).pathname);
			if (isSignIn) this.#read(request);
			const response = await fetch(input, init);
			if (isSignIn) this.#read(response.clone());
			return response;
		};
	}

	/** Settles when everything that came by is known. */
	async settled(): Promise<void> {
		await Promise.all(this.#reading);
	}

	/** Which of the secrets stand in a text, in whichever spelling. */
	in(text: string): string[] {
		return [...this.#values].filter(value => [
			value, encodeURIComponent(value), new URLSearchParams([['', value]]).toString().slice(1), JSON.stringify(value).slice(1, -1),
			Buffer.from(value).toString('base64').slice(0, Math.floor(value.length / 3) * 4),
		].some(spelling => text.includes(spelling)));
	}

	#read(body: Pick<Request, 'text'>): void {
		const read = async () => {
			this.#learn(await body.text());
		};
		// One that breaks off holds nothing that could be used.
		this.#reading.push(read().catch(() => undefined));
	}

	#learn(text: string): void {
		const learn = (value: unknown): void => {
			if (typeof value !== 'object' || value === null) return;
			for (const [name, member] of Object.entries(value)) {
				if (typeof member === 'string' && secretKindOf(name) !== undefined) this.add(member);
				else learn(member);
			}
		};
		try {
			learn(JSON.parse(text));
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			learn(Object.fromEntries(new URLSearchParams(text)));
		}
	}
}

/** The files below directories, to tell later which were written since. Each path with when it was changed. */
export function filesBelow(directories: readonly string[]): Map<string, number> {
	const found = new Map<string, number>();
	for (const directory of directories) {
		for (const path of filesIn(directory)) found.set(path, lstatSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0);
	}
	return found;
}

/**
 * Fails when a secret of a run got out.
 * @param texts what it wrote, by the name of the stream
 * @param files its directories, and which files were in them before it
 */
export function requireNoLeak(secrets: Secrets, texts: Readonly<Record<string, string>>, {directories, before}: {directories: readonly string[]; before: ReadonlyMap<string, number>}): void {
	for (const [name, text] of Object.entries(texts)) report(name, secrets.in(text));
	for (const [path, changedAt] of filesBelow(directories)) {
		const name = path.slice(path.lastIndexOf('/') + 1);
		if (before.get(path) === changedAt || sessionStores.has(name)) continue;
		const bytes = readFileSync(path);
		report(path, secrets.in((name.endsWith('.gz') ? unzipped(bytes) : bytes).toString('utf8')));
	}
}

function report(place: string, found: readonly string[]): void {
	if (found.length > 0) throw new Error(`${place} holds ${found.length} secret${found.length === 1 ? '' : 's'} of the run that wrote it: ${found.map(value => JSON.stringify(value.slice(0, 40))).join(', ')}`);
}

function filesIn(directory: string): string[] {
	try {
		return readdirSync(directory, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
	} catch (error) {
		// It was never made, or somebody else is just clearing it away.
		if (error instanceof Error && 'code' in error) return [];
		throw error;
	}
}

function unzipped(bytes: Buffer): Buffer {
	try {
		return gunzipSync(bytes);
	} catch {
		// Damaged on purpose.
		return bytes;
	}
}
