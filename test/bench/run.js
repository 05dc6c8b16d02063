// Measures the exporter against the goals of its speed, and prints one table.
//
//   npm run bench                       everything, into RESULTS.md
//   npm run bench -- <scenario…>        only these; --write puts them into RESULTS.md, too
//   npm run bench -- --quick            fewer rows and rounds: for trying out
//   npm run bench -- --long             also five million rows
//   --rounds <n>, --binary <file>, --archive <directory to make a large archive in, or with one made so>, --list
import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';
import {Bench} from './lib/bench.js';
import {killChildren} from './lib/child.js';
import {describeMachine, loadNow} from './lib/machine.js';
import {formatTable, writeResults} from './lib/results.js';
import {scenarios} from './scenarios/index.js';

const {values: flags, positionals} = parseArgs({
	allowPositionals: true,
	options: {
		quick: {type: 'boolean', default: false},
		long: {type: 'boolean', default: process.env['BENCH_LONG'] === '1'},
		write: {type: 'boolean', default: false},
		list: {type: 'boolean', default: false},
		rounds: {type: 'string'},
		binary: {type: 'string', default: fileURLToPath(new URL('../../bin/audit-export.js', import.meta.url))},
		archive: {type: 'string'},
	},
});

/** @param {string} text */
const say = text => process.stderr.write(`${text}\n`);

async function main() {
	const names = Object.keys(scenarios);
	if (flags.list) {
		process.stdout.write(`${names.join('\n')}\n`);
		return;
	}
	const unknown = positionals.find(name => !names.includes(name));
	if (unknown !== undefined) throw new Error(`there is no scenario "${unknown}"; there are ${names.join(', ')}`);
	const bench = new Bench({...flags, rounds: flags.rounds === undefined ? undefined : Number(flags.rounds)});
	/** @type {import('./lib/results.js').Result[]} */
	const results = [];
	const date = new Date().toISOString().slice(0, 10);
	const loadBefore = loadNow();
	process.once('exit', () => {
		killChildren();
		bench.close();
	});
	for (const [scenario, measure] of Object.entries(scenarios)) {
		if (positionals.length > 0 && !positionals.includes(scenario)) continue;
		say(`${new Date().toISOString().slice(11, 19)} ${scenario} …`);
		try {
			for (const row of await measure(bench)) results.push({...row, scenario, date});
		} catch (error) {
			// One scenario that cannot be measured is a row of the table, not the end of it.
			process.exitCode = 1;
			const [message = ''] = String(error).split('\n');
			say(String(error));
			results.push({scenario, date, what: scenario, against: '', goal: '', measured: '', verdict: 'failed', note: message});
		}
	}
	const machine = `${describeMachine()}, load ${loadBefore} before and ${loadNow()} after`;
	process.stdout.write(`${machine}\n\n${formatTable(results)}`);
	if (flags.write || (positionals.length === 0 && !flags.quick)) {
		writeResults(fileURLToPath(new URL('RESULTS.md', import.meta.url)), results, {machine, order: names});
	}
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
	process.once(signal, () => {
		process.exit(1);
	});
}
await main();
