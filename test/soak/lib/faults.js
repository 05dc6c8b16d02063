import {marker} from './sandbox.js';

/**
 * @typedef {import('./random.js').Chance} Chance
 * @typedef {import('./sandbox.js').Rule} Rule
 * @typedef {import('./sources.js').SoakSource} SoakSource
 */

/** Faults that pass by being tried again. @type {readonly Rule[]} */
const passing = [
	{fault: 'status', status: 500, body: 'json'}, {fault: 'status', status: 502}, {fault: 'status', status: 503, body: 'empty'}, {fault: 'status', status: 408, body: 'empty'},
	{fault: 'rate-limit', headers: 'none'}, {fault: 'rate-limit', headers: 'negative'}, {fault: 'rate-limit', headers: 'zero'}, {fault: 'rate-limit', headers: 'past'},
	{fault: 'header', huge: 'many', bytes: 200_000}, {fault: 'informational', count: 20},
	{fault: 'reset', at: 'before'}, {fault: 'reset', at: 'headers'}, {fault: 'reset', at: 'body'}, {fault: 'refuse', for: '200ms'},
	{fault: 'hang', at: 'before', for: '40ms'}, {fault: 'hang', at: 'headers', for: '40ms'}, {fault: 'hang', at: 'body', for: '40ms'}, {fault: 'drip', bytesPerSecond: 300_000},
	{fault: 'cut-off'}, {fault: 'cut-off', framing: 'chunked'}, {fault: 'cut-off', framing: 'chunked', after: 1},
	{fault: 'over-long'}, {fault: 'over-long', extra: 'answer'}, {fault: 'content-length', too: 'short'}, {fault: 'content-length', too: 'long'},
	{fault: 'garbage', as: 'text'}, {fault: 'garbage', as: 'nothing'},
	{fault: 'gzip-garbage'}, {fault: 'gzip-garbage', as: 'damaged'}, {fault: 'gzip-cut'}, {fault: 'gzip-cut', after: 1}, {fault: 'gzip-bomb', bytes: 3_000_000},
	{fault: 'charset', as: 'utf-16'}, {fault: 'bom'}, {fault: 'not-json', as: 'cut'}, {fault: 'not-json', as: 'empty'}, {fault: 'huge-page', bytes: 2_000_000, with: 'space'},
];

/** Answers that lie about what is there, but hold it: an export is complete, or says that it is not. @type {readonly Rule[]} */
const lying = [
	{fault: 'rows', how: 'repeated', count: 2}, {fault: 'rows', how: 'repeated-across-pages', count: 3}, {fault: 'rows', how: 'reordered'},
	{fault: 'rows', how: 'not-an-object'}, {fault: 'rows', how: 'missing-id'}, {fault: 'rows', how: 'time-null'}, {fault: 'rows', how: 'time-zero'},
	{fault: 'total', how: 'lies-more'}, {fault: 'total', how: 'lies-less'}, {fault: 'total', how: 'grows'}, {fault: 'total', how: 'missing'}, {fault: 'total', how: 'string'},
	{fault: 'page-number', how: 'repeats-the-page'}, {fault: 'page-number', how: 'skips-a-page'},
	{fault: 'page-token', how: 'repeats'}, {fault: 'page-token', how: 'expired'}, {fault: 'page-token', how: 'empty'}, {fault: 'page-token', how: 'leads-elsewhere'}, {fault: 'page-token', how: 'present-at-end'},
	{fault: 'has-more', how: 'missing'}, {fault: 'envelope', how: 'code-unknown'}, {fault: 'redirect'}, {fault: 'status', status: 403}, {fault: 'status', status: 404, body: 'json'},
	{fault: 'charset', as: 'latin1'}, {fault: 'duplicate-keys', in: 'top'},
];

/** Of those, what an archive keeps beside the rows that it finds when it reads the gap again. */
const blurring = new Set(['not-an-object', 'missing-id', 'time-null', 'time-zero']);

/** Where a total tells, rows may be missing, too. @type {readonly Rule[]} */
const losing = [{fault: 'rows', how: 'dropped'}, {fault: 'rows', how: 'arrives-late'}, {fault: 'rows', how: 'rows-null'}];

/** Other text in rows, which is written as it came: then rows are compared by their ids. @type {readonly Rule[]} */
const altering = [{fault: 'rows', how: 'control-characters'}, {fault: 'rows', how: 'formulas'}, {fault: 'rows', how: 'extra-fields'}, {fault: 'rows', how: 'proto'}, {fault: 'rows', how: 'lone-surrogates'}];

/**
 * What happens to the requests of one chain.
 * @typedef {object} Faults
 * @property {readonly Rule[]} rules
 * @property {boolean} alters rows may have other text than in truth
 * @property {boolean} blurs an archive may also have rows as they were served once
 */

/**
 * @param {Chance} chance
 * @param {SoakSource} source
 * @param {{kills: number, requests: number}} options how many kills, spread over about so many requests
 * @returns {Faults}
 */
export function drawFaults(chance, source, {kills, requests}) {
	const rules = [];
	const between = Math.max(2, Math.ceil(requests / Math.max(1, kills)));
	for (let kill = 0, request = 0; kill < kills; kill++) {
		request += chance.whole(1, 2 * between);
		rules.push(marker(source.rules, request, chance.pick(['before', 'before', 'headers', 'body'])));
	}
	for (let count = chance.whole(0, 6); count > 0; count--) rules.push({...chance.pick(passing), probability: chance.pick([0.01, 0.02, 0.05])});
	if (source.signsIn === 'app' && chance.maybe(0.3)) rules.push({fault: 'token-revoked', probability: 0.03});
	if (source.signsIn !== 'app' && chance.maybe(0.1)) rules.push({fault: 'token-revoked', times: 1, requests: String(chance.whole(2, requests))});
	const lies = [...lying, ...(source.pages === 'totals' ? losing : [])];
	if (chance.maybe(0.4)) rules.push({...chance.pick(lies), probability: chance.pick([0.01, 0.03, 0.2]), ...(chance.maybe(0.5) ? {times: chance.whole(1, 4)} : {})});
	const alters = chance.maybe(0.15);
	if (alters) rules.push({...chance.pick(altering), probability: 0.2});
	return {rules: rules.map(rule => ({...rule, source: source.rules})), alters, blurs: rules.some(rule => 'how' in rule && blurring.has(String(rule.how)))};
}
