import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {runWell} from './child.js';

/** Never in the way: a budget that no server on this machine can use up. */
const unlimited = ['--rate', '20000/1s'];
const secrets = {
	FEISHU_APP_ID: 'cli_bench',
	FEISHU_APP_SECRET: 'bench-secret',
	FEISHU_USER_ACCESS_TOKEN: 'u-bench0123456789',
	FEISHU_APAAS_NAMESPACE: 'package_bench',
};

/**
 * One run that took everything out of a server.
 * @typedef {object} Sample
 * @property {number} ms
 * @property {number} rowsPerSecond start-up included
 * @property {number} peakBytes
 * @property {number} cpuMs
 * @property {number} requests for rows, as the server counted them
 * @property {number} refusals
 * @property {number} busy share of one core that the server took
 * @property {number[]} arrivals
 * @property {string} path the file that was written
 */

/** What scenarios work with. */
export class Bench {
	#count = 0;

	/**
	 * @param {object} options
	 * @param {string} options.binary the exporter
	 * @param {number | undefined} options.rounds in place of a scenario's own number
	 * @param {boolean} options.quick fewer rounds and rows: for trying out, not for the record
	 * @param {boolean} options.long also what takes many minutes
	 * @param {string | undefined} options.archive where to make, or find, an archive of very many segments
	 */
	constructor({binary, rounds, quick, long, archive}) {
		this.binary = binary;
		this.quick = quick;
		this.long = long;
		this.archive = archive;
		this.rounds = rounds;
		this.directory = mkdtempSync(join(tmpdir(), 'audit-export-bench-'));
	}

	/** Removes what was written. */
	close() {
		rmSync(this.directory, {recursive: true, force: true});
	}

	/**
	 * How often each variant runs.
	 * @param {number} usual
	 */
	roundsOf(usual) {
		return this.rounds ?? (this.quick ? Math.min(usual, 2) : usual);
	}

	/**
	 * A number that is smaller in a quick bench.
	 * @param {number} usual
	 * @param {number} quick
	 */
	amount(usual, quick) {
		return this.quick ? quick : usual;
	}

	/**
	 * A path for one run's output.
	 * @param {string} extension
	 */
	newFile(extension) {
		return join(this.directory, `${this.#count++}.${extension}`);
	}

	/**
	 * Exports everything that the server has into a file and proves that it is complete. The file is removed.
	 * @param {import('./api.js').Api} api
	 * @param {object} run
	 * @param {number} run.rows
	 * @param {string} [run.source]
	 * @param {readonly string[]} [run.flags] more of the command line
	 * @param {string} [run.extension] of the file, which decides the format
	 * @param {boolean} [run.ownBudget] `flags` or the source's default set the budget, rather than none
	 * @param {number} [run.timeoutMs]
	 * @param {(sample: Sample) => Promise<void>} [run.inspect] sees the file before it goes
	 * @returns {Promise<Sample>}
	 */
	async export(api, {rows, source = 'feishu-openapi', flags = [], extension = 'ndjson', ownBudget = false, timeoutMs = 600_000, inspect}) {
		const path = this.newFile(extension);
		const summary = `${path}.summary`;
		return this.#measure(api, {path, rows, timeoutMs, inspect}, async options => {
			const ended = await runWell(process.execPath, [
				this.binary, source, ...api.range, '--base-url', api.url, ...ownBudget ? [] : unlimited, '-o', path, '--summary', summary, ...flags,
			], {...options, env: secrets});
			const {status, records} = JSON.parse(readFileSync(summary, 'utf8'));
			rmSync(summary);
			if (status !== 'complete' || records !== rows) throw new Error(`the export is ${status} with ${records} records of ${rows}\n${ended.stderr}`);
			return ended;
		});
	}

	/**
	 * As `export`, by another program: `<url> <first second> <last second> <file>` are added to its command line.
	 * @param {import('./api.js').Api} api
	 * @param {object} run
	 * @param {number} run.rows
	 * @param {string} run.script
	 * @param {string} [run.command]
	 * @param {number} [run.timeoutMs]
	 * @param {(sample: Sample) => Promise<void>} [run.inspect]
	 * @returns {Promise<Sample>}
	 */
	async loop(api, {rows, script, command = process.execPath, timeoutMs = 600_000, inspect}) {
		const path = this.newFile('ndjson');
		return this.#measure(api, {path, rows, timeoutMs, inspect}, async options => runWell(command, [script, api.url, ...api.seconds, path], {...options, measured: command === process.execPath}));
	}

	/**
	 * Environment and directory of a run that writes to stdout.
	 * @returns {import('./child.js').RunOptions}
	 */
	get plain() {
		return {directory: this.directory, timeoutMs: 60_000, env: secrets};
	}

	/**
	 * @param {import('./api.js').Api} api
	 * @param {{path: string, rows: number, timeoutMs: number, inspect: ((sample: Sample) => Promise<void>) | undefined}} run
	 * @param {(options: import('./child.js').RunOptions) => Promise<import('./child.js').Ended>} start
	 * @returns {Promise<Sample>}
	 */
	async #measure(api, {path, rows, timeoutMs, inspect}, start) {
		await api.reset();
		const {ms, peakBytes, cpuMs} = await start({directory: this.directory, timeoutMs, measured: true});
		const {requests, refusals, busy, arrivals} = await api.stats();
		const sample = {ms, rowsPerSecond: (rows / ms) * 1000, peakBytes, cpuMs, requests, refusals, busy, arrivals, path};
		await inspect?.(sample);
		rmSync(path, {force: true});
		return sample;
	}
}
