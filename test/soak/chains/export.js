import {must} from '../lib/failure.js';
import {compare, readRecords} from '../lib/records.js';
import {commandOf, soakSources} from '../lib/sources.js';
import {drawPace, drawRange, fewestRequests, flagsOf, rangeFlags} from './range.js';

/**
 * One export into a file, killed again and again, then compared with an undisturbed one.
 * @param {import('../lib/chain.js').Chain} chain
 */
export async function exportChain(chain) {
	const {chance, options: {date}} = chain;
	const source = chance.pick(soakSources);
	const range = drawRange(chance, date);
	const pace = drawPace(chance, source);
	const path = chain.file(chance.pick(['out.ndjson', 'out.ndjson', 'out.ndjson.gz', 'out.csv', 'out.csv.gz', 'out.json']));
	const limit = chance.maybe(0.1) ? chance.whole(1, 200) : undefined;
	const extras = [...(chance.maybe(0.25) ? ['--order', 'time'] : []), ...(limit === undefined ? [] : ['--limit', String(limit)])];
	await chain.begin(source, {kills: chance.whole(0, 6), requests: fewestRequests(range, {records: chain.records, pageSize: Number(pace.page_size)})});
	await chain.untilComplete([...commandOf(source, chain.url), ...rangeFlags(range), ...flagsOf(pace), ...extras, '-o', path]);
	const got = readRecords(path, source);
	compare(got, await chain.truth(source, rangeFlags(range)), {alters: chain.alters ?? false, limit});
	if (extras.includes('time') && source.console === undefined && limit === undefined) checkOrder(got.lines, source);
	return `${source.name}, ${got.ids.length} rows`;
}

/**
 * @param {readonly string[]} lines
 * @param {{time: string}} source
 */
function checkOrder(lines, {time}) {
	const times = lines.map(line => Number(JSON.parse(line)[time]));
	must(times.every((value, index) => index === 0 || value >= (times[index - 1] ?? 0)), 'the rows are not in the order of time');
}
