import {mkdir, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {DAY, HOUR, MINUTE} from '../../../src/base/duration.ts';
import {memoryStream} from '../../helpers/context.ts';
import {fakeFeishu} from '../../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf, start} from './workspace.ts';

const calls = {source: 'feishu-openapi', dir: 'calls', since: '6h', options: {window: '1h'}};

it('shows each job, also one that never ran', async () => {
	const workspace = await createWorkspace({calls, 'later-on': {...calls, dir: 'later'}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run', 'calls'], {clock: clockAt()});
	const {code, stdout, stderr} = await workspace.run(['status', '--timezone', 'UTC'], {clock: clockAt(5 * HOUR)});
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(stdout).toBe([
		'job       status     last run  covered                           records  gaps  source',
		'calls     complete   5h ago    2026-11-20 – 2026-11-20 12:00:00  36       0     feishu-openapi',
		'later-on  never run                                                             feishu-openapi',
		'',
	].join('\n'));
});

it.each([[40], [60], [80], [200]])('fits a terminal of %i columns, and cuts no date', async columns => {
	const workspace = await createWorkspace({'calls-of-all-apps': calls, 'x': {...calls, dir: 'b'}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run', 'calls-of-all-apps'], {clock: clockAt()});
	const stdout = memoryStream({isTTY: true, columns});
	await workspace.run(['status'], {clock: clockAt(), stdout});
	for (const line of stdout.text().split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
	expect(stdout.text()).toMatch(/^x( |$)/m);
	expect(stdout.text().match(/2026-/g)?.length ?? 0).toBe(columns < 80 ? 0 : 2);
});

it('knows the next start where a run said when, and as long as it was not missed', async () => {
	const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run'], {clock: clockAt()});
	const path = join(workspace.dir, 'calls/last-run.json');
	await writeFile(path, (await workspace.read('calls/last-run.json')).replace('"every_ms": null', `"every_ms": ${HOUR}`));
	const next = async (afterMs: number) => (JSON.parse((await workspace.run(['status', '--format', 'json'], {clock: clockAt(afterMs)})).stdout) as {jobs: [{next_start_at: unknown}]}).jobs[0].next_start_at;
	expect(await Promise.all([0, 70, 119, 121].map(async minutes => next(minutes * MINUTE)))).toEqual([...Array.from({length: 3}, () => '2026-11-20T13:00:00Z'), null]);
	expect((await workspace.run(['status'], {clock: clockAt(70 * MINUTE)})).stdout).toContain('due');
	expect((await workspace.run(['status'], {clock: clockAt(121 * MINUTE)})).stdout).not.toContain('next run');
});

it('shows archives by their directories without a configuration', async () => {
	const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run'], {clock: clockAt()});
	await rm(join(workspace.dir, 'audit-export.config.json'));
	const {code, stdout} = await workspace.run(['status', 'calls', join(workspace.dir, 'calls')], {clock: clockAt()});
	expect(code).toBe(0);
	expect(stdout.match(/^calls +complete .* 2026-11-20 12:00:00 +36 +0 +feishu-openapi$/gm)).toHaveLength(2);
	await writeFile(join(workspace.dir, 'file'), '');
	for (const name of ['nowhere', './nowhere', 'file']) expect(await workspace.run(['status', name])).toMatchObject({code: 2, stderr: expect.stringContaining(`${name} is no archive`) as string});
});

it('checks that archives are up to date and whole', async () => {
	const rows = rowsOf(6);
	let isRefusing = false;
	const api = fakeFeishu(rows, {intervene: ({parameters}) => isRefusing && Number(parameters['start_time']) >= start / 1000 + 3000 && Number(parameters['start_time']) < start / 1000 + 7000
		? Response.json({code: 1663, msg: 'no'}, {status: 400}) : undefined});
	const workspace = await createWorkspace({calls, lagging: {...calls, dir: 'lagging', lag: '2h'}, never: {...calls, dir: 'never'}}, {fetch: api.fetch});
	await workspace.run(['run', 'calls', 'lagging'], {clock: clockAt()});
	const check = async (afterMs: number, ...args: string[]) => {
		const {code, stderr} = await workspace.run(['status', '--check', ...args], {clock: clockAt(afterMs)});
		return {code, stderr};
	};
	expect(await check(HOUR, 'calls', 'lagging')).toEqual({code: 0, stderr: ''});
	expect(await check(HOUR + MINUTE, 'calls')).toEqual({code: 6, stderr: 'error: calls: covered until 2026-11-20T12:00:00Z, which is 1h ago\n'});
	expect(await check(HOUR + MINUTE, 'calls', '--max-lag', '2h')).toEqual({code: 0, stderr: ''});
	expect(await check(0, 'never')).toEqual({code: 6, stderr: 'error: never: there is no archive yet\n'});
	isRefusing = true;
	await workspace.run(['run', 'calls'], {clock: clockAt(3 * HOUR)});
	expect(await check(3 * HOUR, 'calls')).toEqual({code: 6, stderr: expect.stringMatching(/^error: calls: 1 gaps, the first from 2026-11-20T13:00:00Z/) as string});
});

it('gives everything to programs', async () => {
	const workspace = await createWorkspace({calls, other: {...calls, dir: 'other'}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run', 'calls'], {clock: clockAt()});
	const {stdout} = await workspace.run(['status', '--format', 'json'], {clock: clockAt(DAY)});
	expect(JSON.parse(stdout)).toEqual({jobs: [
		{
			job: 'calls', source: 'feishu-openapi', dir: join(workspace.dir, 'calls'), running: false, status: 'complete', exit_code: 0, error: null,
			last_run: {started_at: '2026-11-20T12:00:00Z', ended_at: '2026-11-20T12:00:00Z', records: 36, late_records: 0, requests: 6, waited_ms: 0},
			last_success_at: '2026-11-20T12:00:00Z',
			covered: {since: '2026-11-20T06:00:00Z', until: '2026-11-20T12:00:00Z'},
			records: 36, segments: 6, gaps: [], next_start_at: null,
		},
		{
			job: 'other', source: 'feishu-openapi', dir: join(workspace.dir, 'other'), running: false, status: null, exit_code: null, error: null,
			last_run: null, last_success_at: null, covered: null, records: null, segments: null, gaps: null, next_start_at: null,
		},
	]});
});

it('tells of a manifest that cannot be read, and of the other jobs', async () => {
	const workspace = await createWorkspace({calls, other: {...calls, dir: 'other'}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run', 'other'], {clock: clockAt()});
	await mkdir(join(workspace.dir, 'calls'));
	await writeFile(join(workspace.dir, 'calls/manifest.ndjson'), 'no manifest\nat all\n');
	const {code, stdout} = await workspace.run(['status'], {clock: clockAt()});
	expect(code).toBe(0);
	expect(stdout).toMatch(/^calls\s+unreadable/m);
	expect(stdout).toMatch(/^other\s+complete/m);
});

it('takes a cut-off or unknown word of the last run for none', async () => {
	const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run'], {clock: clockAt()});
	await truncate(join(workspace.dir, 'calls/last-run.json'), 100);
	expect((await workspace.run(['status'], {clock: clockAt()})).stdout).toMatch(/^calls\s+never run\s+2026-11-20 – 2026-11-20 12:00:00\s+36\s+0/m);
	expect((await workspace.run(['run'], {clock: clockAt(MINUTE)})).code).toBe(0);
	expect((await workspace.run(['status'], {clock: clockAt(MINUTE)})).stdout).toMatch(/^calls\s+complete/m);
});

it('refuses an unknown format, and a job that does not exist', async () => {
	const workspace = await createWorkspace({calls});
	expect((await workspace.run(['status', '--format', 'csv'])).code).toBe(2);
	expect(await workspace.run(['status', 'call'])).toMatchObject({code: 2, stderr: expect.stringContaining('did you mean "calls"?') as string});
});
