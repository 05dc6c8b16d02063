import {fileURLToPath} from 'node:url';
import {withApi} from '../lib/api.js';
import {formatRatio, verdictOf} from '../lib/row.js';
import {inTurns, median, ratioOf} from '../lib/statistics.js';

const script = fileURLToPath(new URL('../loops/bare.js', import.meta.url));

/** A hundred pages at most, and an API that takes 20 ms to answer: what the program costs when there is little to do. @type {import('./index.js').Scenario} */
export async function smallExport(bench) {
	/** @type {import('../lib/row.js').Row[]} */
	const table = [];
	// By the hour that is four pages each: still within the budget of a minute.
	for (const rows of [9360, 1000]) {
		const samples = await withApi({api: 'openapi', rows, latencyMs: 20}, async api => inTurns({
			bare: async () => bench.loop(api, {rows, script}),
			day: async () => bench.export(api, {rows, flags: ['--window', '1d'], ownBudget: true}),
			hours: async () => bench.export(api, {rows, ownBudget: true}),
		}, {rounds: bench.roundsOf(9)}));
		for (const [name, label] of /** @type {const} */ ([['day', 'one window'], ['hours', 'default windows']])) {
			const ratio = ratioOf(samples[name].map(({ms}) => ms), samples.bare.map(({ms}) => ms));
			table.push({
				what: `small export of ${Math.ceil(rows / 100)} pages, ${label}`,
				against: "bare loop's time", goal: '≤ 1.15 ×', measured: formatRatio(ratio), verdict: verdictOf(ratio.value <= 1.15),
				note: `${Math.round(median(samples[name].map(({ms}) => ms)))} ms : ${Math.round(median(samples.bare.map(({ms}) => ms)))} ms`,
			});
		}
	}
	return table;
}
