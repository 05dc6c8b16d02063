import {readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {Finding} from '../../src/archive/verify/finding.ts';
import {verifyArchive} from '../../src/archive/verify/verify-archive.ts';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import type {Ran} from '../helpers/context.ts';
import {fakeFeishu, type FakeApi, type FakeRow} from '../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf, start, type Workspace} from '../run/jobs/workspace.ts';
import {readArchive} from './read-archive.ts';

const calls = {source: 'feishu-openapi', dir: 'archive', since: '2026-11-16T12:00:00Z', options: {window: '1h'}};
const named = ['--config', 'audit-export.config.json'];

interface Kept {
	readonly run: (...command: Parameters<Workspace['run']>) => Promise<Ran>;
	readonly api: FakeApi;
	readonly rows: FakeRow[];
	readonly dir: string;
}

/** An archive of four days, half of the fifth and its late rows: from 2026-11-16T12:00 to 2026-11-20T12:00 and on. */
async function keptArchive(job: Readonly<Record<string, unknown>> = {}): Promise<Kept> {
	const rows = rowsOf(96);
	const api = fakeFeishu(rows);
	const workspace = await createWorkspace({calls: {...calls, ...job}}, {fetch: api.fetch});
	for (const hours of [-72, -24, -20, -12, 0]) {
		if (hours === -20) rows.push({id: 'late', time: start / 1000 - 24 * 3600 - 600});
		expect((await workspace.run(['run', ...named], {clock: clockAt(hours * HOUR)})).code).toBe(0);
	}
	return {run: async (...command) => workspace.run(...command), api, rows, dir: join(workspace.dir, 'archive')};
}

const idsFrom = (rows: readonly FakeRow[], ms: number) =>
	rows.filter(({time}) => time * 1000 >= ms).toSorted((a, b) => a.time - b.time).map(({id}) => id);
const idsOf = (text: string) => text.split('\n').slice(0, -1).map(line => (JSON.parse(line) as {id: string}).id);

it('prunes whole days on the record: what is left is whole, begins then, and nothing of before is asked for again', async () => {
	const {run, api, rows, dir} = await keptArchive();
	const before = '2026-11-18T12:00:00Z';
	const plan = await run(['prune', 'calls', '--before', before, '--dry-run', ...named], {clock: clockAt()});
	expect(plan.stdout).toBe([
		'2026-11-16: 12 segments, 72 records', '2026-11-17: 24 segments, 144 records',
		`would remove 36 segments, 216 records from ${dir}, which begins at 2026-11-18T00:00:00Z then`, '',
	].join('\n'));
	expect(readArchive(dir).lines.at(-1)?.kind).toBe('segment');
	expect((await run(['prune', dir, '--before', before], {clock: clockAt()})).stdout).toBe(plan.stdout.replace('would remove', 'removed'));
	expect((await run(['prune', dir, '--before', before], {clock: clockAt()})).stdout).toBe(`${dir}: nothing to remove\n`);

	const {problems, lines} = readArchive(dir);
	expect(problems).toEqual([]);
	expect(lines.slice(-2).map(({kind, since, until, removed}) => [kind, since, until, removed?.length])).toEqual([
		['prune', '2026-11-16T12:00:00Z', '2026-11-17T00:00:00Z', 12], ['prune', '2026-11-17T00:00:00Z', '2026-11-18T00:00:00Z', 24],
	]);
	expect((await readdir(join(dir, 'data'))).toSorted()).toEqual(['dt=2026-11-18', 'dt=2026-11-19', 'dt=2026-11-20']);
	const verified = await run(['verify', dir]);
	expect(verified.stdout).toMatch(/^pruned: 36 segments, 216 records before 2026-11-18T00:00:00Z, by prune --before 2026-11-18T12:00:00Z\n61 segments, 361 records, 2026-11-18T00:00:00Z to 2026-11-20T12:00:00Z: whole$/m);
	const cat = await run(['cat', dir, '--since', '2026-11-17', '--timezone', 'UTC']);
	expect(idsOf(cat.stdout)).toEqual(idsFrom(rows, Date.UTC(2026, 10, 18)));
	expect([cat.code, cat.stderr]).toEqual([0, 'warning: the archive begins at 2026-11-18T00:00:00Z\n']);
	expect((await run(['status', '--format', 'json'])).stdout).toContain('"since": "2026-11-18T00:00:00Z"');

	const asked = api.seen.length;
	rows.push({id: 'too-late', time: Date.UTC(2026, 10, 17) / 1000});
	expect(await run(['run'], {clock: clockAt(HOUR)})).toMatchObject({code: 0});
	expect(await run(['verify', dir, '--repair'], {clock: clockAt(HOUR)})).toMatchObject({code: 0});
	expect(api.seen.slice(asked).every(({parameters}) => Number(parameters['start_time']) >= Date.UTC(2026, 10, 20) / 1000)).toBe(true);
});

it('ends gaps and what is looked through again with the days that are pruned', async () => {
	const {run, api, dir} = await keptArchive({overlap: '2d'});
	const [day] = await readdir(join(dir, 'data'));
	await rm(join(dir, 'data', day ?? ''), {recursive: true});
	expect((await run(['verify', dir])).code).toBe(6);
	expect((await run(['prune', dir, '--before', '2026-11-20T09:00:00Z'], {clock: clockAt()})).code).toBe(0);
	expect((await run(['verify', dir])).code).toBe(0);
	const asked = api.seen.length;
	await run(['run'], {clock: clockAt(HOUR)});
	const starts = api.seen.slice(asked).map(({parameters}) => Number(parameters['start_time']) * 1000);
	expect(Math.min(...starts)).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 20) - 1000);
});

it('never prunes the day up to which an archive was read', async () => {
	const {run, dir} = await keptArchive();
	expect((await run(['prune', dir, '--before', '2027-01-01'], {clock: clockAt(90 * DAY)})).stdout).toContain('which begins at 2026-11-20T00:00:00Z then');
});

it('keeps as much as a job says, at the end of each run', async () => {
	const {run, rows, dir} = await keptArchive({keep: '2d', overlap: '12h'});
	expect(idsOf((await run(['cat', dir])).stdout)).toEqual(idsFrom(rows, Date.UTC(2026, 10, 18)));
	const last = readArchive(dir).lines.findLast(({kind}) => kind === 'prune');
	expect(last).toMatchObject({until: '2026-11-18T00:00:00Z', rule: 'keep 2d'});
	expect((await run(['verify', dir])).code).toBe(0);
	await run(['run', ...named, '--summary', 'summary.json'], {clock: clockAt(DAY)});
	expect(JSON.parse(await readFile(join(dir, '..', 'summary.json'), 'utf8'))).toMatchObject({jobs: [{pruned: {segments: 24, records: 144}}]});
});

it.each([
	['that is shorter than overlap, lag and a day', {keep: '25h', lag: '1h'}, named, /jobs\.calls\.keep: 25h is less than overlap, lag and a day, which are 26h/],
	['of a configuration that nobody named', {keep: '30d'}, [], /jobs\.calls would have records removed, and the file was only found/],
])('refuses a time to keep %s', async (_, job, flags, problem) => {
	const workspace = await createWorkspace({calls: {...calls, ...job}});
	const {code, stderr} = await workspace.run(['run', ...flags], {clock: clockAt()});
	expect(code).toBe(2);
	expect(stderr).toMatch(problem);
});

it('refuses to prune a job that nobody named the configuration of', async () => {
	const {run} = await keptArchive();
	const {code, stderr} = await run(['prune', 'calls', '--before', '2026-11-18'], {clock: clockAt()});
	expect(code).toBe(2);
	expect(stderr).toContain('jobs.calls would have records removed');
	expect((await run(['prune', './nowhere', '--before', '2026-11-18'])).stderr).toContain('./nowhere is no archive');
});

it('makes one file of those of each closed day, row for row as cat gave them, late ones in their places', async () => {
	const {run, rows, dir} = await keptArchive();
	const {stdout} = await run(['cat', dir]);
	expect((await run(['compact', dir])).stdout).toBe(`${dir}: 4 days of 85 segments are one segment each now\n`);
	expect((await run(['compact', 'calls'])).stdout).toBe(`${dir}: 0 days of 0 segments are one segment each now\n`);
	expect(readArchive(dir).problems).toEqual([]);
	const after = await run(['cat', dir]);
	expect(after).toMatchObject({code: 0, stdout});
	expect(idsOf(stdout)).toEqual(idsFrom(rows, 0));
	for (const day of ['16', '17', '18', '19']) expect(await readdir(join(dir, 'data', `dt=2026-11-${day}`))).toHaveLength(1);
	expect((await run(['verify', dir])).stdout).toMatch(/^16 segments, 577 records, .*: whole$/m);
	expect((await run(['run'], {clock: clockAt(HOUR)})).stderr).toBe('calls: nothing new; covered until 2026-11-20T13:00:00Z\n');
});

it('finds a flipped bit in a compacted day, leaves its days be, and has it exported again', async () => {
	const {run, rows, dir} = await keptArchive({compress: 'none', compact: true});
	const [file = ''] = readArchive(dir).lines.flatMap(({kind, file: own}) => kind === 'compact' ? own ?? [] : []);
	expect(file).toMatch(/\.day-\d+\.ndjson$/);
	const bytes = await readFile(join(dir, file));
	bytes[30] = (bytes[30] ?? 0) ^ 1;
	await writeFile(join(dir, file), bytes);
	expect((await run(['verify', dir])).stdout).toContain(`altered: ${file} line`);
	const repaired = await run(['verify', dir, '--repair'], {clock: clockAt()});
	expect(repaired.code).toBe(0);
	expect(idsOf((await run(['cat', dir])).stdout)).toEqual(idsFrom(rows, 0));
});

it('does not make one file of a day that has a damaged one', async () => {
	const {run, dir} = await keptArchive();
	const [first = ''] = readArchive(dir).lines.flatMap(({since, file}) => since.startsWith('2026-11-19') ? file ?? [] : []);
	await rename(join(dir, first), join(dir, 'elsewhere'));
	const {code, stderr, stdout} = await run(['compact', dir]);
	expect(code).toBe(6);
	expect(stderr).toContain(`2026-11-19 stays as it is: ${first} is damaged`);
	expect(stdout).toContain('3 days of 60 segments');
});

it('may be compacted while it is verified: what is gone by then is no finding', async () => {
	const {run, dir} = await keptArchive();
	const findings: Finding[] = [];
	const {notes} = await verifyArchive({
		dir, report: finding => findings.push(finding), signal: new AbortController().signal, sleep: async () => undefined,
		sourceOf: async () => {
			await run(['compact', dir]);
			return feishuOpenapi;
		},
	});
	expect(findings).toEqual([]);
	expect(notes).toEqual(['85 segments were pruned or compacted meanwhile: verify again to prove what stands for them']);
});
