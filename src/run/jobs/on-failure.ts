import type {Masker} from '../../base/context.ts';
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import type {Readable} from 'node:stream';
import {formatDuration} from '../../base/duration.ts';
import {systemMessage} from '../../output/failure.ts';

/** How long the command has, in milliseconds. */
const defaultTimeoutMs = 30_000;

/** How long it has once the run was asked to stop, in milliseconds: people wait for two seconds at most. */
const interruptedMs = 1000;

/** What it says beyond this many characters is not shown. */
const longestOutput = 10_000;

/** So much of each stream is kept at least: more than is shown, or the end of what is shown could be half of a secret. */
const mostKept = 100_000;

/** What the command is told. */
export interface Failure {
	readonly exitCode: number;
	/** Jobs whose exit code is not 0. */
	readonly jobs: readonly string[];
	/** The run's summary as JSON. */
	readonly summary: string;
}

export interface OnFailureOptions {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	readonly masker: Masker;
	/** Variables that hold credentials, set or not. */
	readonly secretVariables: ReadonlySet<string>;
	/** Once it aborts, before or meanwhile, the command has a second left. */
	readonly signal?: AbortSignal;
	/** Default 30 seconds. */
	readonly timeoutMs?: number;
}

/**
 * Runs the command of `--on-failure` in a shell: the summary on its stdin, `AUDIT_EXPORT_EXIT_CODE` and
 * `AUDIT_EXPORT_FAILED_JOBS` (with spaces between them) in its environment, and no credential of this run there.
 * @returns what it wrote, and what went wrong with it, if anything; it is never thrown
 */
export async function runOnFailure(
	command: string, failure: Failure, options: OnFailureOptions,
): Promise<{output: string; problem: string | undefined}> {
	try {
		return await runCommand(command, failure, options);
	} catch (error) {
		// An environment that is too long is refused before there is a process.
		return {output: '', problem: `could not be started: ${systemMessage(error)}`};
	}
}

async function runCommand(
	command: string, failure: Failure, {env, cwd, masker, secretVariables: secrets, signal, timeoutMs = defaultTimeoutMs}: OnFailureOptions,
): Promise<{output: string; problem: string | undefined}> {
	const isSecret = (name: string, value: string | undefined) => secrets.has(name) || (value !== undefined && masker.occursIn(value));
	const passedOn = Object.fromEntries(Object.entries(env).filter(([name, value]) => !isSecret(name, value)));
	const child: ChildProcess = spawn(command, {
		shell: true,
		cwd,
		env: {...passedOn, AUDIT_EXPORT_EXIT_CODE: String(failure.exitCode), AUDIT_EXPORT_FAILED_JOBS: failure.jobs.join(' ')},
		stdio: ['pipe', 'pipe', 'pipe'],
		windowsHide: true,
		// A group of its own, so that what the shell started ends with it.
		detached: process.platform !== 'win32',
	});
	const ended = once(child, 'close');
	// Without descriptors for them there are no streams.
	const said = [child.stdout, child.stderr].flatMap(stream => stream ? [collect(stream)] : []);
	// A secret may be written in pieces: each stream is put together first, and cut when nothing is left of it.
	const output = () => masker.mask(said.map(text => text()).join('')).slice(0, longestOutput);
	// A command that does not read its stdin is none the worse for it.
	child.stdin?.on('error', () => undefined).end(failure.summary);
	let stopped: string | undefined;
	const stopAfter = (ms: number) => setTimeout(() => {
		stopped ??= `did not end within ${formatDuration(ms)}${ms === timeoutMs ? '' : ' of the interruption'} and was stopped`;
		endGroup(child.pid);
		child.stdout?.destroy();
		child.stderr?.destroy();
	}, ms);
	const timers = [stopAfter(timeoutMs)];
	const onAbort = () => {
		timers.push(stopAfter(interruptedMs));
	};
	if (signal?.aborted === true) onAbort();
	signal?.addEventListener('abort', onAbort, {once: true});
	try {
		await ended;
		const {exitCode: code, signalCode} = child;
		if (stopped !== undefined) return {output: output(), problem: stopped};
		return {
			output: output(),
			problem: code === 0 ? undefined : code === null ? `was ended by ${signalCode ?? 'a signal'}` : `failed with exit status ${code}`,
		};
	} finally {
		for (const timer of timers) clearTimeout(timer);
		signal?.removeEventListener('abort', onAbort);
	}
}

/** Keeps what a stream says, in whole lines as far as it is kept. */
function collect(stream: Readable): () => string {
	let text = '';
	stream.setEncoding('utf8').on('data', (chunk: string) => {
		if (text.length < mostKept) text += chunk;
	});
	return () => text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function endGroup(pid: number | undefined): void {
	if (pid === undefined) return;
	try {
		// Windows knows no groups: taskkill ends what a process has started with it.
		if (process.platform === 'win32') spawn('taskkill', ['/pid', String(pid), '/t', '/f'], {stdio: 'ignore', windowsHide: true}).on('error', () => process.kill(pid, 'SIGKILL'));
		else process.kill(-pid, 'SIGKILL');
	} catch (error) {
		// It has just ended by itself.
		if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
	}
}
