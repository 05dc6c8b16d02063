import {withApi} from '../lib/api.js';
import {formatRatio, formatSpeed, megabytes, serverNote, verdictOf} from '../lib/row.js';
import {inTurns, median, ratioOf} from '../lib/statistics.js';

/** Everything that is done to records beside writing them down. @type {import('./index.js').Scenario} */
export async function formats(bench) {
	const rows = bench.amount(200_000, 50_000);
	const samples = await withApi({api: 'openapi', rows}, async api => inTurns({
		ndjson: async () => bench.export(api, {rows}),
		csv: async () => bench.export(api, {rows, extension: 'csv'}),
		table: async () => bench.export(api, {rows, extension: 'txt', flags: ['--format', 'table']}),
		gzip: async () => bench.export(api, {rows, extension: 'ndjson.gz'}),
		'--order time': async () => bench.export(api, {rows, flags: ['--order', 'time']}),
		'--order time, one window': async () => bench.export(api, {rows, flags: ['--order', 'time', '--window', '1d']}),
		'--redact log_detail.payload': async () => bench.export(api, {rows, flags: ['--redact', 'log_detail.payload']}),
		'--redact-secrets': async () => bench.export(api, {rows, flags: ['--redact-secrets']}),
		'--redact log_detail.response.msg,ip': async () => bench.export(api, {rows, flags: ['--redact', 'log_detail.response.msg,ip']}),
	}, {rounds: bench.roundsOf(5)}));
	const {ndjson, ...others} = samples;
	return Object.entries(others).map(([name, runs]) => {
		const speeds = runs.map(({rowsPerSecond}) => rowsPerSecond);
		// Every cell of a csv row is looked at by csv-stringify.
		const goal = name === 'csv' ? 0.25 : 0.5;
		const ratio = ratioOf(speeds, ndjson.map(({rowsPerSecond}) => rowsPerSecond));
		return {
			what: `${name}, ${rows.toLocaleString('en')} rows`, against: "NDJSON's rows/s", goal: `≥ ${goal.toFixed(2)} ×`, measured: formatRatio(ratio), verdict: verdictOf(ratio.value >= goal),
			note: `${formatSpeed(median(speeds))}, ${megabytes(median(runs.map(({peakBytes}) => peakBytes)))}, ${serverNote(runs.map(({busy}) => busy))}`,
		};
	});
}
