import {copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startChild} from './child.js';
import {must} from './failure.js';
import {drawFaults} from './faults.js';
import {profiles} from './profile.js';
import {createChance} from './random.js';
import {readRecords} from './records.js';
import {startSandbox} from './sandbox.js';
import {commandOf} from './sources.js';

/**
 * @typedef {import('./sources.js').SoakSource} SoakSource
 * @typedef {import('./records.js').Records} Records
 */

/** Runs of one command before what is wrong with the sandbox is taken away. */
const mostRuns = 12;
/** No run may take longer, in milliseconds; one that was asked to end, no longer than this. */
const longestRunMs = 120_000;
const longestEndMs = 15_000;

/** What all chains did. */
export const figures = {chains: 0, runs: 0, kills: 0, faults: 0, rows: 0, resumed: 0};

/**
 * What a chain is made with.
 * @typedef {object} ChainOptions
 * @property {string} binary
 * @property {number} seed of the chain
 * @property {string} date the day that ranges end with: YYYY-MM-DD
 */

/** One chain: a sandbox with faults, and the directory in which commands are run against it. */
export class Chain {
	/** @type {string[]} */
	commands = [];
	/** @type {import('./sandbox.js').Sandbox | undefined} */
	#sandbox;
	#directory = mkdtempSync(join(tmpdir(), 'audit-export-soak-'));
	#healthy = false;

	/** @param {ChainOptions} options */
	constructor(options) {
		this.options = options;
		this.chance = createChance(options.seed);
		this.records = this.chance.pick([40, 150, 400, 900]);
		this.sandboxSettings = {seed: this.chance.whole(1, 1000), order: this.chance.pick(['ascending', 'descending']), offset: this.chance.pick(['rows', 'pages'])};
		for (const [name, profile] of Object.entries(profiles)) writeFileSync(join(this.#directory, `profile-${name}.yaml`), JSON.stringify(profile));
	}

	/** @param {string} name */
	file(name) {
		return join(this.#directory, name);
	}

	get url() {
		must(this.#sandbox !== undefined, 'no sandbox is there');
		return this.#sandbox.url;
	}

	/**
	 * Starts the sandbox with faults for a source.
	 * @param {SoakSource} source
	 * @param {{kills: number, requests: number}} options
	 */
	async begin(source, options) {
		const {rules, alters, blurs} = drawFaults(this.chance, source, options);
		this.alters = alters;
		this.blurs = blurs;
		this.#sandbox = await this.#start({rules, ...(source.console === undefined ? {} : {console: source.console})});
		this.console = source.console;
	}

	/** Puts a healthy sandbox in the place of the other. */
	async heal() {
		if (this.#healthy || this.#sandbox === undefined) return;
		const port = Number(new URL(this.#sandbox.url).port);
		await this.#stop();
		this.#sandbox = await this.#start({port, ...(this.console === undefined ? {} : {console: this.console})});
		this.#healthy = true;
		this.commands.push('# the same sandbox without faults');
	}

	/** @param {{port?: number, console?: string, rules?: readonly import('./sandbox.js').Rule[]}} options */
	async #start(options) {
		if (options.rules !== undefined) this.commands.push(`# sandbox --seed ${this.sandboxSettings.seed} --records ${this.records} with rules ${JSON.stringify(options.rules)}`);
		return startSandbox({directory: this.#directory, records: this.records, ...this.sandboxSettings, ...options});
	}

	/**
	 * Runs a command again and again, killed and refused as it may be, until it is complete; in the end without faults.
	 * @param {readonly string[]} args
	 */
	async untilComplete(args) {
		this.commands.push(`audit-export ${args.join(' ')}`);
		for (let run = 1; run <= mostRuns; run++) {
			const {code} = await this.run(args);
			if (code === 0) return;
		}
		await this.heal();
		const {code, stderr} = await this.run(args);
		must(code === 0, `exit ${code} although all is well: ${stderr}`);
	}

	/**
	 * Runs a command once, and kills it where a marker says so.
	 * @param {readonly string[]} args
	 */
	async run(args) {
		const sandbox = this.#sandbox;
		must(sandbox !== undefined, 'no sandbox is there');
		const env = await this.#signIn();
		const child = startChild(this.options.binary, [...args], {directory: this.#directory, env});
		/** @type {NodeJS.Signals | undefined} */
		let signal;
		const watch = setTimeout(() => child.kill('SIGABRT'), longestRunMs);
		/** @type {NodeJS.Timeout | undefined} */
		let end;
		sandbox.onMarker(() => {
			if (signal !== undefined) return;
			signal = this.chance.pick(/** @type {const} */ (['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT']));
			child.kill(signal);
			end = setTimeout(() => child.kill('SIGABRT'), longestEndMs);
		});
		const {code, stdout, stderr} = await child.ended;
		sandbox.onMarker(undefined);
		clearTimeout(watch);
		clearTimeout(end);
		figures.runs++;
		if (signal !== undefined) figures.kills++;
		if (/continu(?:es|ing)|resum/i.test(stderr)) figures.resumed++;
		this.commands.push(`#   exit ${code}${signal === undefined ? '' : ` after ${signal}`}${code === 0 ? '' : `: ${stderr.split('\n')[0]?.slice(0, 200)}`}`);
		checkRun({code, stderr, signal, secrets: Object.entries(env).filter(([name]) => /SECRET|TOKEN|COOKIE/.test(name)).map(([, value]) => value)});
		return {code, stdout, stderr};
	}

	/** The sandbox may refuse connections for a while. */
	async #signIn() {
		for (let tries = 1; ; tries++) {
			try {
				must(this.#sandbox !== undefined, 'no sandbox is there');
				return await this.#sandbox.signIn();
			} catch (error) {
				if (!(error instanceof TypeError) || tries === 20) throw error;
				await new Promise(resolve => {
					setTimeout(resolve, 100);
				});
			}
		}
	}

	/**
	 * What an undisturbed export comes to.
	 * @param {SoakSource} source
	 * @param {readonly string[]} range
	 * @returns {Promise<Records>}
	 */
	async truth(source, range) {
		const directory = this.file('truth');
		mkdirSync(directory, {recursive: true});
		for (const name of Object.keys(profiles)) copyFileSync(this.file(`profile-${name}.yaml`), join(directory, `profile-${name}.yaml`));
		const {binary} = this.options;
		const {seed} = this.sandboxSettings;
		const sandbox = await startSandbox({directory, seed, records: this.records, ...(source.console === undefined ? {} : {console: source.console})});
		try {
			const path = join(directory, `${source.name.replaceAll(/\W/g, '-')}.ndjson`);
			const child = startChild(binary, [...commandOf(source, sandbox.url), ...range, '--rate', '1000/1s', '-o', path, '--no-resume'], {directory, env: await sandbox.signIn()});
			const {code, stderr} = await child.ended;
			must(code === 0, `truth cannot be had: exit ${code}: ${stderr}`);
			const records = readRecords(path, source);
			figures.rows += records.ids.length;
			return records;
		} finally {
			await sandbox.stop();
		}
	}

	async #stop() {
		const sandbox = this.#sandbox;
		this.#sandbox = undefined;
		if (sandbox === undefined) return;
		figures.faults += sandbox.faults();
		await sandbox.stop();
	}

	/** @param {{keep: boolean}} options whether its files stay, to be looked at */
	async close({keep}) {
		try {
			await this.#stop();
		} finally {
			if (!keep) rmSync(this.#directory, {recursive: true, force: true});
		}
	}
}

/** Ends that a run may come to, beside those of signals. */
const allowed = new Set([0, 1, 3, 4, 6]);

/** @param {{code: number | null, stderr: string, signal: NodeJS.Signals | undefined, secrets: readonly string[]}} run */
function checkRun({code, stderr, signal, secrets}) {
	const expected = signal === 'SIGKILL' ? code === null || allowed.has(code) : signal === undefined ? code !== null && allowed.has(code) : allowed.has(code ?? -1) || code === (signal === 'SIGINT' ? 130 : 143);
	must(expected, `exit ${code} ${signal ?? ''}: ${stderr}`);
	must(!/^ {4}at |unexpected:/m.test(stderr), `it reads like a bug: ${stderr}`);
	must(!/[^\P{C}\n]/u.test(stderr), `control characters on stderr: ${JSON.stringify(stderr)}`);
	must(!secrets.some(secret => secret.length > 3 && stderr.includes(secret)), 'a secret is told on stderr');
	must(code === 0 || code === null || code === 130 || code === 143 || /^(?:[\w-]+: )?error: |error: /m.test(stderr), `exit ${code} without an error: ${stderr}`);
}
