import {writeFileSync} from 'node:fs';
import {must} from '../lib/failure.js';
import {compare, readable, readRecords} from '../lib/records.js';
import {soakSources} from '../lib/sources.js';
import {drawPace, drawRange, fewestRequests, rangeFlags, written} from './range.js';

/** `run` may find one thing to do after another: gaps of the run before, then what is new. */
const mostRounds = 4;

/**
 * An archive, brought up to date by runs that are killed; then proved whole, and read back.
 * @param {import('../lib/chain.js').Chain} chain
 */
export async function archiveChain(chain) {
	const {chance, options: {date}} = chain;
	const source = chance.pick(soakSources);
	const range = drawRange(chance, date);
	const pace = drawPace(chance, source);
	await chain.begin(source, {kills: chance.whole(0, 8), requests: 2 * fewestRequests(range, {records: chain.records, pageSize: Number(pace.page_size)})});
	const {url} = chain;
	writeFileSync(chain.file('audit-export.config.json'), JSON.stringify({jobs: {
		soak: {
			source: source.job, dir: 'archive', since: written(range.since), overlap: chance.pick(['10m', '1h', '6h']),
			compress: chance.pick(['gzip', 'none']), max_records: chance.pick([100, 1000, 100_000]), options: {...source.options, ...pace, base_url: url},
		},
	}}), {mode: 0o600});
	for (let round = chance.whole(1, mostRounds); round > 0; round--) await chain.untilComplete(['run', '--config', 'audit-export.config.json']);
	await chain.heal();
	const verified = await chain.run(['verify', 'archive']);
	must(verified.code === 0 && verified.stdout.includes(': whole'), `verify: ${verified.stdout}${verified.stderr}`);
	const path = chain.file('cat.ndjson');
	const {request_profile: profile} = source.options;
	const read = await chain.run(['cat', 'archive', ...rangeFlags(range), ...(profile === undefined ? [] : ['--request-profile', profile]), '-o', path]);
	must(read.code === 0, `cat: ${read.stderr}`);
	const got = readRecords(path, source);
	compare(chain.blurs === true ? readable(got) : got, await chain.truth(source, rangeFlags(range)), {alters: chain.alters === true});
	return `${source.name}, ${got.ids.length} rows`;
}
