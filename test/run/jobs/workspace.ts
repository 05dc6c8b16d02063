import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {onTestFinished} from 'vitest';
import type {Fetch} from '../../../src/base/context.ts';
import {runCommand, type Ran} from '../../helpers/context.ts';
import type {FakeApi, FakeRow} from '../../helpers/fake-api.ts';
import {VirtualClock} from '../../helpers/virtual-clock.ts';

/** Where the tests' clocks stand first. */
export const start = Date.UTC(2026, 10, 20, 12);

/** Options that `runCommand` takes, the working directory aside. */
type Running = Partial<Omit<Parameters<typeof runCommand>[1], 'cwd'>>;

/** A directory with a configuration in it, removed when the test ends. */
export interface Workspace {
	readonly dir: string;
	/** Runs a command line there. */
	run(args: readonly string[], running?: Running): Promise<Ran>;
	/** The text of a file in it. */
	read(path: string): Promise<string>;
	/** The ids in an archive, in the order of its files. */
	ids(archive: string): Promise<string[]>;
	/** Every file below the directory, sorted. */
	files(): Promise<string[]>;
}

/** Makes a workspace whose configuration holds these jobs, and what else is given. */
export async function createWorkspace(jobs: Readonly<Record<string, unknown>>, {fetch = noNetwork, ...config}: {fetch?: Fetch; [key: string]: unknown} = {}): Promise<Workspace> {
	const dir = await mkdtemp(join(tmpdir(), 'audit-export-jobs-'));
	onTestFinished(async () => rm(dir, {recursive: true, force: true}));
	await writeFile(join(dir, 'audit-export.config.json'), JSON.stringify({...config, jobs}), {mode: 0o600});
	const files = async () => (await readdir(dir, {recursive: true, withFileTypes: true}))
		.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(dir.length + 1)).toSorted();
	return {
		dir,
		run: async (args, running = {}) => runCommand(args, {fetch, ...running, cwd: dir}),
		read: async path => readFile(join(dir, path), 'utf8'),
		async ids(archive) {
			const segments = (await files()).filter(file => file.startsWith(`${archive}/data/dt=`));
			const texts = await Promise.all(segments.map(async file => readFile(join(dir, file))));
			return texts.flatMap((bytes, index) => (segments[index]?.endsWith('.gz') === true ? gunzipSync(bytes) : bytes).toString('utf8').split('\n'))
				.filter(line => line !== '').map(line => {
					const row = JSON.parse(line) as {id?: string; log_id?: string};
					return row.id ?? row.log_id ?? '';
				});
		},
		files,
	};
}

/** Fails the test that sends something. */
export const noNetwork: Fetch = async input => {
	throw new Error(`nothing may be sent: ${String(input instanceof Request ? input.url : input)}`);
};

/** Answers each request by the fake API of its vendor. */
export function vendorsOf({feishu, trae}: {feishu?: FakeApi; trae?: FakeApi}): Fetch {
	return async (input, init) => {
		const {hostname} = new URL(input instanceof Request ? input.url : input);
		const api = hostname.includes('feishu') ? feishu : trae;
		if (api === undefined) throw new Error(`no fake API for ${hostname}`);
		return api.fetch(input, init);
	};
}

/** A row every `everySeconds` of the hours before `start`. */
export function rowsOf(hours: number, {everySeconds = 600, name = 'row'}: {everySeconds?: number; name?: string} = {}): FakeRow[] {
	const count = Math.floor(hours * 3600 / everySeconds);
	return Array.from({length: count}, (_, index) => ({id: `${name}-${index}`, time: start / 1000 - hours * 3600 + index * everySeconds}));
}

/** A clock that stands at `start`, or later. */
export function clockAt(afterMs = 0): VirtualClock {
	return new VirtualClock(start + afterMs);
}
