import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {JobSummary} from '../../../src/run/jobs/job-summary.ts';
import type {RunSummary} from '../../../src/run/jobs/run-summary.ts';
import {acquireLock} from '../../../src/output/lock.ts';
import {HOUR, MINUTE} from '../../../src/base/duration.ts';
import {fakeFeishu, fakeTrae, type FakeRow} from '../../helpers/fake-api.ts';
import {clockAt, createWorkspace, noNetwork, rowsOf, start, vendorsOf} from './workspace.ts';

const calls = {source: 'feishu-openapi', dir: 'calls', since: '6h'};
// Time stands still while nothing waits for a budget.
const trae = {source: 'trae-openapi', dir: 'trae', since: '2d', compress: 'none', options: {rate: '1000/1s'}};

async function summaryOf(run: (file: string) => Promise<unknown>, dir: string): Promise<RunSummary> {
	const file = join(dir, 'summary.json');
	await run(file);
	return JSON.parse(await readFile(file, 'utf8')) as RunSummary;
}

function jobOf({jobs}: RunSummary, name: string): JobSummary {
	const job = jobs.find(entry => entry.job === name);
	if (job === undefined) throw new Error(`the summary has no job ${name}`);
	return job;
}

const ids = (rows: readonly FakeRow[]) => rows.map(({id}) => id);

describe('run', () => {
	it('brings every archive up to now, and the next time only what is new', async () => {
		const rows = rowsOf(6);
		const feishu = fakeFeishu(rows);
		const fetch = vendorsOf({feishu, trae: fakeTrae(rowsOf(24, {name: 'call'}))});
		const workspace = await createWorkspace({calls, trae}, {fetch});
		const first = await workspace.run(['run'], {clock: clockAt()});
		expect({code: first.code, stdout: first.stdout}).toEqual({code: 0, stdout: ''});
		expect(first.stderr.split('\n').toSorted()).toEqual(['', 'calls: 36 records; covered until 2026-11-20T12:00:00Z', 'trae: 144 records; covered until 2026-11-20T12:00:00Z']);
		expect(await workspace.ids('calls')).toEqual(ids(rows));

		const late = {id: 'late', time: start / 1000 - 1500};
		const next = {id: 'next', time: start / 1000 + 60};
		rows.push(late, next);
		const second = await workspace.run(['run', 'calls'], {clock: clockAt(10 * MINUTE)});
		expect(second.stderr).toBe('calls: 2 records, 1 of them late by up to 35m; covered until 2026-11-20T12:10:00Z\n');
		expect((await workspace.ids('calls')).toSorted()).toEqual(ids(rows).toSorted());
		expect((await workspace.run(['run', 'calls'], {clock: clockAt(10 * MINUTE)})).stderr).toBe('calls: nothing new; covered until 2026-11-20T12:10:00Z\n');
	});

	it('tells of nothing with --quiet when all is well', async () => {
		const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		expect(await workspace.run(['run', '--quiet'], {clock: clockAt()})).toMatchObject({code: 0, stdout: '', stderr: ''});
	});

	it('lets a failing job stop no other, and ends with the exit code of the worst', async () => {
		const feishu = fakeFeishu(rowsOf(6), {intervene: () => Response.json({code: 99991672, msg: 'Access denied'}, {status: 400})});
		const workspace = await createWorkspace({calls, trae}, {fetch: vendorsOf({feishu, trae: fakeTrae(rowsOf(24))})});
		const {code, stderr} = await workspace.run(['run'], {clock: clockAt()});
		expect(code).toBe(3);
		expect(stderr).toContain('trae: 144 records; covered until');
		expect(stderr).toMatch(/^error: calls: .*99991672.*\nhint: .+$/m);
		expect(await workspace.ids('trae')).toHaveLength(144);
	});

	it('tells a wrong option by the job that has it, and runs the others', async () => {
		const workspace = await createWorkspace({calls: {...calls, options: {pagesize: 10}}, trae}, {fetch: vendorsOf({trae: fakeTrae(rowsOf(24))})});
		const {code, stderr} = await workspace.run(['run'], {clock: clockAt()});
		expect(code).toBe(2);
		expect(stderr).toContain('jobs.calls.options.pagesize: unknown option, did you mean "page_size"?');
		expect(stderr).toContain('trae: 144 records');
		expect(await workspace.files()).not.toContainEqual(expect.stringMatching(/^calls/));
	});

	it('ends with exit 6 while a window could not be read, and fills the gap the next time', async () => {
		let isBroken = true;
		const rows = rowsOf(6);
		const broken = start / 1000 - 4 * 3600;
		const feishu = fakeFeishu(rows, {intervene: ({parameters}) =>
			isBroken && Number(parameters['start_time']) <= broken && Number(parameters['end_time']) > broken ? Response.json({code: 1234, msg: 'broken'}) : undefined});
		const workspace = await createWorkspace({calls}, {fetch: feishu.fetch});
		const run = async (file: string) => workspace.run(['run', '--summary', file], {clock: clockAt()});
		const first = await summaryOf(run, workspace.dir);
		expect(first).toMatchObject({status: 'incomplete', exit_code: 6});
		const [gap] = jobOf(first, 'calls').gaps;
		expect(Date.parse(gap?.since ?? '')).toBeLessThanOrEqual(broken * 1000);
		expect(gap?.reason).toContain('1234');
		const table = await workspace.run(['status'], {clock: clockAt()});
		expect(table.stdout).toMatch(/calls\s+incomplete \(6\).*\s1\s/);
		isBroken = false;
		expect(await summaryOf(run, workspace.dir)).toMatchObject({status: 'complete', exit_code: 0, jobs: [{gaps: []}]});
		expect((await workspace.ids('calls')).toSorted()).toEqual(ids(rows).toSorted());
	});

	it('takes a gap that the configuration accepts for known', async () => {
		const broken = start / 1000 - 4 * 3600;
		const feishu = fakeFeishu(rowsOf(6), {intervene: ({parameters}) => Number(parameters['start_time']) <= broken && Number(parameters['end_time']) > broken ? Response.json({code: 1234, msg: 'broken'}) : undefined});
		const workspace = await createWorkspace({calls: {...calls, accept_gaps_before: '2026-11-20T10:00:00Z'}, other: {...calls, dir: 'other', accept_gaps_before: '2026-11-20T08:00:00Z'}}, {fetch: feishu.fetch});
		const summary = await summaryOf(async file => workspace.run(['run', '--summary', file], {clock: clockAt()}), workspace.dir);
		expect(jobOf(summary, 'calls')).toMatchObject({status: 'complete', exit_code: 0, gaps: [{}]});
		expect(jobOf(summary, 'other')).toMatchObject({status: 'incomplete', exit_code: 6, gaps: [{}]});
	});

	it('shares one budget between jobs that ask the same API as the same app', async () => {
		const clock = clockAt();
		const arrivals: number[] = [];
		const feishu = fakeFeishu(rowsOf(12), {intervene: () => {
			arrivals.push(clock.now());
			return undefined;
		}});
		const options = {rate: '5/1m', window: '1h'};
		const workspace = await createWorkspace({
			first: {...calls, dir: 'first', since: '12h', options},
			second: {...calls, dir: 'second', since: '12h', options: {...options, rate: '50/1m'}},
		}, {fetch: feishu.fetch});
		expect((await workspace.run(['run'], {clock})).code).toBe(0);
		expect(arrivals.length).toBeGreaterThan(20);
		for (const at of arrivals) expect(arrivals.filter(other => other > at - MINUTE && other <= at).length).toBeLessThanOrEqual(5);
	});

	it('reads jobs with budgets of their own beside each other', async () => {
		const fetch = vendorsOf({feishu: fakeFeishu(rowsOf(12)), trae: fakeTrae(rowsOf(24))});
		const workspace = await createWorkspace({
			calls: {...calls, since: '12h', options: {rate: '1/1m', window: '1h'}},
			trae: {...trae, options: {rate: '1/1m', window: '1d'}},
		}, {fetch});
		const summary = await summaryOf(async file => workspace.run(['run', '--summary', file], {clock: clockAt()}), workspace.dir);
		const [longest = 0] = summary.jobs.map(job => job.elapsed_ms).toSorted((a, b) => b - a);
		expect(summary.jobs.every(job => job.waited_ms > 0)).toBe(true);
		expect(summary.elapsed_ms).toBe(longest);
	});

	it('signs in with the profile of the job, and with that of the command line for the others', async () => {
		const app = (id: string) => ({feishu: {app_id: id, app_secret: `secret-of-${id}`}});
		const workspace = await createWorkspace({calls: {...calls, profile: 'first'}, others: {...calls, dir: 'others'}}, {
			fetch: fakeFeishu(rowsOf(6)).fetch, default_profile: 'third', profiles: {first: app('cli_1'), second: app('cli_2'), third: app('cli_3')},
		});
		const {code} = await workspace.run(['run', '--profile', 'second'], {clock: clockAt(), env: {FEISHU_APP_ID: 'cli_of_variables', FEISHU_APP_SECRET: 'secret-of-variables'}});
		expect(code).toBe(0);
		expect(await workspace.read('calls/manifest.ndjson')).toContain('"app_id":"cli_1"');
		expect(await workspace.read('others/manifest.ndjson')).toContain('"app_id":"cli_2"');
	});

	it('keeps the options that decide what is asked for in the archive, whatever their spelling', async () => {
		const workspace = await createWorkspace({calls: {...calls, options: {apiKey: ['POST/a', 'GET/b'], 'page-size': 10, redact: 'ip'}}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		await workspace.run(['run'], {clock: clockAt()});
		const [first = ''] = (await workspace.read('calls/manifest.ndjson')).split('\n');
		expect(JSON.parse(first)).toMatchObject({source: 'feishu-openapi', query: {base_url: 'https://open.feishu.cn', api_key: ['POST/a', 'GET/b'], redact: ['ip']}, account: {app_id: 'cli_test'}});
		expect(first).not.toContain('page');
	});

	it('says which field to redact no record had, and where one stands that is not declared', async () => {
		const told = await createWorkspace({calls: {...calls, options: {redact: [' ip', '?added.later']}}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		const {code, stderr} = await told.run(['run'], {clock: clockAt()});
		expect(code).toBe(0);
		expect(stderr).toMatch(/^warning: calls: --redact added\.later: no record has this field$/m);
		const refused = await createWorkspace({calls: {...calls, options: {redact: ['log_detial.payload']}}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		expect((await refused.run(['run'], {clock: clockAt()})).stderr).toMatch(/jobs\.calls\.options\.redact log_detial\.payload: no declared field is called "log_detial", did you mean "log_detail"\?/);
		const blank = await createWorkspace({calls: {...calls, options: {redact: [' , ']}}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		expect((await blank.run(['run'], {clock: clockAt()})).stderr).toMatch(/jobs\.calls\.options\.redact: " , " names no field/);
	});

	it('refuses an archive of another query', async () => {
		const fetch = fakeFeishu(rowsOf(6)).fetch;
		const workspace = await createWorkspace({calls}, {fetch});
		await workspace.run(['run'], {clock: clockAt()});
		const other = await workspace.run(['run'], {clock: clockAt(HOUR), env: {FEISHU_APP_ID: 'cli_other'}});
		expect(other.code).toBe(2);
		expect(other.stderr).toMatch(/^error: calls: .*is the archive of another account: it is of the app cli_test, and this run is of the app cli_other/m);
	});

	it('shows no secret anywhere', async () => {
		const secret = 'feishu-secret-value';
		const feishu = fakeFeishu(rowsOf(6), {intervene: () => Response.json({code: 1, msg: `bad ${secret}`})});
		const workspace = await createWorkspace({calls}, {fetch: feishu.fetch});
		const {stderr} = await workspace.run(['run', '--debug', '--summary', 'summary.json', '--metrics', 'metrics.prom'], {clock: clockAt()});
		const texts = await Promise.all((await workspace.files()).map(async file => workspace.read(file)));
		expect([stderr, ...texts].join('\n')).not.toContain(secret);
	});
});

describe('locks', () => {
	it('ends with exit 7 at once while another run uses the archive, which keeps its word of the last run', async () => {
		const workspace = await createWorkspace({calls, trae}, {fetch: vendorsOf({feishu: fakeFeishu(rowsOf(6)), trae: fakeTrae(rowsOf(24))})});
		await workspace.run(['run'], {clock: clockAt()});
		const before = await workspace.read('calls/last-run.json');
		const lock = await acquireLock(join(workspace.dir, 'calls/manifest.ndjson'));
		try {
			const {code, stderr} = await workspace.run(['run', '--metrics', 'metrics.prom'], {clock: clockAt(HOUR)});
			expect(code).toBe(7);
			expect(stderr).toMatch(/^error: calls: .*is in use by another run/m);
			expect(await workspace.read('calls/last-run.json')).toBe(before);
			expect(await workspace.read('metrics.prom')).toContain('audit_export_last_exit_code{archive_job="calls",source="feishu-openapi"} 7');
			expect((await workspace.run(['status'])).stdout).toMatch(/calls\s+running/);
		} finally {
			await lock.release();
		}
	});

	it('waits for the other run with --wait', async () => {
		const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		await workspace.run(['run'], {clock: clockAt()});
		const lock = await acquireLock(join(workspace.dir, 'calls/manifest.ndjson'));
		const clock = clockAt(HOUR);
		const giveBack = clock.sleep(30_000).then(async () => lock.release());
		const [{code, stderr}] = await Promise.all([workspace.run(['run', '--wait'], {clock}), giveBack]);
		expect({code, stderr}).toEqual({code: 0, stderr: 'calls: nothing new; covered until 2026-11-20T13:00:30Z\n'});
	});
});

describe('--dry-run', () => {
	it('shows the plan of each job, and neither sends nor writes anything', async () => {
		const workspace = await createWorkspace({calls, trae}, {fetch: noNetwork});
		const {code, stdout, stderr} = await workspace.run(['run', '--dry-run'], {clock: clockAt()});
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		expect(stdout).toContain("calls\n  source:           feishu-openapi\n");
		expect(stdout).toContain('2026-11-20T06:00:00Z up to 2026-11-20T12:00:00Z');
		expect(stdout).toContain('/openapi/v1/audit/openapi-logs?');
		expect(stdout).toContain('Bearer ***');
		expect(await workspace.files()).toEqual(['audit-export.config.json']);
	});

	it('plans from where the archive ends, also while a run is under way', async () => {
		const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		await workspace.run(['run'], {clock: clockAt()});
		const files = await workspace.files();
		const lock = await acquireLock(join(workspace.dir, 'calls/manifest.ndjson'));
		const {code, stdout} = await workspace.run(['run', '--dry-run', '--format', 'json'], {clock: clockAt(2 * HOUR), fetch: noNetwork});
		await lock.release();
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({jobs: [{
			job: 'calls',
			covered: {since: '2026-11-20T06:00:00Z', until: '2026-11-20T12:00:00Z'},
			again: [{since: '2026-11-20T11:00:00Z', until: '2026-11-20T12:00:00Z'}],
			fresh: {since: '2026-11-20T12:00:00Z', until: '2026-11-20T14:00:00Z'},
			windows: 3,
			fewest_requests: 1,
		}]});
		expect(await workspace.files()).toEqual(files);
	});
});

describe('what is told of a run', () => {
	it('writes a summary with every job by itself', async () => {
		const rows = rowsOf(6);
		const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rows).fetch});
		await workspace.run(['run'], {clock: clockAt()});
		rows.push({id: 'late', time: start / 1000 - 1800});
		const summary = await summaryOf(async file => workspace.run(['run', '--summary', file], {clock: clockAt(15 * MINUTE)}), workspace.dir);
		expect(summary).toMatchObject({status: 'complete', exit_code: 0, started_at: '2026-11-20T12:15:00Z'});
		expect(jobOf(summary, 'calls')).toMatchObject({
			source: 'feishu-openapi', dir: join(workspace.dir, 'calls'),
			since: '2026-11-20T12:00:00Z', until: '2026-11-20T12:15:00Z', status: 'complete', exit_code: 0,
			records: 1, segments: 1, problems: [], gaps: [], resume: null,
			late: {records: 1, latest_by_ms: 45 * MINUTE, windows: [{records: 1, late_by_ms: 45 * MINUTE}]},
			covered: {since: '2026-11-20T06:00:00Z', until: '2026-11-20T12:15:00Z'},
			archive: {records: 37},
		});
	});

	it('keeps how the last run went beside the archive, for its owner alone', async () => {
		let isDown = false;
		const feishu = fakeFeishu(rowsOf(6), {intervene: () => isDown ? Response.json({code: 4321, msg: 'down'}) : undefined});
		const workspace = await createWorkspace({calls}, {fetch: feishu.fetch});
		await workspace.run(['run'], {clock: clockAt()});
		isDown = true;
		await workspace.run(['run'], {clock: clockAt(HOUR)});
		expect((await stat(join(workspace.dir, 'calls/last-run.json'))).mode & 0o777).toBe(0o600);
		expect(JSON.parse(await workspace.read('calls/last-run.json'))).toMatchObject({
			job: 'calls', status: 'failed', exit_code: 1, started_at: '2026-11-20T13:00:00Z', last_success_at: '2026-11-20T12:00:00Z', every_ms: null,
			resume: {partial: join(workspace.dir, 'calls')},
		});
	});

	it('writes metrics of every job of the configuration', async () => {
		const fetch = vendorsOf({feishu: fakeFeishu(rowsOf(6)), trae: fakeTrae(rowsOf(24))});
		const workspace = await createWorkspace({calls, trae}, {fetch});
		await workspace.run(['run', 'trae'], {clock: clockAt()});
		expect((await workspace.run(['run', 'calls', '--metrics', 'metrics.prom'], {clock: clockAt(60_000)})).code).toBe(0);
		const metrics = await workspace.read('metrics.prom');
		const calm = '{archive_job="calls",source="feishu-openapi"}';
		const other = '{archive_job="trae",source="trae-openapi"}';
		for (const line of [
			`audit_export_last_success_timestamp_seconds${calm} ${start / 1000 + 60}`,
			`audit_export_last_exit_code${calm} 0`,
			`audit_export_covered_until_timestamp_seconds${calm} ${start / 1000 + 60}`,
			`audit_export_lag_seconds${calm} 0`,
			`audit_export_lag_seconds${other} 60`,
			`audit_export_open_gaps${other} 0`,
			`audit_export_archive_records${other} 144`,
			`audit_export_last_run_records${calm} 35`,
		]) expect(metrics.split('\n')).toContain(line);
	});

	it('runs the command of --on-failure with the summary on its stdin, and without credentials', async () => {
		const feishu = fakeFeishu(rowsOf(6), {intervene: () => Response.json({code: 4321, msg: 'down'})});
		const workspace = await createWorkspace({calls, trae}, {fetch: vendorsOf({feishu, trae: fakeTrae(rowsOf(24))})});
		const command = 'cat > told.json; printf "%s %s" "$AUDIT_EXPORT_EXIT_CODE" "$AUDIT_EXPORT_FAILED_JOBS" > told.txt; printf "%s" "$FEISHU_APP_SECRET$TRAE_APP_SECRET$OTHER" > secrets.txt; echo done';
		const {code, stderr} = await workspace.run(['run', '--on-failure', command], {clock: clockAt(), env: {PATH: process.env['PATH'] ?? '', OTHER: 'kept'}});
		expect(code).toBe(1);
		expect(stderr).toContain('on-failure: done\n');
		expect(await workspace.read('told.txt')).toBe('1 calls');
		expect(await workspace.read('secrets.txt')).toBe('kept');
		expect(JSON.parse(await workspace.read('told.json'))).toMatchObject({exit_code: 1, jobs: [{job: 'calls', exit_code: 1}, {job: 'trae', exit_code: 0}]});
	});

	it('does not run it when all went well', async () => {
		const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		await workspace.run(['run', '--on-failure', 'touch told'], {clock: clockAt()});
		expect(await workspace.files()).not.toContain('told');
	});

	it('makes a failure of that command a warning', async () => {
		const workspace = await createWorkspace({calls: {...calls, options: {window: '400d', page_size: 500}}});
		const {code, stderr} = await workspace.run(['run', '--on-failure', 'exit 9']);
		expect(code).toBe(2);
		expect(stderr).toContain('warning: --on-failure: the command failed with exit status 9\n');
	});

	it('ends with exit 1 when the metrics cannot be written', async () => {
		const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		const {code, stderr} = await workspace.run(['run', '--metrics', '/dev/full'], {clock: clockAt()});
		expect(code).toBe(1);
		expect(stderr).toMatch(/^error: the metrics could not be written: .*\nhint: /m);
	});
});

describe('usage', () => {
	it('says how to write a job when there is none', async () => {
		const workspace = await createWorkspace({});
		expect(await workspace.run(['run'])).toMatchObject({code: 2, stderr: expect.stringMatching(/^error: .* has no jobs\nhint: .*config\.example\.json/) as string});
	});

	it('names the nearest job for one that does not exist', async () => {
		const workspace = await createWorkspace({calls, trae});
		expect(await workspace.run(['run', 'cals'])).toMatchObject({code: 2, stderr: expect.stringContaining('"cals" is no job of') as string});
		expect((await workspace.run(['run', 'cals'])).stderr).toContain('did you mean "calls"?');
	});

	it.each([['--every', '0m'], ['--every', 'often'], ['--format', 'csv'], ['--host', 'mars'], ['--log-format', 'xml']])('refuses %s %s', async (...args) => {
		const workspace = await createWorkspace({calls});
		const {code, stderr} = await workspace.run(['run', ...args]);
		expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining(args[0]) as string});
	});
});
