import {readdirSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {withApi} from '../lib/api.js';
import {runWell} from '../lib/child.js';
import {megabytes, verdictOf} from '../lib/row.js';
import {median} from '../lib/statistics.js';

/** Making an archive of so many segments takes the better part of an hour: only in a long bench, or in a directory that is kept. */
const manySegments = 105_000;
/** An archive belongs to one API: a directory that is kept is asked again at the same address. */
const keptPort = 42_631;

/** What a run costs that finds nothing new, in an archive that has grown for years. Each of its segments holds one row: rows of one second would stay together. @type {import('./index.js').Scenario} */
export async function archive(bench) {
	const segments = bench.long || bench.archive !== undefined ? manySegments : bench.amount(5000, 500);
	const dir = resolve(bench.archive ?? join(bench.directory, 'archive'));
	const config = bench.newFile('json');
	return withApi({api: 'openapi', rows: segments, days: 2, port: bench.archive === undefined ? 0 : keptPort}, async api => {
		const job = {source: 'feishu-openapi', dir, since: api.range[1], max_records: 1, lag: '0s', overlap: '1d', options: {window: '1d', rate: '20000/1s'}};
		writeFileSync(config, JSON.stringify({jobs: {archive: job}}), {mode: 0o600});
		const update = async (/** @type {number} */ timeoutMs) => runWell(process.execPath, [bench.binary, 'run', '--config', config, '--base-url', api.url], {...bench.plain, timeoutMs, measured: true});
		await update(2 * 3_600_000);
		const found = readdirSync(dir, {recursive: true}).filter(name => String(name).endsWith('.ndjson.gz')).length;
		if (found !== segments) throw new Error(`the archive in ${dir} has ${found} segments instead of ${segments}`);
		const samples = [];
		for (let round = 1; round <= bench.roundsOf(5); round++) samples.push(await update(60_000));
		const ms = median(samples.map(sample => sample.ms));
		return [{
			what: `archive run with nothing new, ${segments.toLocaleString('en')} segments`, against: '', goal: '≤ 1 s', measured: `${Math.round(ms)} ms`,
			verdict: verdictOf(ms <= 1000), note: megabytes(median(samples.map(({peakBytes}) => peakBytes))),
		}];
	});
}
