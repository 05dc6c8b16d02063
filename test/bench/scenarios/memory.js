import {withApi} from '../lib/api.js';
import {formatRatio, megabytes, serverNote, verdictOf} from '../lib/row.js';
import {inTurns, median, ratioOf} from '../lib/statistics.js';

const few = 50_000;
const mostBytes = 180e6;

/** Memory and CPU of a large export against a small one: neither may grow with it. `--long` makes it five million rows. @type {import('./index.js').Scenario} */
export async function memory(bench) {
	const many = bench.long ? 5_000_000 : bench.amount(1_000_000, 300_000);
	const samples = await withApi({api: 'openapi', rows: few}, async small => withApi({api: 'openapi', rows: many}, async large => inTurns({
		few: async () => bench.export(small, {rows: few}),
		many: async () => bench.export(large, {rows: many, timeoutMs: 1_200_000}),
		fewInOne: async () => bench.export(small, {rows: few, flags: ['--window', '1d']}),
		manyInOne: async () => bench.export(large, {rows: many, flags: ['--window', '1d'], timeoutMs: 1_200_000}),
	}, {rounds: bench.roundsOf(3)})));
	return [
		...toRows('4 windows in parallel', {few: samples.few, many: samples.many, rows: many}),
		...toRows('one window', {few: samples.fewInOne, many: samples.manyInOne, rows: many}),
	];
}

/**
 * @param {string} label
 * @param {{few: readonly import('../lib/bench.js').Sample[], many: readonly import('../lib/bench.js').Sample[], rows: number}} runs
 * @returns {import('../lib/row.js').Row[]}
 */
function toRows(label, {few: small, many: large, rows}) {
	const peaks = large.map(({peakBytes}) => peakBytes);
	const memoryRatio = ratioOf(peaks, small.map(({peakBytes}) => peakBytes));
	const perRow = large.map(({cpuMs}) => cpuMs / rows);
	const cpuRatio = ratioOf(perRow, small.map(({cpuMs}) => cpuMs / few));
	const against = `at ${few.toLocaleString('en')} rows`;
	const title = `at ${rows.toLocaleString('en')} rows, ${label}`;
	return [
		{
			what: `peak memory ${title}`, against, goal: `≤ 1.15 × and ≤ ${megabytes(mostBytes)}`, measured: `${formatRatio(memoryRatio)}, ${megabytes(median(peaks))}`,
			verdict: verdictOf(memoryRatio.value <= 1.15 && median(peaks) <= mostBytes), note: serverNote(large.map(({busy}) => busy)),
		},
		{
			what: `CPU per row ${title}`, against, goal: '≤ 1.05 ×', measured: formatRatio(cpuRatio), verdict: verdictOf(cpuRatio.value <= 1.05),
			note: `${(median(perRow) * 1000).toFixed(1)} µs a row`,
		},
	];
}
