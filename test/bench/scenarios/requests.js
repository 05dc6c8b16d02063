import {withApi} from '../lib/api.js';
import {verdictOf} from '../lib/row.js';

/** Requests made beyond those that the rows fill. Counted, not timed: once is enough. @type {import('./index.js').Scenario} */
export async function requests(bench) {
	const rows = 100_000;
	return withApi({api: 'openapi', rows}, async api => {
		/** @type {import('../lib/row.js').Row[]} */
		const table = [];
		for (const [window, windows] of /** @type {const} */ ([['1d', 1], ['1h', 24], ['10m', 144]])) {
			const {requests: made} = await bench.export(api, {rows, flags: ['--window', window]});
			const fewest = rows / 100;
			table.push({
				what: `requests made, ${windows} window${windows === 1 ? '' : 's'}`,
				against: `the fewest possible: ${fewest}`, goal: `≤ + ${windows}`, measured: `+ ${made - fewest}`, verdict: verdictOf(made - fewest <= windows), note: '',
			});
		}
		return table;
	});
}
