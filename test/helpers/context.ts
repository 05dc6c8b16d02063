import type {Context, Fetch, OutputStream} from '../../src/context.ts';
import {Masker} from '../../src/masker.ts';
import {run} from '../../src/main.ts';
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

/** Runs a command line in this process against an injected `fetch`, on a virtual clock. */
export async function runCommand(args: readonly string[], options: {
	fetch: Fetch; clock?: VirtualClock; env?: Record<string, string>; cwd?: string; stdout?: ReturnType<typeof memoryStream>; signal?: AbortSignal;
}): Promise<Ran> {
	const {clock = new VirtualClock(), stdout = memoryStream()} = options;
	const stderr = memoryStream();
	const context: Context = {
		env: {XDG_CONFIG_HOME: '/nonexistent', TZ: 'UTC', ...credentials, ...options.env},
		cwd: options.cwd ?? '/',
		stdout,
		stderr,
		fetch: options.fetch,
		now: clock.now,
		monotonic: clock.now,
		sleep: clock.sleep,
		random: () => 0.5,
		masker: new Masker(),
		signal: options.signal ?? new AbortController().signal,
	};
	const code = await clock.run(run(['node', 'audit-export', ...args], '0.0.0', context));
	return {
		code,
		stdout: stdout.text(),
		stderr: stderr.text(),
		get records() {
			return stdout.text().split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Record<string, unknown>);
		},
	};
}
