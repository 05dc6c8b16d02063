import {compare, readRecords} from '../lib/records.js';
import {commandOf, soakSources} from '../lib/sources.js';
import {drawPace, drawRange, fewestRequests, flagsOf, rangeFlags, written} from './range.js';

/**
 * Runs that continue each other by a state file: together they are one export.
 * @param {import('../lib/chain.js').Chain} chain
 */
export async function stateChain(chain) {
	const {chance, options: {date}} = chain;
	const source = chance.pick(soakSources);
	const range = drawRange(chance, date);
	const pace = drawPace(chance, source);
	const parts = chance.whole(2, 5);
	await chain.begin(source, {kills: chance.whole(0, 6), requests: fewestRequests(range, {records: chain.records, pageSize: Number(pace.page_size)})});
	/** @type {{ids: string[], lines: string[]}} */
	const got = {ids: [], lines: []};
	for (let part = 1; part <= parts; part++) {
		const until = part === parts ? range.until : range.since + Math.floor((range.until - range.since) / parts / 1000) * 1000 * part;
		const path = chain.file(`part-${part}.${chance.pick(['ndjson', 'ndjson.gz'])}`);
		await chain.untilComplete([...commandOf(source, chain.url), '--since', written(range.since), '--until', written(until), ...flagsOf(pace), '--state', 'soak.state', '-o', path]);
		const {ids, lines} = readRecords(path, source);
		got.ids.push(...ids);
		got.lines.push(...lines);
	}
	compare(got, await chain.truth(source, rangeFlags(range)), {alters: chain.alters ?? false});
	return `${source.name}, ${parts} runs, ${got.ids.length} rows`;
}
