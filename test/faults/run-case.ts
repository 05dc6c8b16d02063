import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Context} from '../../src/base/context.ts';
import {createFetch} from '../../src/http/fetch.ts';
import {run} from '../../src/main.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {memoryStream} from '../helpers/context.ts';
import {CaseClock} from './case-clock.ts';
import type {Column} from './columns.ts';
import type {Expectation} from './expectation.ts';
import {serveCase, type CaseServer} from './serve-case.ts';

/** Two windows of a day, three pages each, asked half a day later. */
const startMs = Date.UTC(2026, 2, 4, 12);
export const range = ['--since', '2026-03-02T00:00:00Z', '--until', '2026-03-04T00:00:00Z'];
export const paging = ['--window', '1d', '--page-size', '5'];
/** One request at a time, so that the third one is always the same. */
export const pace = ['--rate', '1000/1s', '--concurrency', '1', '--retries', '2'];

/** The parts of a summary that are looked at. */
export interface CaseSummary {
	readonly status: string;
	readonly records: number;
	readonly requests: number;
	readonly retries: number;
	readonly problems: ReadonlyArray<{readonly kind: string}>;
	readonly error?: string;
}

/** What one run left. */
export interface CaseRun {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
	/** As written; undefined where there is none. */
	readonly summaryText: string | undefined;
	readonly summary: CaseSummary | undefined;
	/** The output under its name. */
	readonly output: string | undefined;
	/** The output under its name, or else what there is of it. */
	readonly written: string;
	/** Every value that must not be told. */
	readonly secrets: readonly string[];
}

/** What one source did under one fault, and then without. */
export interface CaseResult {
	readonly faulty: CaseRun;
	/** The same command against the healthy sandbox; undefined where there was nothing left to do. */
	readonly healthy: CaseRun | undefined;
	readonly sent: readonly string[];
	/** How often the fault did something. */
	readonly faults: number;
}

/** Runs one source under one fault, over HTTP on loopback, and once more when the fault has gone. */
export async function runCase(column: Column, {rule, timeout = '10s', options = [], inexact}: Omit<Expectation, 'promise' | 'expect'>): Promise<CaseResult> {
	const clock = new CaseClock(startMs, inexact === true);
	const server = await serveCase(column, clock, rule);
	const directory = await mkdtemp(join(tmpdir(), 'audit-export-faults-'));
	const args = [...column.args, ...range, ...paging, ...pace, '--timeout', timeout, ...options];
	try {
		const faulty = await runOnce(args, {column, server, directory, clock});
		const sent = [...server.sent];
		const faults = server.faults();
		server.heal();
		const healthy = faulty.code === 0 ? undefined : await runOnce(args, {column, server, directory, clock});
		return {faulty, healthy, sent, faults};
	} finally {
		await server.close();
		await rm(directory, {recursive: true, force: true});
	}
}

/** The rows of a source as a healthy sandbox serves them, asked for in another way. */
export async function rowsOf(column: Column): Promise<readonly string[]> {
	const clock = new CaseClock(startMs, false);
	const server = await serveCase(column, clock);
	const directory = await mkdtemp(join(tmpdir(), 'audit-export-faults-'));
	try {
		const {code, written, stderr} = await runOnce([...column.args, ...range, '--window', '23h', '--page-size', '50', '--rate', '1000/1s'], {column, server, directory, clock});
		if (code !== 0) throw new Error(`${column.name} cannot be exported from a healthy sandbox: ${stderr}`);
		return wholeLines(written);
	} finally {
		await server.close();
		await rm(directory, {recursive: true, force: true});
	}
}

/** The lines of a text of whole lines. */
export function wholeLines(text: string): string[] {
	return text.split('\n').slice(0, -1);
}

async function runOnce(args: readonly string[], {column: {profile}, server, directory, clock}: {column: Column; server: CaseServer; directory: string; clock: CaseClock}): Promise<CaseRun> {
	if (profile !== undefined) await writeFile(join(directory, 'profile.yaml'), JSON.stringify(profile));
	const env = {XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory, TZ: 'UTC', ...server.signIn()};
	const stdout = memoryStream();
	const stderr = memoryStream();
	const context: Context = {
		env, cwd: directory, stdout, stderr,
		fetch: createFetch(env),
		now: clock.now, monotonic: clock.monotonic, sleep: clock.sleep, random: () => 0.5,
		masker: new Masker(),
		signal: new AbortController().signal,
	};
	const files = ['-o', 'out.ndjson', '--summary', 'summary.json', '--base-url', server.url];
	const code = await run(['node', 'audit-export', ...args, ...files], '0.0.0', context);
	const read = async (name: string) => (await readdir(directory)).includes(name) ? readFile(join(directory, name), 'utf8') : undefined;
	const output = await read('out.ndjson');
	const summaryText = await read('summary.json');
	return {
		code, stdout: stdout.text(), stderr: stderr.text(), summaryText,
		summary: summaryText === undefined ? undefined : JSON.parse(summaryText) as CaseSummary,
		output, written: output ?? await read('out.ndjson.partial') ?? '',
		secrets: secretsOf(env, server.sent),
	};
}

function secretsOf(env: Readonly<Record<string, string>>, sent: readonly string[]): string[] {
	const given = Object.entries(env).filter(([name]) => /SECRET|TOKEN|COOKIE/.test(name)).map(([, value]) => value);
	const issued = sent.flatMap(text => [...text.matchAll(/"(?:tenant_access_token|access_token)":"((?:[^"\\]|\\.)+)"/g)].map(([, token = '']) => token));
	return [...given, ...issued].filter(value => value.length > 3);
}
