import {describe, expect, it} from 'vitest';
import {comparisonOf, isSuccess} from '../../src/console/compare.ts';
import {searchFilters} from '../../src/sources/app-log-filters.ts';
import type {FilterName} from '../../src/sources/app-log-kinds.ts';
import type {SearchProfile} from '../../src/console/profile.ts';
import {eventProfile, fakeConsole, searchLog, shapes, standIn, start} from './consoles.ts';

const time = start / 1000 - 60;
const rows = [
	{id: '1', time, result: 'ok', type: 'im.message.receive_v1', error: '', detail: {tenant: 't-1', code: 0}},
	{id: '2', time, result: 'fail', type: 'contact.user.updated_v3', error: 'HTTP 502 from the URL', detail: {tenant: 't-2', code: Number('7600000000000000001')}},
	{id: '3', time, result: 'timeout', type: 'im.message.receive_v1', error: 'no answer in time', detail: {tenant: 't-1'}},
];
const local: Partial<SearchProfile> = {fields: {status: 'result', event_type: 'type', error_message: 'error', tenant_key: 'detail.tenant', event_id: 'detail.code'}};

async function found(args: readonly string[], changes: Partial<SearchProfile> = local) {
	const console = fakeConsole(() => ({data: {list: rows, total: rows.length}}));
	const ran = await searchLog(['event', '--since', '1h', ...args], {...console, profile: eventProfile(changes)});
	return {...ran, ids: ran.code === 0 ? ran.records.map(({id}) => id) : [], asked: console.seen};
}

describe('a filter that the console does not know', () => {
	it.each<[string[], string[]]>([
		[['--status', 'failed'], ['2', '3']],
		[['--status', 'success'], ['1']],
		[['--status', 'timeout'], ['3']],
		[['--status', 'timeout', '--status', 'success'], ['1', '3']],
		[['--event-type', 'im.message.receive_v1'], ['1', '3']],
		[['--event-type', 'im.message'], []],
		[['--error-message', 'http 502'], ['2']],
		[['--tenant-key', 't-1', '--status', 'failed'], ['3']],
		[['--event-id', '7600000000000000001'], ['2']],
		[['--event-id', '0'], ['1']],
	])('%j is applied here', async (args, ids) => {
		const ran = await found(args);
		expect(ran).toMatchObject({code: 0, ids});
		expect(ran.asked[0]?.text).toBe((await found([])).asked[0]?.text);
	});

	it('is refused where the rows do not have it either', async () => {
		const {code, stderr, asked} = await found(['--tenant-key', 't-1'], {fields: {}});
		expect({code, asked}).toEqual({code: 2, asked: []});
		expect(stderr).toMatch(/error: --tenant-key cannot be used here: the request profile has neither \{tenant_key\} in searches\.event\.request.* nor searches\.event\.fields\.tenant_key/);
		expect(stderr).toMatch(/hint: leave --tenant-key out\n/);
	});

	it('does not stand in for an app that the profile does not ask for', async () => {
		const {code, stderr} = await found(['--app-id', 'cli_x']);
		expect(code).toBe(2);
		expect(stderr).toContain('has no {app_id} and asks for the app that it was made for');
	});
});

describe('a filter with a place in the request', () => {
	const request = (member: Record<string, unknown>) => ({request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', page: '{page}', ...member}}}) as Partial<SearchProfile>;
	const sentBy = async (args: readonly string[], member: Record<string, unknown>, changes: Partial<SearchProfile> = {}) => {
		const ran = await found(args, {...request(member), ...changes});
		return {...ran, sent: ran.asked[0] === undefined ? undefined : JSON.parse(ran.asked[0].text) as Record<string, unknown>};
	};

	it('is sent as the profile says, and nothing is compared here', async () => {
		const ran = await sentBy(['--status', '7', '--event-type', 'x'], {status: '{status}', type: {in: '{event_type}'}}, {filters: {status: {as: 'numbers'}, event_type: {as: 'list'}}});
		expect(ran).toMatchObject({code: 0, ids: ['1', '2', '3'], sent: {status: [7], type: {in: ['x']}}});
	});

	it.each<[string[], NonNullable<SearchProfile['filters']>, unknown]>([
		[['--status', '1', '--status', '2'], {status: {as: 'list'}}, ['1', '2']],
		[['--status', '1', '--status', '2'], {status: {separator: ','}}, '1,2'],
		[['--status', '1'], {}, '1'],
		[['--status', '1'], {status: {as: 'number'}}, 1],
		[['--status', 'failed', '--status', 'success'], {status: {as: 'list', values: {failed: 2, success: 'OK'}}}, [2, 'OK']],
		[['--status', 'failed'], {status: {values: {failed: 2}}}, '2'],
		[[], {status: {as: 'list', otherwise: []}}, []],
		[[], {status: {otherwise: null}}, null],
		[[], {status: {otherwise: -1}}, -1],
		[[], {}, undefined],
	])('%j by %j is %j', async (args, filters, sent) => {
		const ran = await sentBy(args, {status: '{status}'}, {filters});
		expect(ran.code).toBe(0);
		expect(ran.sent?.['status']).toEqual(sent);
		expect(Object.hasOwn(ran.sent ?? {}, 'status')).toBe(sent !== undefined);
	});

	it.each<[string[], NonNullable<SearchProfile['filters']>, RegExp]>([
		[['--status', '1', '--status', '2'], {}, /--status: the request profile sends one value, not 2\nhint: run once for each value/],
		[['--status', 'abc'], {status: {as: 'number'}}, /--status: the request profile sends a number, and "abc" is none/],
		[['--status', 'failed'], {}, /--status: the request profile does not say what the console calls "failed"\nhint: .*searches\.event\.filters\.status\.values\.failed/],
		[['--status', 'failed'], {status: {as: 'number', values: {success: 1}}}, /does not say what the console calls "failed"/],
	])('%j by %j is refused before anything is asked', async (args, filters, message) => {
		const ran = await sentBy(args, {status: '{status}'}, {filters});
		expect({code: ran.code, asked: ran.asked}).toEqual({code: 2, asked: []});
		expect(ran.stderr).toMatch(message);
	});

	it('is applied here after all where only the rows tell what failed means', async () => {
		const ran = await sentBy(['--status', 'failed'], {status: '{status}'}, {fields: {status: 'result'}});
		expect(ran).toMatchObject({code: 0, ids: ['2', '3']});
		expect(ran.sent).not.toHaveProperty('status');
	});

	it('narrows what the stand-in finds as it does for people', async () => {
		for (const shape of ['page', 'offset', 'cursor'] as const) {
			const console = standIn(shape);
			const failed = await searchLog(['event', '--since', '3d', '--status', 'failed', '--event-type', 'approval_instance'], {...console, profile: shapes[shape]});
			expect(failed.code).toBe(0);
			expect(failed.records.length).toBeGreaterThan(10);
			const all = await searchLog(['event', '--since', '3d'], {...console, profile: shapes[shape]});
			const wanted = all.records.filter(row => ['failed', 2, 'FAILED'].includes(row['status'] as string) && (row['eventType'] ?? row['event_type']) === 'approval_instance');
			expect(failed.stdout.split('\n').toSorted()).toEqual([...wanted.map(row => all.stdout.split('\n').find(line => line.includes(JSON.stringify(row['eventId'] ?? row['event_id']))) ?? ''), ''].toSorted());
			const [row] = wanted;
			const eventId = String(row?.['eventId'] ?? row?.['event_id']);
			const one = await searchLog(['event', '--since', '3d', '--event-id', eventId], {...console, profile: shapes[shape]});
			expect(one.records.length).toBeGreaterThan(0);
			expect(one.stdout.split('\n').filter(line => line !== '').every(line => line.includes(eventId))).toBe(true);
		}
	});
});

describe('the client search', () => {
	it('needs exactly one app feature', async () => {
		const console = standIn('page');
		const missing = await searchLog(['client'], {...console, profile: shapes.page});
		expect(missing).toMatchObject({code: 2});
		expect(missing.stderr).toContain('--app-feature is missing');
		const wrong = await searchLog(['client', '--app-feature', 'bot'], {...console, profile: shapes.page});
		expect(wrong.code).toBe(2);
		expect(wrong.stderr).toContain('--app-feature: "bot" is not one of mini-program, web-app, widget');
		const {code, records} = await searchLog(['client', '--app-feature', 'web-app', '--since', '24h'], {...console, profile: shapes.page});
		expect(code).toBe(0);
		expect(new Set(records.map(row => row['appFeature']))).toEqual(new Set(['web_app']));
	});

	it('takes keywords one by one or with spaces, and finds what has all of them', async () => {
		const console = standIn('page');
		const args = ['client', '--app-feature', 'widget', '--since', '24h'];
		const sent = await searchLog([...args, '--keyword', 'network failed'], {...console, profile: shapes.page});
		expect(sent.records.length).toBeGreaterThan(0);
		const {client} = shapes.page.searches;
		if (client === undefined) throw new Error('no client search');
		const {keyword: _, ...filters} = client.filters ?? {};
		const {request: {json, ...request}} = client;
		const text = JSON.stringify(json).replace(',"keywords":"{keyword}"', '');
		const here = await searchLog([...args, '--keyword', 'NETWORK', '--keyword', 'failed'], {...console, profile: {...shapes.page, searches: {client: {...client, filters, request: {...request, json: JSON.parse(text) as typeof json & {}}}}}});
		expect(here.stdout).toBe(sent.stdout);
	});
});

describe('the server search by the audit log', () => {
	const call = (id: number, status: number, response: unknown, path = '/open-apis/im/v1/messages') => ({
		id: `call-${id}`, event_time: time, app_id: 'cli_sandbox', log_detail: {path, status_code: status, response: typeof response === 'string' ? response : JSON.stringify(response)},
	});
	const calls = [
		call(1, 200, {code: 0, msg: 'success'}),
		call(2, 200, {code: 99_991_672, msg: 'Access denied.'}),
		call(3, 500, {code: 1663, msg: 'internal error'}, '/open-apis/contact/v3/users'),
		call(4, 200, 'no json'),
	];
	async function server(args: readonly string[], env?: Record<string, string>) {
		const console = fakeConsole(({url}) => url.pathname.endsWith('/tenant_access_token/internal') ? {code: 0, tenant_access_token: 't-1', expire: 7200} : {code: 0, data: {items: calls, has_more: false}});
		const ran = await searchLog(['server', '--since', '30m', ...args], {fetch: console.fetch, ...(env && {env})});
		return {...ran, asked: console.seen.filter(({url}) => url.pathname.includes('openapi_logs')), found: ran.code === 0 ? ran.records.map(({id}) => String(id).slice(5)) : []};
	}

	it('asks for the calls of the app', async () => {
		const {code, asked, found: ids} = await server([]);
		expect({code, ids}).toEqual({code: 0, ids: ['1', '2', '3', '4']});
		expect(JSON.parse(asked[0]?.text ?? '')).toMatchObject({app_id: 'cli_sandbox'});
		expect(JSON.parse((await server(['--app-id', 'cli_other'])).asked[0]?.text ?? '')).toMatchObject({app_id: 'cli_other'});
		const none = await server([], {FEISHU_APP_ID: '', FEISHU_TENANT_ACCESS_TOKEN: 't-ready'});
		expect(none.code).toBe(2);
		expect(none.stderr).toContain('--app-id is missing');
	});

	it.each<[string[], string[]]>([
		[['--url', 'https://open.feishu.cn/open-apis/contact/v3/users?page_size=1'], ['3']],
		[['--url', '/open-apis/contact/v3'], []],
		[['--status', 'failed'], ['2', '3']],
		[['--status', 'success'], ['1', '4']],
		[['--status', '500'], ['3']],
		[['--status', '99991672', '--status', '500'], ['2', '3']],
		[['--error-code', '0'], ['1']],
		[['--error-message', 'INTERNAL'], ['3']],
	])('%j is applied here', async (args, ids) => {
		expect((await server(args)).found).toEqual(ids);
	});

	it.each(['--request-id', '--user-open-id', '--tenant-key'])('%s is refused: the audit log does not say it', async option => {
		const {code, stderr, asked} = await server([option, 'x']);
		expect({code, asked}).toEqual({code: 2, asked: []});
		expect(stderr).toMatch(new RegExp(`error: ${option} cannot be used here: the audit log does not say .*; the developer console does: --via console`));
	});

	it('reaches back seven days, and says what reaches further', async () => {
		const {code, stderr} = await server(['--since', '30d']);
		expect(code).toBe(2);
		expect(stderr).toMatch(/2026-11-13T16:00:00Z is the earliest possible start[\s\S]*feishu-openapi --app-id <id> reaches further back/);
		expect((await server(['--window', '25h'])).code).toBe(2);
	});

	it('knows two ways and no other', async () => {
		expect((await server(['--via', 'magic'])).stderr).toContain('--via: "magic" is not one of openapi, console');
		expect((await server(['--request-profile', 'x.yaml'])).stderr).toContain('--request-profile is for the developer console');
		expect((await server(['--via', 'console', '--request-profile', '/nonexistent/x.yaml'])).code).toBe(2);
	});
});

it.each<[unknown, boolean]>([
	[0, true], ['0', true], [200, true], ['204', true], [true, true], ['Success', true], ['OK', true],
	[1, false], [404, false], ['failed', false], [false, false], [null, false], [undefined, false], ['20', false], [2000, false],
])('takes the status %j for a success: %j', (status, success) => {
	expect(isSuccess(status)).toBe(success);
});

it.each<[FilterName, unknown, string[], boolean]>([
	['url', '/a/b', ['https://x.example/a/b?c=d'], true],
	['url', 'https://x.example/a/b?c', ['/a/b'], true],
	['url', 'x.example/a/b', ['/a/b#top'], true],
	['url', '/a/b', ['/a'], false],
	['error_message', 'Request Timeout', ['timeout'], true],
	['error_message', ['a', 'request timeout'], ['timeout'], true],
	['keyword', {deep: [{text: 'Größe 10500'}], key: 'x'}, ['größe', '10500'], true],
	['keyword', {deep: 'one'}, ['one', 'two'], false],
	['keyword', {word: 'value'}, ['word'], false],
	['error_code', 10_500, ['10500'], true],
	['error_code', '010500', ['10500'], false],
	['error_code', 0, [' '], false],
	['status', [1, 'failed'], ['failed'], true],
	['tenant_key', undefined, ['x'], false],
])('compares %s %j with %j: %j', (name, value, values, matches) => {
	expect(comparisonOf(name, ['field'])({field: value}, values)).toBe(matches);
});

it('offers every documented filter', () => {
	expect(Object.fromEntries(Object.entries(searchFilters).map(([kind, filters]) => [kind, filters.map(({flags}) => flags.split(' ')[0]).join(' ')]))).toEqual({
		server: '--url --tenant-key --request-id --user-open-id --status --error-code --error-message',
		event: '--event-type --event-id --tenant-key --status --error-message',
		client: '--user-open-id --app-feature --status --keyword',
	});
});
