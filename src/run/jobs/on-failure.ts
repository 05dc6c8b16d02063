import type {Masker} from '../../base/context.ts';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Readable} from 'node:stream';
import {formatDuration} from '../../base/duration.ts';
import {systemMessage} from '../../output/failure.ts';

/** How long the command has, in milliseconds. */
const defaultTimeoutMs = 30_000;

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
	/** Default 30 seconds. */
	readonly timeoutMs?: number;
}

/**
 * Runs the command of `--on-failure` in a shell: the summary on its stdin, `AUDIT_EXPORT_EXIT_CODE` and
 * `AUDIT_EXPORT_FAILED_JOBS` (with spaces between them) in its environment, and no credential of this run there.
 * @returns what it wrote, and what went wrong with it, if anything; it is never thrown
 */
export async function runOnFailure(command: string, failure: Failure, {env, cwd, masker, secretVariables: secrets, timeoutMs = defaultTimeoutMs}: OnFailureOptions): Promise<{output: string; problem: string | undefined}> {
	const isSecret = (name: string, value: string | undefined) => secrets.has(name) || (value !== undefined && masker.occursIn(value));
	const passedOn = Object.fromEntries(Object.entries(env).filter(([name, value]) => !isSecret(name, value)));
	const child = spawn(command, {
		shell: true,
		cwd,
		env: {...passedOn, AUDIT_EXPORT_EXIT_CODE: String(failure.exitCode), AUDIT_EXPORT_FAILED_JOBS: failure.jobs.join(' ')},
		stdio: ['pipe', 'pipe', 'pipe'],
		windowsHide: true,
		// A group of its own, so that what the shell started ends with it.
		detached: process.platform !== 'win32',
	});
	const said = [child.stdout, child.stderr].map(stream => collect(stream));
	// A secret may be written in pieces: each stream is put together first, and cut when nothing is left of it.
	const output = () => masker.mask(said.map(text => text()).join('')).slice(0, longestOutput);
	// A command that does not read its stdin is none the worse for it.
	child.stdin.on('error', () => undefined).end(failure.summary);
	let timedOut = false;
	const timer = setTimeout(() => {
		timedOut = true;
		endGroup(child.pid);
		child.stdout.destroy();
		child.stderr.destroy();
	}, timeoutMs);
	try {
		await once(child, 'close');
		const {exitCode: code, signalCode: signal} = child;
		if (timedOut) return {output: output(), problem: `did not end within ${formatDuration(timeoutMs)} and was stopped`};
		return {output: output(), problem: code === 0 ? undefined : code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit status ${code}`};
	} catch (error) {
		return {output: output(), problem: `could not be started: ${systemMessage(error)}`};
	} finally {
		clearTimeout(timer);
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
		process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
	} catch (error) {
		// It has just ended by itself.
		if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
	}
}
