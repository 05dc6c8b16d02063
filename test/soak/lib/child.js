import {spawn} from 'node:child_process';

/** Children under way, so that none outlives the soak. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** Ends every child that is still there. */
export function killChildren() {
	for (const child of running) child.kill('SIGKILL');
}

/**
 * A process under way.
 * @typedef {object} Child
 * @property {(signal: NodeJS.Signals) => void} kill
 * @property {() => string} stdout what has come so far
 * @property {() => string} stderr
 * @property {Promise<{code: number | null, stdout: string, stderr: string}>} ended
 * @property {(listener: (line: string) => void) => void} onLine told of every line on stderr
 */

/**
 * Starts a process with nothing of this process's environment but the way to find programs.
 * @param {string} binary
 * @param {readonly string[]} args
 * @param {{directory: string, env?: Readonly<Record<string, string>>}} options its working directory is also its home
 * @returns {Child}
 */
export function startChild(binary, args, {directory, env = {}}) {
	const child = spawn(process.execPath, [binary, ...args], {
		cwd: directory,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {PATH: process.env['PATH'], HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory, TZ: 'UTC', LANG: 'C.UTF-8', NO_COLOR: '1', ...env},
	});
	running.add(child);
	let stdout = '';
	let stderr = '';
	let line = '';
	/** @type {Array<(line: string) => void>} */
	const listeners = [];
	child.stdout.setEncoding('utf8').on('data', text => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', text => {
		stderr += text;
		const lines = (line + text).split('\n');
		line = lines.pop() ?? '';
		for (const whole of lines) for (const listener of listeners) listener(whole);
	});
	/** @type {Child['ended']} */
	const ended = new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', code => {
			running.delete(child);
			resolve({code, stdout, stderr});
		});
	});
	return {
		kill: signal => {
			child.kill(signal);
		},
		stdout: () => stdout,
		stderr: () => stderr,
		ended,
		onLine: listener => listeners.push(listener),
	};
}
