import {spawn, type ChildProcess, type StdioOptions} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, onTestFinished, vi} from 'vitest';
import {filesBelow, requireNoLeak, Secrets} from '../helpers/leaks.ts';
import {createSandbox, serveSandbox, type SandboxOptions, type SandboxRequest} from '../../src/sandbox/index.ts';

/** The binary as a user starts it. */
export const binary = fileURLToPath(new URL('../../bin/audit-export.js', import.meta.url));

/** A day that the sandbox has rows of. */
export const day = ['--since', '2026-03-04T00:00:00Z', '--until', '2026-03-05T00:00:00Z'];

/** A directory that is removed when the test ends. */
export function temporaryDirectory(): string {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-cli-'));
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return path;
}

export interface Ended {
	/** The exit code, or null when a signal ended the process. */
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Running {
	readonly process: ChildProcess;
	/** What has come out so far. */
	readonly stdout: () => string;
	readonly stderr: () => string;
	/** Settles when the process has ended and its streams are closed. */
	readonly ended: Promise<Ended>;
}

/** How a process is started; `stdout` is a descriptor in place of a pipe, `uid` another user, as only root can. */
export interface StartOptions {
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	readonly stdout?: number;
	readonly uid?: number | undefined;
}

/**
 * Starts a program with nothing of this process's environment but the way to find programs. No secret of its environment,
 * and no token of a sandbox, may stand in what it writes until the test ends.
 */
export function startProgram(file: string, args: readonly string[], {env = {}, cwd = temporaryDirectory(), stdout: descriptor, uid}: StartOptions = {}): Running {
	const stdio: StdioOptions = ['ignore', descriptor ?? 'pipe', 'pipe'];
	const home = temporaryDirectory();
	const child = spawn(file, args, {cwd, stdio, ...(uid === undefined ? {} : {uid, gid: uid}), env: {PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home, TZ: 'UTC', LANG: 'C.UTF-8', NO_COLOR: '1', ...env}});
	let stdout = '';
	let stderr = '';
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
	});
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const secrets = new Secrets(env);
	const directories = [cwd, home];
	const before = filesBelow(directories);
	onTestFinished(() => {
		child.kill('SIGKILL');
		requireNoLeak(secrets, {stdout, stderr}, {directories, before});
		const [token] = /\b(?:t|u|ur)-[\da-f]{40,}/.exec(`${stdout}\n${stderr}`) ?? [];
		if (token !== undefined) throw new Error(`a token of the sandbox got out: ${token.slice(0, 40)}`);
	});
	const ended = new Promise<Ended>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', code => {
			resolve({code, stdout, stderr});
		});
	});
	return {process: child, stdout: () => stdout, stderr: () => stderr, ended};
}

/** Starts the exporter. */
export function start(args: readonly string[], options?: StartOptions): Running {
	return startProgram(process.execPath, [binary, ...args], options);
}

/** Runs the exporter to its end. */
export async function run(args: readonly string[], options?: StartOptions): Promise<Ended> {
	return start(args, options).ended;
}

/** Waits until the check passes. */
export async function until(check: () => unknown): Promise<void> {
	await vi.waitFor(() => {
		expect(check()).toBeTruthy();
	}, {timeout: 20_000, interval: 10});
}

export interface Api {
	/** Flags of an export from `feishu-openapi` of this sandbox, as fast as the machine is. */
	readonly flags: readonly string[];
	readonly url: string;
	/** What the exporter signs in with. */
	readonly env: Readonly<Record<string, string>>;
	/** Requests for rows that came so far. */
	readonly requests: readonly SandboxRequest[];
	/** Leaves requests for rows unanswered from now on, once so many more have come. */
	hold(after?: number): void;
	/** Settles when a request is held. */
	held(): Promise<void>;
	/** Answers what was held, and everything from now on. */
	release(): void;
}

/** Serves a sandbox without request budgets over real HTTP on loopback, and holds its answers back where a test wants. */
export async function serveApi(options: Partial<SandboxOptions> = {}): Promise<Api> {
	const requests: SandboxRequest[] = [];
	let holdFrom = Infinity;
	let waiting: Array<() => void> = [];
	const sandbox = createSandbox({
		now: () => Date.UTC(2026, 10, 20), rate: 'off', latencyMs: 1,
		sleep: async () => {
			if (requests.length > holdFrom) await new Promise<void>(resolve => waiting.push(resolve));
		},
		onRequest: request => {
			if (request.source !== undefined) requests.push(request);
		},
		...options,
	});
	const served = await serveSandbox(sandbox, {port: 0});
	onTestFinished(async () => served.close());
	const {appId, appSecret} = sandbox.credentials.feishu;
	return {
		url: served.url,
		flags: ['feishu-openapi', '--base-url', served.url, '--rate', '1000/1s'],
		env: {FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret},
		requests,
		hold(after = 0) {
			holdFrom = requests.length + after;
		},
		held: async () => until(() => waiting.length > 0),
		release() {
			holdFrom = Infinity;
			for (const resolve of waiting) resolve();
			waiting = [];
		},
	};
}

/** The ids of the records on whole lines of NDJSON; throws for anything else. */
export function idsOf(ndjson: string): string[] {
	if (ndjson === '') return [];
	expect(ndjson.at(-1)).toBe('\n');
	return ndjson.slice(0, -1).split('\n').map(line => (JSON.parse(line) as {id: string}).id);
}
