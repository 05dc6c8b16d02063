import {isAbsolute} from 'node:path';
import {cleanOwnVariables} from './base/clean-text.ts';
import type {Context, Fetch, Sleep} from './base/context.ts';
import {InterruptedError, systemCode} from './base/errors.ts';
import {openDescriptorStream} from './output/descriptor-stream.ts';
import {Masker} from './json/secrets/masker.ts';

/** Waits on a real timer; a wait longer than a timer can hold ends early, which callers that loop do not notice. */
const sleep: Sleep = async (ms, signal) => new Promise((resolve, reject) => {
	if (signal?.aborted === true) {
		reject(signal.reason);
		return;
	}
	const onAbort = () => {
		clearTimeout(timer);
		reject(signal?.reason);
	};
	const timer = setTimeout(() => {
		signal?.removeEventListener('abort', onAbort);
		resolve();
	}, Math.min(ms, 2 ** 31 - 1));
	signal?.addEventListener('abort', onAbort, {once: true});
});

/** How long, in milliseconds, a run that was asked to stop may take to end in order: people wait for two seconds at most. */
const longestEndMs = 1800;

/**
 * The context of the real process. The first SIGHUP, SIGINT, SIGTERM or, by Ctrl+Break under Windows, SIGBREAK aborts its signal, so that the run ends in order; the
 * second ends the process at once, and so does time: what was being saved is then as a power cut leaves it.
 */
export function createProcessContext(): Context {
	const controller = new AbortController();
	for (const name of ['SIGBREAK', 'SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
		process.on(name, () => {
			if (controller.signal.aborted) {
				endBy(name);
				return;
			}
			controller.abort(new InterruptedError(name));
			setTimeout(() => {
				process.stderr.write(`error: interrupted by ${name}, and ended before all was put in order: ` +
					`something did not stop in time\n`);
				endBy(name);
			}, longestEndMs).unref();
		});
	}
	// Past a file size limit the write fails and says so; by default the signal would end the process first.
	process.on('SIGXFSZ', () => undefined);
	cleanOwnVariables(process.env);
	return {
		env: process.env,
		cwd: currentDirectory(),
		// Node writes to a redirected file without looking at how much of it was taken.
		stdout: openDescriptorStream(1) ?? process.stdout,
		stderr: process.stderr,
		fetch: createLazyFetch(process.env),
		now: () => Date.now(),
		monotonic: () => performance.now(),
		sleep,
		random: Math.random,
		masker: new Masker(),
		signal: controller.signal,
	};
}

/** Ends the process by the signal itself: `process.exit` waits for calls that wait, such as the opening of a FIFO without a writer. */
function endBy(name: NodeJS.Signals): void {
	process.removeAllListeners(name);
	process.kill(process.pid, name);
}

/** Where the directory was that somebody has removed meanwhile: what is looked for in it is then not there. */
function currentDirectory(): string {
	try {
		return process.cwd();
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		const {PWD: before = ''} = process.env;
		return isAbsolute(before) ? before : '/';
	}
}

/** Loaded with the first request: `--help` sends none. */
function createLazyFetch(env: NodeJS.ProcessEnv): Fetch {
	let loading: Promise<Fetch> | undefined;
	const load = async () => (await import('./http/fetch.ts')).createFetch(env);
	return async (...request) => (await (loading ??= load()))(...request);
}
