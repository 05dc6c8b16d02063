import {spawn} from 'node:child_process';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const usageHook = fileURLToPath(new URL('usage.cjs', import.meta.url));

/** Children under way, so that none outlives the bench. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let count = 0;

/** Ends every child that is still there. */
export function killChildren() {
	for (const child of running) child.kill('SIGKILL');
}

/**
 * What one process did.
 * @typedef {object} Ended
 * @property {number} ms from its start to its end
 * @property {number} firstByteMs from its start to the first byte on stdout; NaN where there was none
 * @property {number} peakBytes most memory resident at once; NaN unless measured
 * @property {number} cpuMs user and system time; NaN unless measured
 * @property {string} stdout what came first on it, up to some kilobytes
 * @property {string} stderr
 * @property {number | null} code exit code; null when a signal ended it
 */

/**
 * @typedef {object} RunOptions
 * @property {string} directory the working directory, also its home: no configuration of the user counts
 * @property {number} timeoutMs then it is killed, and the run fails
 * @property {boolean} [measured] a Node process whose memory and CPU time are wanted; costs it a few milliseconds
 * @property {boolean} [untilFirstByte] it is ended as soon as there is something on stdout
 * @property {Readonly<Record<string, string>>} [env]
 */

/**
 * Runs a process to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Ended>}
 */
export async function run(command, args, {directory, timeoutMs, measured = false, untilFirstByte = false, env = {}}) {
	const usageFile = join(directory, `usage-${process.pid}-${count++}.json`);
	const hook = measured ? {NODE_OPTIONS: `--require ${JSON.stringify(usageHook)}`, BENCH_USAGE_FILE: usageFile} : {};
	const startedAt = performance.now();
	const child = spawn(command, args, {
		cwd: directory,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {PATH: process.env['PATH'], HOME: directory, XDG_CONFIG_HOME: directory, TZ: 'UTC', LANG: 'C.UTF-8', NO_COLOR: '1', ...hook, ...env},
	});
	running.add(child);
	let firstByteMs = Number.NaN;
	let stdout = '';
	let stderr = '';
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		child.kill('SIGKILL');
	}, timeoutMs);
	child.stdout.once('data', chunk => {
		firstByteMs = performance.now() - startedAt;
		stdout = chunk.toString();
		if (untilFirstByte) child.kill('SIGKILL');
	}).resume();
	child.stderr.setEncoding('utf8').on('data', text => {
		stderr += text;
	});
	try {
		/** @type {{code: number | null, ms: number}} */
		const {code, ms} = await new Promise((resolve, reject) => {
			let endedAt = 0;
			child.once('error', reject);
			child.once('exit', () => {
				endedAt = performance.now();
			});
			child.once('close', exitCode => {
				resolve({code: exitCode, ms: endedAt - startedAt});
			});
		});
		if (late) throw new Error(`${command} ${args.join(' ')}: no end within ${timeoutMs / 1000} s\n${stderr}`);
		const usage = measured && existsSync(usageFile) ? JSON.parse(readFileSync(usageFile, 'utf8')) : {peakBytes: Number.NaN, cpuMs: Number.NaN};
		return {code, ms, firstByteMs, stdout, stderr, ...usage};
	} finally {
		clearTimeout(timer);
		running.delete(child);
		rmSync(usageFile, {force: true});
	}
}

/**
 * As `run`, for what must succeed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Ended>}
 */
export async function runWell(command, args, options) {
	const ended = await run(command, args, options);
	if (ended.code !== 0 && options.untilFirstByte !== true) throw new Error(`${command} ${args.join(' ')}: exit ${ended.code}\n${ended.stderr}`);
	return ended;
}

/**
 * Starts a process that prints its URL as the first line and ends with its stdin.
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function startServer(script, args) {
	const child = spawn(process.execPath, [script, ...args], {stdio: ['pipe', 'pipe', 'inherit']});
	running.add(child);
	const ended = new Promise(resolve => {
		child.once('close', resolve);
	});
	/** @type {string} */
	const url = await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', () => {
			reject(new Error(`${script} ${args.join(' ')}: ended before it served`));
		});
		child.stdout.setEncoding('utf8').once('data', text => {
			resolve(text.trim());
		});
	});
	return {
		url,
		async stop() {
			child.kill();
			await ended;
			running.delete(child);
		},
	};
}
