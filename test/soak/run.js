// Runs the exporter against a sandbox that fails, kills it, and compares what it wrote with what there is.
//
//   npm run soak                          five minutes
//   npm run soak -- --minutes 60 --seed 7
//   npm run soak -- --seed 7 --chain 12 --date 2026-11-20     one chain again, as a failure prints it
//   --keep leaves the files of chains that failed; --binary <file>
//
// Everything that is left to chance comes from the seed; processes are killed when the sandbox has seen so many requests.
import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';
import {archiveChain} from './chains/archive.js';
import {exportChain} from './chains/export.js';
import {stateChain} from './chains/state.js';
import {Chain, figures} from './lib/chain.js';
import {killChildren} from './lib/child.js';
import {createChance, seedOfChain} from './lib/random.js';

const {values: flags} = parseArgs({options: {
	minutes: {type: 'string', default: '5'},
	seed: {type: 'string', default: '1'},
	chain: {type: 'string'},
	date: {type: 'string', default: new Date().toISOString().slice(0, 10)},
	keep: {type: 'boolean', default: false},
	binary: {type: 'string', default: fileURLToPath(new URL('../../bin/audit-export.js', import.meta.url))},
}});

/** Each as often as it stands here. */
const kinds = [['export', exportChain], ['export', exportChain], ['state', stateChain], ['archive', archiveChain]];

/** @param {string} text */
const say = text => process.stderr.write(`${text}\n`);

/** @param {number} number */
async function runChain(number) {
	const seed = seedOfChain(Number(flags.seed), number);
	const [name, run] = createChance(seed ^ 1).pick(/** @type {Array<[string, (chain: Chain) => Promise<string>]>} */ (kinds));
	const chain = new Chain({binary: flags.binary, seed, date: flags.date});
	let hasFailed = true;
	try {
		say(`chain ${number} (${name}): ${await run(chain)}`);
		figures.chains++;
		hasFailed = false;
	} catch (error) {
		say(`chain ${number} (${name}) FAILED, its seed is ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
		say(chain.commands.join('\n'));
		say(`again: npm run soak -- --seed ${flags.seed} --chain ${number} --date ${flags.date}`);
		if (flags.keep) say(`its files: ${chain.file('.')}`);
	} finally {
		await chain.close({keep: hasFailed && flags.keep});
	}
	return !hasFailed;
}

async function main() {
	const endsAt = performance.now() + Number(flags.minutes) * 60_000;
	let failed = 0;
	say(`seed ${flags.seed}, ${flags.chain === undefined ? `${flags.minutes} minutes` : `chain ${flags.chain}`}, date ${flags.date}`);
	if (flags.chain !== undefined) {
		if (!await runChain(Number(flags.chain))) failed++;
	} else {
		for (let number = 0; performance.now() < endsAt && failed < 5; number++) if (!await runChain(number)) failed++;
	}
	const {chains, runs, kills, faults, rows, resumed} = figures;
	process.stdout.write(`${chains} chains, ${runs} runs (${resumed} of them continued another), ${kills} kills, ${faults} faults, ${rows} rows compared, ${failed} failed\n`);
	if (failed > 0) process.exitCode = 1;
}

process.once('exit', killChildren);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(1));
await main();
