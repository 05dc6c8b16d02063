import {withApi} from '../lib/api.js';
import {percent, verdictOf} from '../lib/row.js';
import {median} from '../lib/statistics.js';

/**
 * How much of a budget was used: the time that so many requests need at least, by the time they took. Measured from the
 * first arrival to the one that begins the last whole period, so that neither start nor end of a run counts.
 * @param {readonly number[]} arrivals in milliseconds
 * @param {{requests: number, perMs: number}} limit
 */
export function shareUsed(arrivals, {requests, perMs}) {
	const times = arrivals.toSorted((a, b) => a - b);
	const periods = Math.floor((times.length - 1) / requests);
	return (periods * perMs) / ((times[periods * requests] ?? Number.NaN) - (times[0] ?? Number.NaN));
}

/**
 * @typedef {object} BudgetCase
 * @property {string} what
 * @property {string} against
 * @property {number} goal least share of the budget
 * @property {{requests: number, perMs: number}} limit
 * @property {import('../server/options.js').ServerOptions} server
 * @property {string} source
 * @property {readonly string[]} flags
 */

/**
 * Runs the cases beside each other: they wait nearly all of the time. Then all of them again.
 * @param {import('../lib/bench.js').Bench} bench
 * @param {readonly BudgetCase[]} cases
 * @returns {Promise<import('../lib/row.js').Row[]>}
 */
async function measure(bench, cases) {
	/** @type {Map<BudgetCase, import('../lib/bench.js').Sample[]>} */
	const samples = new Map(cases.map(one => [one, []]));
	for (let round = 1; round <= bench.roundsOf(3); round++) {
		for (let at = 0; at < cases.length; at += 4) {
			await Promise.all(cases.slice(at, at + 4).map(async one => {
				const {rows} = one.server;
				const sample = await withApi({...one.server, rate: `${one.limit.requests}/${one.limit.perMs}`}, async api =>
					bench.export(api, {rows, source: one.source, flags: one.flags, ownBudget: true, timeoutMs: 300_000}));
				samples.get(one)?.push(sample);
			}));
		}
	}
	return cases.map(one => toRow(one, samples.get(one) ?? []));
}

/**
 * @param {BudgetCase} one
 * @param {readonly import('../lib/bench.js').Sample[]} runs
 * @returns {import('../lib/row.js').Row}
 */
function toRow({what, against, goal, limit, server}, runs) {
	const used = runs.map(({arrivals}) => shareUsed(arrivals, limit));
	const requests = runs.reduce((sum, run) => sum + run.requests, 0);
	const refusals = runs.reduce((sum, run) => sum + run.refusals, 0);
	const mostRefusals = server.jitter === undefined ? 0 : 0.002;
	return {
		what, against,
		goal: `≥ ${percent(goal)}, ${mostRefusals === 0 ? 'no refusals' : `refusals ≤ ${percent(mostRefusals)}`}`,
		measured: `${percent(median(used))} (${percent(Math.min(...used))} to ${percent(Math.max(...used))}), ${refusals} of ${requests} refused`,
		verdict: verdictOf(median(used) >= goal && refusals / requests <= mostRefusals),
		note: '',
	};
}

/**
 * The same case with a constant latency, and with one that jitters.
 * @param {(jitter: {jitter?: number}, label: string) => BudgetCase} make
 */
function withAndWithoutJitter(make) {
	return [make({}, ''), {...make({jitter: 0.2}, ' ± 20 %'), goal: 0.8}];
}

/**
 * The OpenAPI log's 100 requests a minute, at twenty times the pace. Once with latencies at the same scale and the
 * exporter's defaults, once with real latencies and as many requests in flight as those take.
 * @type {import('./index.js').Scenario}
 */
export async function openapiBudget(bench) {
	const limit = {requests: 100, perMs: 3000};
	const days = bench.amount(1, 0.5);
	// Four full pages in every window of six minutes, forty in every hour.
	const rows = 94_800 * days;
	const scaled = [50, 500, 2000].flatMap(realMs => withAndWithoutJitter((jitter, label) => ({
		what: `budget used, feishu-openapi, latency ${realMs} ms${label}, all times 20 × shorter, default concurrency`,
		against: '100 requests / 3 s', goal: 0.97, limit, source: 'feishu-openapi',
		flags: ['--rate', '100/3s'],
		server: {api: 'openapi', rows, days, latencyMs: realMs / 20, ...jitter},
	})));
	// Windows ahead of their turn cannot be held in memory whole: reading must not fall back to one at a time.
	/** @type {BudgetCase} */
	const large = {
		what: `budget used, feishu-openapi, latency 2000 ms, all times 20 × shorter, four windows of ${bench.amount(240, 120)} pages`,
		against: '100 requests / 3 s', goal: 0.97, limit, source: 'feishu-openapi',
		flags: ['--rate', '100/3s', '--window', bench.quick ? '3h' : '6h'],
		server: {api: 'openapi', rows, days, latencyMs: 100},
	};
	const real = [{latencyMs: 50, concurrency: 4}, {latencyMs: 500, concurrency: 32}, {latencyMs: 2000, concurrency: 100}].flatMap(({latencyMs, concurrency}) => withAndWithoutJitter((jitter, label) => ({
		what: `budget used, feishu-openapi, latency ${latencyMs} ms${label}, --concurrency ${concurrency}`,
		against: '100 requests / 3 s', goal: 0.97, limit, source: 'feishu-openapi',
		flags: ['--rate', '100/3s', '--window', '6m', '--concurrency', String(concurrency)],
		server: {api: 'openapi', rows, days, latencyMs, ...jitter},
	})));
	return measure(bench, [...scaled, large, ...real]);
}

/** The low-code platform's 10 requests a second, as they are. @type {import('./index.js').Scenario} */
export async function apaasBudget(bench) {
	return measure(bench, [300, 1000].flatMap(latencyMs => withAndWithoutJitter((jitter, label) => ({
		what: `budget used, feishu-apaas, latency ${latencyMs} ms${label}`,
		against: '10 requests / 1 s', goal: 0.95, limit: {requests: 10, perMs: 1000}, source: 'feishu-apaas',
		flags: [],
		server: {api: 'apaas', rows: bench.amount(40_000, 15_000), latencyMs, ...jitter},
	}))));
}
