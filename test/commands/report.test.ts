import {appendFileSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {calendarOf, Surveyor} from '../../src/commands/report/survey.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';
import {clockAt, createWorkspace, noNetwork, rowsOf, start} from '../run/jobs/workspace.ts';

const job = {source: 'feishu-openapi', dir: 'calls', since: '2026-11-19T12:00:00Z', lag: '0s'};

const call = (id: number, more: object = {}) => ({id: String(id), event_time: start / 1000 + id, app_id: 'cli_a', ip: '203.0.113.7', log_detail: {status_code: 200}, ...more});

const lines = (rows: readonly object[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('');

describe('the report of an archive', () => {
	it('says what it is, what time it covers, and how to check it', async () => {
		const workspace = await createWorkspace({calls: {...job, options: {redact: ['ip']}}}, {fetch: fakeFeishu(rowsOf(24, {everySeconds: 3600})).fetch});
		expect(await workspace.run(['run'], {clock: clockAt()})).toMatchObject({code: 0});
		const {code, stdout, stderr} = await workspace.run(['report', 'calls'], {clock: clockAt(HOUR)});
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		expect(stdout).toContain('Complete: the covered time was read without a gap');
		expect(stdout).toContain('2026-11-19 12:00:00 – 2026-11-20 12:00:00');
		expect(stdout).toContain('aria-label="2026, in days: covered in part 2."');
		expect(stdout).toContain('<th scope="row">redact</th>');
		const {head} = JSON.parse(readFileSync(join(workspace.dir, 'calls/last-run.json'), 'utf8')) as {head: {line: number; sha256: string}};
		expect(stdout).toContain(`<code>${head.sha256}</code>`);
		expect(stdout).toContain(`sed -n ${head.line + 1}p`);
		expect(stdout).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org|open\.feishu\.cn)/);
	});

	it('names its gaps, in either language, and ends with exit code 6', async () => {
		const feishu = fakeFeishu(rowsOf(24), {intervene: ({parameters}) => (parameters['start_time'] as number) * 1000 < start - 12 * HOUR && (parameters['end_time'] as number) * 1000 > start - 13 * HOUR
			? Response.json({code: 1, msg: 'broken <b>'}) : undefined});
		const workspace = await createWorkspace({calls: job}, {fetch: feishu.fetch});
		expect((await workspace.run(['run'], {clock: clockAt()})).code).toBe(6);
		const english = await workspace.run(['report', 'calls'], {clock: clockAt()});
		expect(english.code).toBe(6);
		expect(english.stdout).toContain('Not complete: one range of time could not be read');
		expect(english.stdout).toContain('broken &lt;b&gt;');
		expect(english.stderr).toContain('error: calls: 1 ranges of time could not be read');
		const chinese = await workspace.run(['report', 'calls', '--labels', 'zh', '-o', 'report.html'], {clock: clockAt()});
		expect(chinese.code).toBe(6);
		expect(await workspace.read('report.html')).toMatch(/<html lang="zh-CN">[^]*不完整：有 1 段时间未能读取/);
	});

	it('is not written where a segment was altered', async () => {
		const workspace = await createWorkspace({calls: job}, {fetch: fakeFeishu(rowsOf(24)).fetch});
		expect((await workspace.run(['run'], {clock: clockAt()})).code).toBe(0);
		const segment = (await workspace.files()).find(file => file.includes('/data/')) ?? '';
		appendFileSync(join(workspace.dir, segment), 'x');
		expect(await workspace.run(['report', 'calls', '-o', 'report.html'], {clock: clockAt()})).toMatchObject({code: 6, stderr: expect.stringContaining('is damaged') as string});
		expect(await workspace.files()).not.toContain('report.html');
	});
});

describe('the report of a file', () => {
	it('counts records, outcomes and values, packed or not, and every text in them is text', async () => {
		const workspace = await createWorkspace({});
		const hostile = '"><script>alert(1)</script><img src=x>\u202e\u0007';
		const rows = [call(1), call(2, {ip: hostile}), call(3, {log_detail: {status_code: 500}}), call(4, {log_detail: {status_code: 200, response: '{"code":99991672}'}})];
		writeFileSync(join(workspace.dir, 'calls.ndjson'), lines(rows));
		writeFileSync(join(workspace.dir, 'calls.ndjson.gz'), gzipSync(lines(rows)));
		const {code, stdout, stderr} = await workspace.run(['report', 'calls.ndjson', 'calls.ndjson.gz', '--timezone', 'Asia/Shanghai'], {clock: clockAt()});
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		const [first = '', second] = [...stdout.matchAll(/<section>[^]*?<\/section>/g)].map(([section]) => section.replaceAll(/<svg[^]*?<\/svg>/g, '').replace('.gz', ''));
		expect(second).toBe(first);
		expect(first).toContain('<th scope="row">Records</th><td>4</td>');
		expect(first).toContain('<th scope="row">Failed</th><td>2</td>');
		expect(first).toContain('2026-11-20 20:00:01 – 2026-11-20 20:00:04');
		expect(first).toContain('<th scope="row">203.0.113.7</th><td class="n">3</td>\n<td class="n">2</td>');
		expect(first).toContain('&lt;script&gt;alert(1)');
		for (const unwanted of ['<script', '<img', '\u202E', '\u0007']) expect(first).not.toContain(unwanted);
	});

	it('says so where a line is no record, and ends with exit code 6', async () => {
		const workspace = await createWorkspace({});
		writeFileSync(join(workspace.dir, 'calls.ndjson'), `${lines([call(1)])}{"id":\n[]\n`);
		const {code, stdout, stderr} = await workspace.run(['report', 'calls.ndjson']);
		expect({code, stderr}).toEqual({code: 6, stderr: 'error: calls.ndjson: 2 lines are no records\n'});
		expect(stdout).toContain('Not complete: 2 lines are no record.');
	});

	it.each([
		['calls.csv', 'id,time\n1,2\n', 'calls.csv cannot be read: it begins with "id,time", which is no record'],
		['other.ndjson', '{"a":1}\n', 'which is no record of a source that is known here'],
		['empty.ndjson', '', 'empty.ndjson holds no record'],
		['broken.ndjson.gz', 'no gzip', 'broken.ndjson.gz cannot be read: '],
	])('refuses %s', async (name, text, message) => {
		const workspace = await createWorkspace({});
		writeFileSync(join(workspace.dir, name), text);
		expect(await workspace.run(['report', name])).toMatchObject({code: 2, stdout: '', stderr: expect.stringContaining(message) as string});
		expect(await workspace.run(['report', 'nowhere'], {fetch: noNetwork})).toMatchObject({code: 2, stderr: expect.stringContaining('nowhere cannot be read') as string});
	});
});

describe('counting', () => {
	it('knows of very many different values by how much each count may be too low', () => {
		const surveyor = new Surveyor(feishuOpenapi, 'UTC', 'en');
		const see = (ip: string, id: number) => {
			surveyor.see({text: JSON.stringify({id: String(id), ip, event_time: 0}), id: String(id), time: 0});
		};
		for (let index = 0; index < 50_000; index += 1) see(index % 10 === 0 ? 'often' : `10.0.${index >> 8}.${index & 255}`, index);
		const top = surveyor.result().tops.find(({field}) => field === 'ip');
		expect(top?.mayMiss).toBeGreaterThan(0);
		expect(top?.values[0]).toMatchObject({value: 'often', records: 5000});
		expect(surveyor.result().records).toBe(50_000);
	});

	it('finds the day and the hour of every time, in zones of any offset', () => {
		fc.assert(fc.property(fc.integer({min: 0, max: 60 * 365 * DAY}), fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe'), (ms, zone) => {
			const [date, time] = new Intl.DateTimeFormat('sv-SE', {timeZone: zone, dateStyle: 'short', timeStyle: 'medium'}).format(ms).split(' ');
			expect(calendarOf(zone)(ms)).toMatchObject({day: date, hour: Number(time?.slice(0, 2))});
		}));
	});
});
