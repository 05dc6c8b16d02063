import {appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {binary, serveApi, startProgram, temporaryDirectory, type Api} from '../cli/exporter.ts';

const referee = join(import.meta.dirname, 'referee.mjs');

/** Two days that have ended, so that no row comes any more. */
const untilMs = Math.floor(Date.now() / DAY) * DAY - 6 * HOUR;

const [since, until] = [untilMs - 2 * DAY, untilMs].map(time => new Date(time).toISOString()) as [string, string];

let directory: string;
let api: Api;

beforeEach(async () => {
	directory = temporaryDirectory();
	api = await serveApi({now: Date.now});
});

async function start(args: readonly string[]) {
	return startProgram(process.execPath, args, {cwd: directory, env: api.env}).ended;
}

/** What the referee says of a file or an archive. */
async function judged(subject: string): Promise<string[]> {
	const {code, stdout, stderr} = await start([referee, join(directory, subject), api.url, ...[since, until].map(time => String(Date.parse(time) / 1000))]);
	expect({stderr, isWhole: code === 0}).toEqual({stderr: '', isWhole: stdout.includes(' 0 problems')});
	return stdout.trim().split('\n');
}

it('finds every row of the API in an export, once and unaltered, and what is missing, twice or another one', async () => {
	expect(await start([binary, ...api.flags, '--since', since, '--until', until, '-o', 'calls.ndjson'])).toMatchObject({code: 0});
	expect(await judged('calls.ndjson')).toEqual([expect.stringMatching(/^(\d{4}) rows of the API, \1 lines, 0 problems$/)]);

	const path = join(directory, 'calls.ndjson');
	const [first = '', second = '', ...others] = readFileSync(path, 'utf8').split('\n');
	writeFileSync(path, [second.replace('"ip":"', '"ip":"1'), ...others].join('\n'));
	appendFileSync(path, `${others[0]}\n`);
	const idOf = (line = '') => (JSON.parse(line) as {id: string}).id;
	expect((await judged('calls.ndjson')).slice(0, 3)).toEqual([`${idOf(second)} is not the API's row`, `${idOf(others[0])} is there twice`, `${idOf(first)} is missing`]);
});

it('finds them in an archive, too, whose chain and files are as documented', async () => {
	writeFileSync(join(directory, 'audit-export.json'), JSON.stringify({
		profiles: {default: {feishu: {base_url: api.url}}},
		jobs: {calls: {source: 'feishu-openapi', dir: 'calls', since}},
	}));
	expect(await start([binary, 'run', '--config', 'audit-export.json', '-q'])).toMatchObject({code: 0});
	expect((await judged('calls')).at(-1)).toMatch(/ 0 problems$/);

	const manifest = join(directory, 'calls/manifest.ndjson');
	const partition = `data/dt=${since.slice(0, 10)}`;
	const [segment = ''] = readdirSync(join(directory, 'calls', partition));
	writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"records":', '"records": '));
	rmSync(join(directory, 'calls', partition, segment));
	const problems = await judged('calls');
	expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(/^line \d+ does not follow/), `${partition}/${segment} is missing`]));
	expect(problems.filter(problem => /^\w+ is missing$/.test(problem))).not.toEqual([]);
});
