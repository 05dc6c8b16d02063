import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {formatProfile, readProfile} from '../../src/console/profile-file.ts';
import {learnOptions} from '../../src/commands/app-log-options.ts';
import {DAY} from '../../src/base/duration.ts';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {baseUrl, eventProfile, fakeConsole, profileFile, searchLog, shapes, standIn, start, temporaryDirectory} from './consoles.ts';

const empty = fakeConsole(() => ({data: {list: [], total: 0}}));
const nowhere = {fetch: async () => Promise.reject(new Error('no request was expected'))};

describe('without a request profile', () => {
	it('says with exit 2 how to record and learn one', async () => {
		const {code, stdout, stderr} = await searchLog(['event'], nowhere);
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toMatch(/^error: the developer console has no documented interface.*\nhint: record one search[\s\S]*network panel[\s\S]*HAR with content[\s\S]*audit-export feishu-app-log learn <recording\.har>/);
	});

	it('names the file that is not there, and the search that is not in it', async () => {
		expect((await searchLog(['event', '--request-profile', 'missing.yaml'], nowhere)).stderr).toContain('--request-profile: there is no file missing.yaml');
		const {code, stderr} = await searchLog(['client', '--app-feature', 'widget'], {...nowhere, profile: eventProfile()});
		expect(code).toBe(2);
		expect(stderr).toContain('the request profile has no client search, only event');
	});

	it('reads the one of the user\'s configuration directory', async () => {
		const directory = temporaryDirectory();
		const {fetch, seen} = fakeConsole(() => ({data: {list: [], total: 0}}));
		const env = {XDG_CONFIG_HOME: directory};
		expect((await searchLog(['event'], {fetch, env})).code).toBe(2);
		mkdirSync(join(directory, 'audit-export'));
		writeFileSync(join(directory, 'audit-export', 'feishu-app-log.yaml'), formatProfile(eventProfile()));
		expect((await searchLog(['event', '--since', '1h', '--base-url', baseUrl], {fetch, env})).code).toBe(0);
		expect(seen).toHaveLength(1);
	});
});

describe('the range', () => {
	it('of more than seven days is an error that names the earliest start', async () => {
		const {code, stderr} = await searchLog(['event', '--since', '30d'], {...nowhere, profile: eventProfile()});
		expect(code).toBe(2);
		expect(stderr).toBe('error: --since: feishu-app-log event reaches back 7 days by the calendar of Asia/Shanghai, today included: 2026-11-13T16:00:00Z is the earliest possible start, not 2026-10-21T12:00:00Z\nhint: write --since 2026-11-13T16:00:00Z, or --clip to start as early as possible\n');
	});

	it('is clipped where --clip says so, with a warning', async () => {
		const console = standIn('page', {recordsPerDay: 20});
		const {code, stderr, records} = await searchLog(['event', '--since', '30d', '--clip'], {...console, profile: shapes.page});
		expect(code).toBe(0);
		expect(stderr).toContain('warning: feishu-app-log event reaches back 7 days by the calendar of Asia/Shanghai, today included: the export starts at 2026-11-13T16:00:00Z');
		expect(records.length).toBeGreaterThan(100);
	});

	it.each(['25h', '2d'])('is not asked for by windows of %s', async window => {
		expect((await searchLog(['event', '--window', window], {...nowhere, profile: eventProfile()})).code).toBe(2);
	});
});

describe('the summary', () => {
	const summaryOf = async (args: readonly string[]) => {
		const file = join(temporaryDirectory(), 'summary.json');
		const console = standIn('page', {recordsPerDay: 20});
		const {code, stderr} = await searchLog([...args, '--summary', file], {...console, profile: shapes.page});
		expect(code).toBe(0);
		return {stderr, summary: JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>};
	};

	it.each([
		['event', ['event', '--since', '2d'], '2026-11-20T11:00:00Z'],
		['client', ['client', '--app-feature', 'widget', '--since', '2d'], '2026-11-19T12:00:00Z'],
		['client, a short range', ['client', '--app-feature', 'widget', '--since', '2h'], '2026-11-20T10:00:00Z'],
		['client, long ago', ['client', '--app-feature', 'widget', '--since', '3d', '--until', '2d'], null],
		['nothing', ['event', '--since', '2h', '--until', '2h'], null],
	])('says from when on the result may still grow: %s', async (_, args, from) => {
		const {summary, stderr} = await summaryOf(args);
		expect(summary['may_grow_from']).toBe(from);
		expect(summary['source']).toBe(`feishu-app-log ${args[0]}`);
		expect(stderr).toBe(from === null || args[0] === 'event' ? '' : `${summary['records'] === 0 ? 'feishu-app-log client: nothing was found: clients older than 4.5 leave no logs, and logs arrive half an hour to a day late\n' : ''}feishu-app-log client: rows may arrive 24h late: from ${from} on there may still be more\n`);
	});

	it('says null for sources that do not tell', async () => {
		const file = join(temporaryDirectory(), 'summary.json');
		await runCommand(['feishu-openapi', '--since', '1m', '--summary', file], {
			fetch: fakeConsole(({url}) => url.pathname.includes('tenant_access_token') ? {code: 0, tenant_access_token: 't', expire: 7200} : {code: 0, data: {items: [], has_more: false}}).fetch,
		});
		expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({status: 'complete', may_grow_from: null});
	});
});

it('plans without a session, and shows the request with its headers masked', async () => {
	const {code, stdout} = await searchLog(['event', '--since', '7d', '--status', 'failed', '--dry-run'], {...nowhere, profile: shapes.page, env: {FEISHU_CONSOLE_COOKIE: '', FEISHU_CONSOLE_CSRF_TOKEN: ''}});
	expect(code).toBe(0);
	expect(stdout).toContain("curl -X POST 'https://console.example/developers/v1/log_search/cli_sandbox/event'");
	expect(stdout).toContain("-H 'cookie: ***'");
	expect(stdout).toContain("-H 'x-csrf-token: ***'");
	expect(stdout).toContain('"status":["failed"]');
	expect(stdout).toContain(`"start":${Date.UTC(2026, 10, 13, 16)}`);
});

it('takes the app from the option, the environment or the configuration', async () => {
	const directory = temporaryDirectory();
	const config = join(directory, 'config.json');
	writeFileSync(config, JSON.stringify({profiles: {one: {feishu: {app_id: 'cli_of_config'}}}, sources: {'feishu-app-log': {page_size: 7, rate: '3/1m'}}}));
	const pathOf = async (args: string[], env: Record<string, string> = {}) => (await searchLog(['event', '--dry-run', '--config', config, ...args], {...nowhere, profile: shapes.page, env})).stdout;
	expect(await pathOf(['--app-id', 'cli_given'])).toContain('/cli_given/event');
	expect(await pathOf([])).toContain('/cli_sandbox/event');
	const configured = await pathOf([], {FEISHU_APP_ID: ''});
	expect(configured).toContain('/cli_of_config/event');
	expect(configured).toContain('"size":7');
	expect(configured).toContain('3/1m');
	const none = await searchLog(['event', '--dry-run'], {...nowhere, profile: shapes.page, env: {FEISHU_APP_ID: ''}});
	expect(none.code).toBe(2);
	expect(none.stderr).toContain('--app-id is missing\nhint: give --app-id <id>, or set FEISHU_APP_ID');
});

it('writes csv with columns of the profile, and keeps the rest as JSON', async () => {
	const {stdout} = await searchLog(['event', '--since', '1h', '--format', 'csv'], {
		...fakeConsole(() => ({data: {list: [{id: '1', time: start / 1000 - 60, kind: {of: 'a'}, more: 1}], total: 1}})),
		profile: eventProfile({fields: {event_type: 'kind.of'}}),
	});
	expect(stdout).toBe('time,id,kind.of,extra\r\n2026-11-20T11:59:00Z,1,a,"{""time"":1795175940,""more"":1}"\r\n');
});

it('goes on with an interrupted file only for the same filters, those applied here included', async () => {
	const directory = temporaryDirectory();
	const state = join(directory, 'state.json');
	const run = async (...args: string[]) => searchLog(['event', '--since', '1h', '--state', state, ...args], {...empty, profile: eventProfile({fields: {event_type: 'type'}})});
	expect((await run('--event-type', 'a')).code).toBe(0);
	expect((await run('--event-type', 'a')).code).toBe(0);
	const late = async (...args: string[]) => searchLog(['event', '--state', state, '--event-type', 'a', ...args], {...empty, clock: new VirtualClock(start + 8 * DAY), profile: eventProfile({fields: {event_type: 'type'}})});
	expect((await late()).stderr).toMatch(/error: .*state\.json: the last run ended at 2026-11-20T12:00:00Z, and feishu-app-log event reaches back 7 days by the calendar of Asia\/Shanghai, today included, and no further\nhint: add --clip/);
	expect(await late('--clip')).toMatchObject({code: 0, stderr: expect.stringContaining('the export starts at 2026-11-21T16:00:00Z') as string});
	expect((await run('--event-type', 'a', '--until', '30m')).code).toBe(0);
	const other = await run('--event-type', 'b');
	expect(other.code).toBe(2);
	expect(other.stderr).toContain('is the state of another query');
});

describe('help', () => {
	const help = async (...args: string[]) => (await runCommand([...args, '--help'], nowhere)).stdout;

	it('lists the searches, and each its filters with examples', async () => {
		expect(await help()).toContain('feishu-app-log');
		const overview = await help('feishu-app-log');
		for (const name of ['server', 'event', 'client', 'learn <recording.har>']) expect(overview).toContain(`  ${name}`.split(' <')[0]);
		expect(overview).toContain('7 days and are asked for at most 24 hours');
		const event = await help('feishu-app-log', 'event');
		for (const text of ['--event-type <type>', '--event-id', '--tenant-key', '--status', '--error-message', '--request-profile <file>', '--clip', 'Examples:']) expect(event).toContain(text);
		expect(event).not.toContain('--via');
		expect(await help('feishu-app-log', 'server')).toContain('--via <openapi|console>');
		expect(await help('feishu-app-log', 'client')).toContain('exactly one, required');
	});

	it('lists every option of the learner', async () => {
		const learn = await help('feishu-app-log', 'learn');
		for (const {flags} of learnOptions) expect(learn).toContain(flags);
	});

	it('comes with sources, also for programs', async () => {
		const {stdout} = await runCommand(['sources'], nowhere);
		for (const text of ['feishu-app-log server', 'feishu-app-log event', 'feishu-app-log client', 'as the request profile says', 'goes back   7d', '--app-feature']) expect(stdout).toContain(text);
		const listed = JSON.parse((await runCommand(['sources', '--format', 'json'], nowhere)).stdout) as Array<Record<string, unknown>>;
		expect(listed.find(({name}) => name === 'feishu-app-log event')).toMatchObject({page_size: null, id: null, reach_back: '7d', window: {default: '24h', max: '24h'}, token: 'console', rate: '2/1s'});
		expect(listed.find(({name}) => name === 'feishu-app-log server')).toMatchObject({page_size: {default: 100, max: 100}, rate: '100/1m', window: {default: '1h', max: '24h'}});
	});
});

it('refuses a page of more rows than the profile allows', async () => {
	const {code, stderr} = await searchLog(['event', '--page-size', '11'], {...nowhere, profile: eventProfile()});
	expect(code).toBe(2);
	expect(stderr).toContain('--page-size: 11 is more than the 10');
});

it('names every mistake in a profile', async () => {
	const path = join(temporaryDirectory(), 'p.yaml');
	writeFileSync(path, 'version: 1\nbase_url: https://console.example\nsearches:\n  event:\n    requst: {}\n');
	const {code, stderr} = await searchLog(['event', '--request-profile', path], nowhere);
	expect(code).toBe(2);
	expect(stderr).toContain('searches.event.requst: unknown key, did you mean "request"?');
	expect(await readProfile(profileFile(eventProfile()))).toEqual(eventProfile());
});

it.each([
	['client', '--app-feature', 'web-app', 'widget'],
	['event', '--event-type', 'im.message.receive_v1', 'contact.user.updated_v3'],
] as const)('refuses two values of a filter of the %s search that takes one: %s', async (kind, option, one, other) => {
	const {code, stderr} = await searchLog([kind, option, one, `${option}=${other}`], {...nowhere, profile: shapes.page});
	expect(code).toBe(2);
	expect(stderr).toContain(`${option} is given 2 times and takes one value`);
});
