import {describe, expect, it} from 'vitest';
import {DAY, HOUR, MINUTE, WEEK} from '../../src/base/duration.ts';
import {consolePaths, consoleShapeNames} from '../../src/sandbox/index.ts';
import {noon} from './client.ts';
import {consoleApiPaths, createConsoleClient, rowReading, searchKinds} from './console-client.ts';

/** The longest range in every shape: an end that is part of the range counts. */
const day = {start: noon - DAY, end: noon - 1};
const wholeDay = {page: day, offset: {start: day.start, end: noon - 1000}, cursor: {start: day.start, end: noon}};

describe('signing in', () => {
	const signIn = (client: ReturnType<typeof createConsoleClient>, fields: Record<string, string>) =>
		client.send(consolePaths.signIn, {method: 'POST', body: new URLSearchParams(fields), redirect: 'manual'});

	it('takes any name and one password, and keeps the session from scripts but not the CSRF token', async () => {
		const client = createConsoleClient('page');
		const answer = await signIn(client, {user: 'anyone', password: client.sandbox.consolePassword});
		expect([answer.status, answer.headers.get('location')]).toEqual([303, '/app/cli_sandbox/log']);
		const [session, csrf] = answer.headers.getSetCookie();
		expect(session).toContain('HttpOnly');
		expect(csrf).not.toContain('HttpOnly');
		const cookie = [session, csrf].map(text => text?.split(';')[0]).join('; ');
		const page = await client.send('/app/cli_sandbox/log', {headers: {cookie}});
		expect(page.status).toBe(200);
		for (const title of ['Server log', 'Event log', 'Client log']) expect(await page.clone().text()).toContain(title);
	});

	it.each([{user: 'anyone', password: 'guessed'}, {user: '', password: 'sandbox-console-password'}, {}])('refuses %o', async fields => {
		const answer = await signIn(createConsoleClient('page'), fields);
		expect(answer.status).toBe(400);
		expect(answer.headers.getSetCookie()).toEqual([]);
	});

	it('sends whoever has no session from the page to the sign-in', async () => {
		const answer = await createConsoleClient('page').send('/app/cli_sandbox/log');
		expect([answer.status, answer.headers.get('location')]).toEqual([302, consolePaths.signIn]);
	});
});

describe.each(consoleShapeNames)('the shape %s', shape => {
	const {id, time} = rowReading[shape];
	const range = wholeDay[shape];

	it.each(searchKinds)('serves every %s row of a day once, in pages, newest first', async kind => {
		const client = createConsoleClient(shape);
		const rows = await client.all(kind, range);
		expect(rows.length).toBeGreaterThan(kind === 'client' ? 20 : 150);
		expect(new Set(rows.map(row => row[id])).size).toBe(rows.length);
		const times = rows.map(row => time(row));
		expect(times.every(ms => ms >= range.start && ms <= range.end)).toBe(true);
		expect(times).toEqual(times.toSorted((a, b) => b - a));
		expect(new Set(times).size).toBeLessThan(kind === 'client' ? Infinity : times.length);
		expect(await createConsoleClient(shape).all(kind, range)).toEqual(rows);
		expect(await createConsoleClient(shape, {seed: 2}).all(kind, range)).not.toEqual(rows);
	});

	it('refuses a range beyond 24 hours, in the future or not', async () => {
		const client = createConsoleClient(shape);
		const unit = shape === 'offset' ? 1000 : 1;
		expect((await client.ask('event', range)).rows).toHaveLength(20);
		for (const shift of [0, DAY]) {
			const answer = await client.ask('event', {start: range.start + shift, end: range.end + shift + unit});
			expect(answer.rows).toEqual([]);
			expect(answer.text).toContain('24 hours');
		}
	});

	it('refuses to start before the day six days ago of its calendar, even by a second', async () => {
		const client = createConsoleClient(shape);
		// Noon is 20:00 in Shanghai.
		const first = noon - WEEK + 4 * HOUR;
		expect((await client.ask('event', {start: first, end: first + HOUR * 20})).rows).toHaveLength(20);
		expect((await client.ask('event', {start: first - 1000, end: first + HOUR})).text).toContain('7 days');
		client.clock.now += 4 * HOUR - 1;
		expect((await client.ask('event', {start: first, end: first + HOUR * 20})).rows).toHaveLength(20);
		client.clock.now += 1;
		expect((await client.ask('event', {start: first, end: first + HOUR})).text).toContain('7 days');
	});

	it('refuses to start before seven days ago, even by a second, where it counts hours', async () => {
		const client = createConsoleClient(shape, {consoleReach: 'hours'});
		expect((await client.ask('event', {start: noon - WEEK, end: noon - WEEK + HOUR * 20})).rows).toHaveLength(20);
		client.clock.now += 1;
		expect((await client.ask('event', {start: noon - WEEK, end: noon - WEEK + HOUR})).text).toContain('7d');
		expect((await client.ask('event', {start: noon - WEEK - 1000, end: noon - WEEK + HOUR})).text).toContain('7d');
	});

	it('knows no rows of the future', async () => {
		const client = createConsoleClient(shape);
		const rows = await client.all('event', {start: noon - HOUR, end: noon + HOUR});
		expect(rows.every(row => time(row) <= noon)).toBe(true);
		client.clock.now += HOUR;
		expect((await client.all('event', {start: noon - HOUR, end: noon + HOUR})).length).toBeGreaterThan(rows.length);
	});

	it('refuses a wrong or missing CSRF token with HTTP 403 and JSON', async () => {
		const client = createConsoleClient(shape);
		for (const token of [undefined, 'wrong', client.sandbox.consoleSession().csrfToken]) {
			const answer = await client.ask('event', {...range, headers: {[client.session.csrfHeader]: token}});
			expect(answer.status).toBe(403);
			expect(answer.body).not.toEqual({});
			expect(answer.rows).toEqual([]);
		}
	});

	it('serves rows at the start of a range, and those at its end as the shape has it', async () => {
		const at = noon - HOUR;
		const rows = [at - 1000, at, at + MINUTE, at + MINUTE + 1000].map((ms, index) => ({id: String(index + 1), time: ms, row: {status: 'failed', event_type: 'e'}}));
		const client = createConsoleClient(shape, {rows: {'feishu-app-log event': rows}});
		const found = await client.all('event', {start: at, end: at + MINUTE});
		expect(found.map(row => String(row[id]).replace('log_', ''))).toEqual(shape === 'cursor' ? ['2'] : ['3', '2']);
		expect(found[0]).toMatchObject({status: {page: 'failed', offset: 2, cursor: 'FAILED'}[shape]});
	});

	it('needs exactly one known app feature for a client search', async () => {
		const client = createConsoleClient(shape);
		const [name] = Object.keys(rowReading[shape].feature);
		const value = Object.values(rowReading[shape].feature)[0];
		for (const bad of [undefined, '', 'mini', [value, value]]) {
			const answer = await client.ask('client', {...range, filters: bad === undefined ? {} : {[name ?? '']: bad}});
			expect(answer.rows).toEqual([]);
			expect(answer.text).toContain(name);
		}
		const rows = await client.all('client', range);
		expect(rows.map(row => String(row[name ?? '']))).toEqual(rows.map(() => value));
	});

	it('refuses pages that are larger than it offers, and those before the first', async () => {
		const client = createConsoleClient(shape);
		for (const asked of [{size: 201}, {size: 0}, {over: {offset: '-1', page: {no: 0, size: 20}, first: 1.5}}]) {
			expect((await client.ask('event', {...range, ...asked})).rows).toEqual([]);
		}
	});

	it('counts over a range without rows beside a search', async () => {
		const client = createConsoleClient(shape);
		const path = consoleApiPaths[shape]('event').replace(/records$/, 'count').replace(/query$/, 'summary').replace(/event$/, 'event/statistics');
		const headers = {cookie: client.session.cookie, [client.session.csrfHeader]: client.session.csrfToken, 'content-type': 'application/json'};
		const body = {filter: {timeRange: range}, begin: new Date(range.start).toISOString(), finish: new Date(range.end).toISOString()};
		const answer = await client.send(shape === 'offset' ? `${path}?start_time=${range.start / 1000}&end_time=${range.end / 1000}` : path,
			shape === 'offset' ? {headers} : {method: 'POST', headers, body: JSON.stringify(body)});
		const all = await client.all('event', range);
		expect(await answer.text()).toContain(`"total":${all.length},`);
		expect(client.requests[0]?.source).toBeUndefined();
	});

	it('reports searches with their range and status, and nothing of the session', async () => {
		const client = createConsoleClient(shape);
		await client.ask('event', range);
		await client.ask('client', {...range, headers: {cookie: undefined}});
		await client.ask('server', {...range, headers: {[client.session.csrfHeader]: undefined}});
		expect(client.requests.map(({source, status}) => [source, status])).toEqual([
			['feishu-app-log event', 200], ['feishu-app-log client', {page: 302, offset: 401, cursor: 200}[shape]], ['feishu-app-log server', 403],
		]);
		expect(client.requests.map(request => request.range)).toEqual([{from: noon - DAY, to: noon}, undefined, undefined]);
		expect(Object.keys(client.requests[0]?.params ?? {}).length).toBeGreaterThan(1);
		expect(JSON.stringify(client.requests)).not.toContain(client.session.csrfToken);
	});

	it('answers five searches a second, and refuses more with HTTP 429 where budgets are kept', async () => {
		const client = createConsoleClient(shape, {rate: 'real'});
		const statuses = async () => Promise.all(Array.from({length: 7}, async () => (await client.ask('event', range)).status));
		expect(await statuses()).toEqual([200, 200, 200, 200, 200, 429, 429]);
		client.clock.now += 1000;
		expect((await client.ask('event', {start: range.start + HOUR, end: range.end})).rows).toHaveLength(20);
		expect((await createConsoleClient(shape).ask('event', range)).status).toBe(200);
	});
});

it.each([
	['page', 302, 'a way to the sign-in', ''],
	['offset', 401, 'a page for people', '<h1>401 Unauthorized</h1>'],
	['cursor', 200, 'a code', '"code":"NOT_SIGNED_IN"'],
] as const)('answers requests without a session in the shape %s with HTTP %i and %s', async (shape, status, _what, text) => {
	const client = createConsoleClient(shape);
	const asked = {start: noon - HOUR, end: noon};
	expect((await client.ask('event', asked)).rows).not.toEqual([]);
	client.sandbox.revokeConsoleSessions();
	for (const headers of [{}, {cookie: undefined}, {cookie: 'console_session=unknown'}]) {
		const answer = await client.ask('event', {...asked, headers});
		expect([answer.status, answer.headers.get('location')]).toEqual([status, shape === 'page' ? consolePaths.signIn : null]);
		expect(answer.text).toContain(text);
		expect(answer.rows).toEqual([]);
	}
});

it('writes ids beyond what a JavaScript number holds as integers in the shape offset', async () => {
	const {text, rows} = await createConsoleClient('offset').ask('event', {start: noon - HOUR * 5, end: noon});
	expect(text).toMatch(/"record_id":\d{19},/);
	expect(rows.some(row => String(Number(row['record_id'])) !== row['record_id'])).toBe(true);
	expect(text).toMatch(/"count":"\d+"/);
});

it('gives a cursor also on the last page of the shape cursor, and takes none of another query', async () => {
	const client = createConsoleClient('cursor');
	const asked = {start: noon - HOUR, end: noon, size: 50};
	const last = await client.ask('event', asked);
	expect([last.more, typeof last.cursor]).toEqual([false, 'string']);
	expect((await client.ask('event', {...asked, cursor: last.cursor})).rows).toEqual([]);
	const other = await client.ask('event', {...asked, start: noon - HOUR * 2, cursor: last.cursor});
	expect([other.status, other.body['success']]).toEqual([400, false]);
});

it.each([
	{begin: '2026-03-04T10:00:00Z'}, {begin: 1_772_000_000_000}, {finish: '2026-03-04T11:00:00+00:00'}, {finish: undefined}, {statuses: 'FAILED'}, {statuses: ['failed']},
	{begin: '2026-03-04T11:30:00.000Z', finish: '2026-03-04T11:00:00.000Z'},
])('refuses what the shape cursor does not write: %o', async over => {
	const answer = await createConsoleClient('cursor').ask('event', {start: noon - HOUR, end: noon, over});
	expect(answer.status).toBe(400);
});

it.each([
	{filter: undefined}, {filter: {timeRange: {start: String(noon - HOUR), end: noon}}}, {filter: {timeRange: {start: noon, end: noon - 1}}},
	{filter: {timeRange: {start: noon - HOUR, end: noon}, eventType: ['a']}}, {page: {no: '1', size: 20}}, {page: undefined},
])('refuses what the shape page does not write: %o', async over => {
	const answer = await createConsoleClient('page').ask('event', {start: noon - HOUR, end: noon, over});
	expect([answer.status, answer.body['code']]).toEqual([200, 10003]);
});

it.each([{start_time: '1e9'}, {start_time: ''}, {limit: ['20', '20']}, {status: '4'}, {end_time: 1}])('refuses what the shape offset does not write: %o', async over => {
	const answer = await createConsoleClient('offset').ask('event', {start: noon - HOUR, end: noon, over});
	expect([answer.status, answer.body['errno']]).toEqual([200, 4001]);
});

it('holds one client row in four back for as long as it is told', async () => {
	const asked = {start: noon - DAY + 1, end: noon};
	const late = createConsoleClient('page', {lateClientMs: 30 * MINUTE, recordsPerDay: 2000});
	const prompt = createConsoleClient('page', {recordsPerDay: 2000});
	const id = (row: Record<string, unknown>) => row['id'];
	const before = await late.all('client', asked);
	const all = await prompt.all('client', asked);
	const missing = all.filter(row => !before.some(other => other['id'] === row['id']));
	const recent = all.filter(row => Number(row['logTime']) > noon - 30 * MINUTE);
	expect(missing.length).toBeGreaterThan(0);
	expect(missing.length).toBeLessThan(recent.length);
	expect(missing.every(row => recent.includes(row))).toBe(true);
	late.clock.now += 30 * MINUTE;
	expect((await late.all('client', asked)).map(id)).toEqual(all.map(id));
	expect((await late.all('event', asked)).map(id)).toEqual((await prompt.all('event', asked)).map(id));
});

it('pushes some events again under the same event id', async () => {
	const rows = await createConsoleClient('page').all('event', day);
	expect(new Set(rows.map(row => row['eventId'])).size).toBeLessThan(rows.length);
});

it('refuses explicit rows that are none', () => {
	for (const row of ['text', {status: true}]) {
		expect(() => createConsoleClient('page', {rows: {'feishu-app-log event': [{id: '1', time: noon, row}]}})).toThrow(TypeError);
	}
});
