import {withApi} from '../lib/api.js';
import {formatSpeed, megabytes, serverNote, verdictOf} from '../lib/row.js';

/** A million rows over ten days, of which 300,000 stand in twenty seconds: more in each second than a query reaches. @type {import('./index.js').Scenario} */
export async function apaasRequests(bench) {
	const rows = bench.amount(1_000_000, 200_000);
	const bursts = bench.amount(20, 4);
	/** @type {import('../lib/row.js').Row[]} */
	const table = [];
	for (const {label, pageSize, totalCapped} of [
		{label: 'pages of 100', pageSize: 100, totalCapped: false},
		{label: 'pages of 100, total stops at the cap', pageSize: 100, totalCapped: true},
		{label: 'pages of 1000', pageSize: 1000, totalCapped: false},
	]) {
		await withApi({api: 'apaas', rows, days: bench.amount(10, 2), bursts, burstRows: 15_000, totalCapped}, async api => {
			const {requests, rowsPerSecond, peakBytes, busy} = await bench.export(api, {rows, source: 'feishu-apaas', flags: ['--page-size', String(pageSize)]});
			const fewest = Math.ceil(rows / pageSize);
			table.push({
				what: `requests made, feishu-apaas, ${rows.toLocaleString('en')} rows with bursts, ${label}`,
				against: `the fewest possible: ${fewest}`, goal: '≤ 1.08 ×', measured: `${(requests / fewest).toFixed(3)} × (${requests})`, verdict: verdictOf(requests / fewest <= 1.08),
				note: `${formatSpeed(rowsPerSecond)}, ${megabytes(peakBytes)}, ${serverNote([busy])}`,
			});
		});
	}
	return table;
}
