import {tmpdir} from 'node:os';
import type {Context, Fetch, OutputStream} from '../../src/base/context.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {run} from '../../src/main.ts';
import {filesBelow, requireNoLeak, Secrets} from './leaks.ts';
import {VirtualClock} from './virtual-clock.ts';

/** A stream that keeps what is written, and may look like a terminal or break after some text. */
export function memoryStream({isTTY = false, columns = 80, breakAfter = Infinity}: {isTTY?: boolean; columns?: number; breakAfter?: number} = {}): OutputStream & {text: () => string} {
	let text = '';
	return {
		isTTY,
		columns,
		text: () => text,
		write(chunk, callback) {
			if (text.length >= breakAfter) {
				callback?.(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
				return false;
			}
			text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
			callback?.();
			return true;
		},
		on: () => undefined,
		off: () => undefined,
	};
}

/** What one command line did. */
export interface Ran {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
	/** The NDJSON on stdout, parsed. */
	readonly records: Array<Record<string, unknown>>;
}

export const credentials = {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'feishu-secret-value', TRAE_APP_ID: 'trae_test', TRAE_APP_SECRET: 'trae-secret-value'};

/**
 * Runs a command line in this process against an injected `fetch`, on a virtual clock. Whatever it is, no secret of it may
 * stand in what it writes.
 */
export async function runCommand(args: readonly string[], options: {
	fetch: Fetch; clock?: VirtualClock; env?: Record<string, string>; cwd?: string; stdout?: ReturnType<typeof memoryStream>; stderr?: ReturnType<typeof memoryStream>; signal?: AbortSignal;
	/** The API's records hold a secret of the run, as an audit log can: then stdout and files may. */
	secretsInRecords?: boolean;
	/** What the command line is given to. Default: the program. */
	program?: typeof run;
}): Promise<Ran> {
	const {clock = new VirtualClock(), stdout = memoryStream(), stderr = memoryStream(), program = run} = options;
	const env: Record<string, string> = {XDG_CONFIG_HOME: '/nonexistent', TZ: 'UTC', ...credentials, ...options.env};
	const secrets = new Secrets(env);
	const directories = [options.cwd, env['XDG_DATA_HOME'], env['XDG_CONFIG_HOME']].flatMap(path => path?.startsWith(tmpdir()) === true ? [path] : []);
	const before = filesBelow(directories);
	const context: Context = {
		env,
		cwd: options.cwd ?? '/',
		stdout,
		stderr,
		fetch: secrets.watch(options.fetch),
		now: clock.now,
		monotonic: clock.now,
		sleep: clock.sleep,
		random: () => 0.5,
		masker: new Masker(),
		signal: options.signal ?? new AbortController().signal,
	};
	const code = await clock.run(program(['node', 'audit-export', ...args], '0.0.0', context));
	await secrets.settled();
	if (options.secretsInRecords === true) requireNoLeak(secrets, {stderr: stderr.text()}, {directories: [], before});
	else requireNoLeak(secrets, {stdout: stdout.text(), stderr: stderr.text()}, {directories, before});
	return {
		code,
		stdout: stdout.text(),
		stderr: stderr.text(),
		get records() {
			return stdout.text().split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Record<string, unknown>);
		},
	};
}
