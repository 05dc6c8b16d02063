import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {build} from 'esbuild';
import {onTestFinished} from 'vitest';
import {openFileOutput, type FileOutputOptions} from '../../src/output/file-output.ts';
import type {Output} from '../../src/output/output.ts';

/** A directory that is removed after the test. */
export async function temporaryDirectory(): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'audit-export-output-'));
	onTestFinished(async () => rm(directory, {recursive: true, force: true}));
	return directory;
}

/** The names in a directory, sorted. */
export async function namesIn(directory: string): Promise<string[]> {
	return (await readdir(directory)).toSorted();
}

export const since = Date.parse('2026-11-01T00:00:00Z');
export const until = Date.parse('2026-11-02T00:00:00Z');

/** A resumable output of one fixed query, and what it noticed. */
export async function openTestOutput(path: string, options: Partial<FileOutputOptions> = {}): Promise<{output: Output; notices: string[]}> {
	const notices: string[] = [];
	const output = await openFileOutput({
		path,
		resume: true,
		resumable: true,
		fingerprint: 'query-1',
		range: {since, until, slidingSince: false, slidingUntil: false},
		now: () => until,
		monotonic: () => 0,
		signal: new AbortController().signal,
		sleep: async ms => new Promise(done => {
			setTimeout(done, ms);
		}),
		notice: message => notices.push(message),
		...options,
	});
	return {output, notices};
}

/** A program that runs in a process of its own, killed after the test at the latest. */
export interface Child {
	readonly process: ChildProcess;
	/** Resolves with everything on stdout once it contains `text`; rejects when the process ends before. */
	until(text: string): Promise<string>;
	/** Resolves when the process has ended. */
	ended(): Promise<{status: number | null; stdout: string; stderr: string}>;
}

/**
 * Runs TypeScript in a child process, below a shell when `shell` is given (`$CHILD` is the command that runs it).
 * The program may import the modules of `src/output/` as `./src/<file>`.
 */
export async function runChild(program: string, {shell}: {shell?: string} = {}): Promise<Child> {
	const directory = await temporaryDirectory();
	const outfile = join(directory, 'child.cjs');
	await build({
		stdin: {contents: program, loader: 'ts', resolveDir: join(import.meta.dirname, '../../src/output')},
		outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning',
	});
	const child = shell === undefined
		? spawn(process.execPath, [outfile])
		: spawn('sh', ['-c', shell], {env: {...process.env, CHILD: `${process.execPath} ${outfile}`}});
	let stdout = '';
	let stderr = '';
	const ended = new Promise<number | null>(resolve => {
		child.on('close', resolve);
	});
	child.stderr.on('data', (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	child.stdout.on('data', (chunk: Buffer) => {
		stdout += chunk.toString();
	});
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await ended;
	});
	return {
		process: child,
		until: async text => new Promise((resolve, reject) => {
			const look = () => {
				if (stdout.includes(text)) resolve(stdout);
			};
			child.stdout.on('data', look);
			child.on('close', () => {
				reject(new Error(`ended without saying ${text}: ${stderr}`));
			});
			look();
		}),
		ended: async () => ({status: await ended, stdout, stderr}),
	};
}
