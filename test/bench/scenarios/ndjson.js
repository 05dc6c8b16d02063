import {fileURLToPath} from 'node:url';
import {withApi} from '../lib/api.js';
import {readBack} from '../lib/files.js';
import {formatRatio, formatSpeed, megabytes, serverNote, verdictOf} from '../lib/row.js';
import {inTurns, median, ratioOf} from '../lib/statistics.js';

const bareScript = fileURLToPath(new URL('../loops/bare.js', import.meta.url));
const sdkScript = fileURLToPath(new URL('../loops/official-sdk.js', import.meta.url));

/** @typedef {readonly import('../lib/bench.js').Sample[]} Samples */

const speeds = (/** @type {Samples} */ samples) => samples.map(({rowsPerSecond}) => rowsPerSecond);
const peak = (/** @type {Samples} */ samples) => median(samples.map(({peakBytes}) => peakBytes));

/** An API without limits, NDJSON into a file: what the program costs when there is much to do. @type {import('./index.js').Scenario} */
export async function ndjson(bench) {
	const rows = bench.amount(500_000, 100_000);
	/** Of everything written: all must be the same bytes. @type {Set<string>} */
	const written = new Set();
	const inspect = async (/** @type {import('../lib/bench.js').Sample} */ {path}) => {
		const {lines, sha256} = await readBack(path);
		written.add(sha256);
		if (lines !== rows || written.size > 1) throw new Error(`${path}: ${lines} lines of ${rows}, or other bytes than before`);
	};
	const plain = await withApi({api: 'openapi', rows}, async api => inTurns({
		bare: async () => bench.loop(api, {rows, script: bareScript, inspect}),
		one: async () => bench.export(api, {rows, flags: ['--window', '1d'], inspect}),
		sdk: async () => bench.loop(api, {rows, script: sdkScript, inspect}),
		many: async () => bench.export(api, {rows, inspect}),
	}, {rounds: bench.roundsOf(5)}));
	const packed = await withApi({api: 'openapi', rows, gzip: true}, async api => {
		// The server packs each page once; that is not to be measured.
		await bench.loop(api, {rows, script: bareScript});
		return inTurns({
			bare: async () => bench.loop(api, {rows, script: bareScript, inspect}),
			one: async () => bench.export(api, {rows, flags: ['--window', '1d'], inspect}),
		}, {rounds: bench.roundsOf(3)});
	});
	const name = `NDJSON, ${rows.toLocaleString('en')} rows`;
	return [
		toRow(`${name}, one window`, {ours: plain.one, theirs: plain.bare, rival: 'bare loop', goal: 0.85}),
		toRow(`${name}, 4 windows in parallel`, {ours: plain.many, theirs: plain.bare, rival: 'bare loop', goal: 1}),
		toRow(`${name}, one window, gzip answers`, {ours: packed.one, theirs: packed.bare, rival: 'bare loop', goal: 0.85}),
		toRow(`${name}, one window`, {ours: plain.one, theirs: plain.sdk, rival: 'official SDK', goal: 1.3}),
		toRow(`${name}, 4 windows in parallel`, {ours: plain.many, theirs: plain.sdk, rival: 'official SDK', goal: 1.3}),
		memoryRow(`${name}, one window: memory`, plain.one, plain.sdk),
		memoryRow(`${name}, 4 windows in parallel: memory`, plain.many, plain.sdk),
	];
}

/**
 * @param {string} what
 * @param {{ours: Samples, theirs: Samples, rival: string, goal: number}} comparison
 * @returns {import('../lib/row.js').Row}
 */
function toRow(what, {ours, theirs, rival, goal}) {
	const ratio = ratioOf(speeds(ours), speeds(theirs));
	return {
		what, against: `${rival}'s rows/s`, goal: `≥ ${goal.toFixed(2)} ×`, measured: formatRatio(ratio), verdict: verdictOf(ratio.value >= goal),
		note: `${formatSpeed(median(speeds(ours)))} : ${formatSpeed(median(speeds(theirs)))}, ${megabytes(peak(ours))} : ${megabytes(peak(theirs))}, ${serverNote([...ours, ...theirs].map(({busy}) => busy))}`,
	};
}

/**
 * @param {string} what
 * @param {Samples} ours
 * @param {Samples} theirs
 * @returns {import('../lib/row.js').Row}
 */
function memoryRow(what, ours, theirs) {
	return {what, against: "official SDK's peak", goal: '< 1 ×', measured: `${(peak(ours) / peak(theirs)).toFixed(2)} ×`, verdict: verdictOf(peak(ours) < peak(theirs)), note: `${megabytes(peak(ours))} : ${megabytes(peak(theirs))}`};
}
