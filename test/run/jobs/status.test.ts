import {mkdir, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {DAY, HOUR, MINUTE} from '../../../src/base/duration.ts';
import {memoryStream} from '../../helpers/context.ts';
import {fakeFeishu} from '../../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf} from './workspace.ts';

const calls = {source: 'feishu-openapi', dir: 'calls', since: '6h'};

it('shows each job, also one that never ran', async () => {
	const workspace = await createWorkspace({calls, 'later-on': {...calls, dir: 'later'}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run', 'calls'], {clock: clockAt()});
	const {code, stdout, stderr} = await workspace.run(['status', '--timezone', 'UTC'], {clock: clockAt(5 * HOUR)});
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(stdout).toBe([
		'job       status     last run  covered                           records  gaps  next run  source',
		'calls     complete   5h ago    2026-11-20 – 2026-11-20 12:00:00  36       0               feishu-openapi',
		'later-on  never run                                                                       feishu-openapi',
		'',
	].join('\n'));
});

it.each([[40], [80], [200]])('fits a terminal of %i columns', async columns => {
	const workspace = await createWorkspace({'calls-of-all-apps': calls, 'x': {...calls, dir: 'b'}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
	await workspace.run(['run', 'calls-of-all-apps'], {clock: clockAt()});
	const stdout = memoryStream({isTTY: true, columns});
	await workspace.run(['status'], {clock: clockAt(), stdout});
	for (const line of stdout.text().split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
	expect(stdout.text()).toMatch(/^x /m);
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
