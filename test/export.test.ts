import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {fakeFeishu, fakeTrae, type FakeRow, type Intervene, type Reading} from './helpers/fake-api.ts';
import {credentials, memoryStream, runCommand} from './helpers/context.ts';

const day = 86_400;
const since = Date.UTC(2026, 10, 19) / 1000;
const range = ['--since', '2026-11-19T00:00:00Z', '--until', '2026-11-20T00:00:00Z'];

const rowsAt = (times: readonly number[]): FakeRow[] => times.map((time, index) => ({id: `row-${index}`, time}));
const spread = (count: number, seconds = day) => rowsAt(Array.from({length: count}, (_, index) => since + Math.floor((index * seconds) / count)));
const ids = (records: ReadonlyArray<Record<string, unknown>>) => records.map(record => String(record['id'] ?? record['log_id']));
const idsWithin = (rows: readonly FakeRow[], from: number, to: number) => rows.filter(({time}) => time >= from && time < to).map(({id}) => id).toSorted();

const readings: Reading[] = (['inclusive', 'exclusive'] as const).flatMap(start =>
	(['inclusive', 'exclusive'] as const).flatMap(end =>
		(['ascending', 'descending'] as const).map(order => ({start, end, order}))));

const always = (answer: () => Response): Intervene => () => answer();
const body = (value: unknown, init?: ResponseInit) => new Response(typeof value === 'string' ? value : JSON.stringify(value), init);

describe.each(readings)('with a start read as $start, an end as $end, rows $order', reading => {
	it('delivers every row of feishu-openapi exactly once', async () => {
		const rows = [...spread(2000, day + 7200), ...rowsAt(Array.from({length: 300}, () => since + 3600)).map(row => ({...row, id: `burst-${row.id}`}))];
		const {code, records} = await runCommand(['feishu-openapi', ...range], {fetch: fakeFeishu(rows, reading).fetch});
		expect(code).toBe(0);
		expect(ids(records).toSorted()).toEqual(idsWithin(rows, since, since + day));
	});

	it('delivers every row of trae-openapi exactly once over several windows', async () => {
		const rows = spread(1500, 30 * day);
		const {code, records} = await runCommand(['trae-openapi', '--since', '2026-10-01', '--until', '2026-12-01', '--timezone', 'UTC'], {fetch: fakeTrae(rows, reading).fetch});
		expect(code).toBe(0);
		expect(ids(records).toSorted()).toEqual(idsWithin(rows, Date.UTC(2026, 9) / 1000, Date.UTC(2026, 11) / 1000));
	});
});

it('delivers every row once for arbitrary rows, windows, page sizes, readings and concurrency', async () => {
	await fc.assert(fc.asyncProperty(
		fc.array(fc.integer({min: -5, max: 125}), {maxLength: 80}), fc.integer({min: 1, max: 50}), fc.integer({min: 1, max: 20}),
		fc.constantFrom(...readings), fc.integer({min: 1, max: 6}), fc.boolean(), fc.constantFrom('feishu-openapi', 'trae-openapi'),
		async (offsets, windowSeconds, pageSize, reading, concurrency, inTimeOrder, source) => {
			const rows = rowsAt(offsets.map(offset => since + offset));
			const api = source === 'feishu-openapi' ? fakeFeishu(rows, reading) : fakeTrae(rows, reading);
			const {code, records} = await runCommand([
				source, '--since', String(since), '--until', String(since + 120), '--window', `${windowSeconds}s`, '--page-size', String(pageSize),
				'--concurrency', String(concurrency), '--order', inTimeOrder ? 'time' : 'served', '--rate', '1000/1s',
			], {fetch: api.fetch});
			expect(code).toBe(0);
			expect(ids(records).toSorted()).toEqual(idsWithin(rows, since, since + 120));
			if (inTimeOrder) {
				const times = records.map(record => Number(record['event_time'] ?? record['operation_time']));
				expect(times).toEqual(times.toSorted((a, b) => a - b));
			}
		},
	), {numRuns: 60});
});

it('writes the same output whatever the concurrency', async () => {
	const rows = spread(3000);
	const outputs = await Promise.all(['1', '2', '7'].map(async concurrency => (await runCommand(['feishu-openapi', ...range, '--concurrency', concurrency], {fetch: fakeFeishu(rows).fetch})).stdout));
	expect(new Set(outputs).size).toBe(1);
});

it('never asks Trae for more than 90 days, both ends counted', async () => {
	const api = fakeTrae(spread(10));
	const {code} = await runCommand(['trae-openapi', '--since', '2026-01-01', '--until', '2026-07-20', '--timezone', 'UTC', '--window', '90d'], {fetch: api.fetch});
	expect(code).toBe(0);
	expect(api.seen).toHaveLength(3);
	for (const {parameters} of api.seen) expect(Number(parameters['end_time']) - Number(parameters['start_time']) + 1).toBeLessThanOrEqual(90 * day);
});

it('takes one request per window beyond the fewest possible at most', async () => {
	const api = fakeFeishu(spread(2400));
	await runCommand(['feishu-openapi', ...range], {fetch: api.fetch});
	expect(api.seen.length).toBeLessThanOrEqual(24 + 24);
});

describe('paging', () => {
	it('goes on after an empty page that has more', async () => {
		const api = fakeFeishu(spread(50), {intervene: ({parameters}) => parameters['page_token'] === undefined ? body({code: 0, data: {items: [], has_more: true, page_token: 'p0'}}) : undefined});
		const {code, records} = await runCommand(['feishu-openapi', ...range], {fetch: api.fetch});
		expect(code).toBe(0);
		expect(records).toHaveLength(50);
	});

	it('takes items: null without more for an empty page', async () => {
		const {code, stdout} = await runCommand(['feishu-openapi', ...range], {fetch: fakeFeishu([], {intervene: always(() => body({code: 0, msg: 'success', data: {items: null, has_more: false}}))}).fetch});
		expect({code, stdout}).toEqual({code: 0, stdout: ''});
	});

	it.each([
		['a token that repeats', {code: 0, data: {items: [], has_more: true, page_token: 'same'}}, /does not advance.*came before/],
		['more without a token', {code: 0, data: {items: [], has_more: true}}, /says there is more but gives no data.page_token/],
		['no data', {code: 0, msg: 'success'}, /holds no data/],
		['no has_more', {code: 0, data: {items: []}}, /does not say whether there is more/],
		['items that are no array', {code: 0, data: {items: {}, has_more: false}}, /data.items is no array/],
	])('ends with exit 1 and one clear line on %s', async (_, answer, message) => {
		const {code, stderr} = await runCommand(['feishu-openapi', ...range], {fetch: fakeFeishu([], {intervene: always(() => body(answer))}).fetch});
		expect(code).toBe(1);
		expect(stderr).toMatch(/^error: feishu-openapi: POST .*\nhint: .*\n$/);
		expect(stderr).toMatch(message);
	});

	it('ends with exit 1 when new tokens bring the same rows for ever', async () => {
		let count = 0;
		const same = () => body({code: 0, data: {items: [{id: 'a', event_time: since}], has_more: true, page_token: `t${count++}`}});
		const {code, stderr} = await runCommand(['feishu-openapi', ...range, '--window', '1d'], {fetch: fakeFeishu([], {intervene: always(same)}).fetch});
		expect(code).toBe(1);
		expect(stderr).toContain('brought nothing new');
	});

	it('ends with exit 1 when a page number does not advance', async () => {
		const first = () => body({code: 0, data: {items: [{log_id: 'a', operation_time: since}, {log_id: 'b', operation_time: since}], pagination: {page: 1, page_size: 2, total: 9}}});
		const {code, stderr} = await runCommand(['trae-openapi', ...range, '--page-size', '2'], {fetch: fakeTrae([], {intervene: always(first)}).fetch});
		expect(code).toBe(1);
		expect(stderr).toContain('does not advance');
	});

	it('reads a window again whose rows moved while it was read, and delivers each row once', async () => {
		const late = {id: 'late', time: since + 40_000};
		const rows = spread(900);
		let requests = 0;
		const api = fakeTrae(() => requests++ < 2 ? rows : [...rows, late], {order: 'descending'});
		const {code, records} = await runCommand(['trae-openapi', ...range], {fetch: api.fetch});
		expect(code).toBe(0);
		expect(ids(records).toSorted()).toEqual([...rows, late].map(({id}) => id).toSorted());
	});

	it('ends with exit 6 and says what it saw when the rows never hold still', async () => {
		let count = 500;
		const api = fakeTrae(() => spread(count++), {order: 'descending'});
		const {code, stderr} = await runCommand(['trae-openapi', ...range], {fetch: api.fetch});
		expect(code).toBe(6);
		expect(stderr).toMatch(/error: trae-openapi: unstable in 2026-11-19T00:00:00Z to 2026-11-20T00:00:00Z: .*total was/);
		expect(stderr).toMatch(/error: .*not complete/);
	});

	it.each([[7], [400]])('ends with exit 6 when the API states %i rows and delivers 30', async total => {
		const intervene: Intervene = ({parameters}) => Number(parameters['page']) > 1 ? body({code: 0, data: {items: [], pagination: {page: parameters['page'], page_size: 200, total}}}) : undefined;
		const api = fakeTrae(spread(30), {intervene});
		const lying: typeof api.fetch = async (input, init) => {
			const answer = await api.fetch(input, init);
			return body((await answer.text()).replace('"total":30', `"total":${total}`));
		};
		const {code, stderr, records} = await runCommand(['trae-openapi', ...range], {fetch: lying});
		expect(code).toBe(6);
		expect(records).toHaveLength(30);
		expect(stderr).toContain(`the API states ${total} rows and delivered 30`);
	});

	it('goes on by rows where the API serves smaller pages than it says', async () => {
		const rows = spread(250);
		const intervene: Intervene = ({parameters}) => {
			const page = Number(parameters['page']);
			const items = rows.slice((page - 1) * 100, page * 100).map(({id, time}) => ({log_id: id, operation_time: time}));
			return body({code: 0, data: {items, pagination: {page, page_size: 200, total: rows.length, total_pages: 2}}});
		};
		const {code, records} = await runCommand(['trae-openapi', ...range], {fetch: fakeTrae([], {intervene}).fetch});
		expect(code).toBe(0);
		expect(ids(records).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
	});

	it('cuts a counted window with very many rows into smaller ones, and delivers each row once', async () => {
		const rows = spread(60_000);
		const api = fakeTrae(rows);
		const {code, records} = await runCommand(['trae-openapi', ...range, '--rate', '1000/1s'], {fetch: api.fetch});
		expect(code).toBe(0);
		expect(new Set(ids(records)).size).toBe(60_000);
		expect(records).toHaveLength(60_000);
	});

	it('writes rows without id or readable time as they are, no entry that is no row, and names both with exit 6', async () => {
		const odd = body({code: 0, data: {items: [{id: 'a', event_time: 'soon'}, {event_time: since}, 'text'], has_more: false}});
		let served = false;
		const {code, stdout, stderr} = await runCommand(['feishu-openapi', ...range, '--window', '1d'], {fetch: fakeFeishu([], {intervene: () => served ? undefined : (served = true, odd)}).fetch});
		expect(code).toBe(6);
		expect(stdout).toBe(`{"id":"a","event_time":"soon"}\n{"event_time":${since}}\n`);
		expect(stderr).toContain('2 rows without a readable id or time, written as they are');
		expect(stderr).toContain("1 entry of the API's pages that is no row, not written");
	});
});

describe('failures', () => {
	const scattered = (fault: () => Response | Promise<Response>): Intervene => (_, index) => index % 5 === 2 ? fault() : undefined;

	it.each<[string, () => Response | Promise<Response>]>([
		['HTTP 500 with the vendor code', () => body({code: 1_780_001, msg: 'Internal Server Error'}, {status: 500})],
		['HTML 502 pages', () => body('<html>bad gateway</html>', {status: 502})],
		['JSON that is cut off', () => body('{"code":0,"data":{"items":[{"id":"1')],
		['an empty body', () => body('')],
		['a refusal for rate with a reset header', () => body({code: 99_991_400, msg: 'limited'}, {status: 429, headers: {'x-ogw-ratelimit-reset': '3'}})],
		['a refusal for rate on HTTP 400', () => body({code: 99_991_400, msg: 'limited'}, {status: 400})],
		['a bare 429 with a date', () => body('', {status: 429, headers: {'retry-after': 'Fri, 20 Nov 2026 12:00:05 GMT'}})],
		['connection resets', () => Promise.reject(new TypeError('fetch failed', {cause: Object.assign(new Error('reset'), {code: 'ECONNRESET'})}))],
	])('is complete despite %s at scattered pages', async (_, fault) => {
		const rows = spread(3000);
		const {code, records} = await runCommand(['feishu-openapi', ...range, '--summary', '-'], {fetch: fakeFeishu(rows, {intervene: scattered(fault)}).fetch});
		expect(code).toBe(0);
		expect(ids(records).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
	});

	it.each([400, 200])('renews a token that is revoked every 7 requests with HTTP %i, and loses no page', async status => {
		const rows = spread(5000);
		let valid = 't-1';
		let uses = 0;
		const api = fakeFeishu(rows, {intervene: ({authorization}) => {
			if (authorization !== `Bearer ${valid}`) return body({code: 99_991_663, msg: 'invalid access token'}, {status});
			if (++uses % 7 === 0) valid = `t-${api.exchanges.length + 1}`;
			return undefined;
		}});
		const {code, records} = await runCommand(['feishu-openapi', ...range], {fetch: api.fetch});
		expect(code).toBe(0);
		expect(new Set(ids(records)).size).toBe(5000);
		expect(records).toHaveLength(5000);
	});

	it.each<[string, () => Response, number, RegExp]>([
		['a missing scope', () => body({code: 99_991_672, msg: 'Access denied', error: {log_id: 'L1', permission_violations: [{type: 'action_scope_required', subject: 'a:b:c', url: 'https://open.feishu.cn/x'}]}}, {status: 400}), 3, /code 99991672.*trace id L1[\s\S]*hint: grant a:b:c at https:\/\/open\.feishu\.cn\/x/],
		['a token that is never accepted', () => body({code: 99_991_663, msg: 'invalid'}, {status: 400}), 3, /99991663/],
		['a monthly quota', () => body({code: 99_991_403, msg: 'quota'}, {status: 429}), 1, /quota/],
		['a parameter error', () => body({code: 1_780_103, msg: 'Request Param Error'}, {status: 400, headers: {'x-tt-logid': 'T9'}}), 1, /code 1780103.*T9/],
		['an unknown code on HTTP 200', () => body({code: 4242, msg: 'no'}), 1, /code 4242/],
		['a redirect', () => new Response(null, {status: 302, headers: {location: 'https://elsewhere.example/'}}), 1, /redirect/],
		['failures without end', () => body({code: 1_780_001, msg: 'x'}, {status: 500}), 1, /1780001/],
		['an IP that is not allowed', () => body({code: 99_991_401, msg: 'x'}, {status: 400}), 3, /allow-list/],
	])('ends at once or after its retries on %s', async (_, answer, expected, message) => {
		const {code, stderr} = await runCommand(['feishu-openapi', ...range], {fetch: fakeFeishu([], {intervene: always(answer)}).fetch});
		expect(code).toBe(expected);
		expect(stderr).toMatch(/^error: .*\nhint: .*\n/);
		expect(stderr).toMatch(message);
	});

	it('ends with exit 4 when the network stays away', async () => {
		const down = () => Promise.reject(new TypeError('fetch failed', {cause: Object.assign(new Error('refused'), {code: 'ECONNREFUSED'})}));
		const {code, stderr} = await runCommand(['feishu-openapi', ...range], {fetch: down});
		expect(code).toBe(4);
		expect(stderr).toContain('connection refused (ECONNREFUSED)');
	});

	it('retries as often as --retries says', async () => {
		const api = fakeFeishu([], {intervene: always(() => body('', {status: 503}))});
		await runCommand(['feishu-openapi', ...range, '--retries', '2', '--concurrency', '1'], {fetch: api.fetch});
		expect(api.seen).toHaveLength(3);
	});

	it('gives a request up after its time limit', async () => {
		const hang: Parameters<typeof fakeFeishu>[1] = {intervene: () => new Promise<Response>(() => undefined)};
		const api = fakeFeishu([], hang);
		const aborting: typeof api.fetch = async (input, init) => {
			const signal = init?.signal;
			return Promise.race([api.fetch(input, init), new Promise<Response>((_, reject) => {
				signal?.addEventListener('abort', () => {
					reject(signal.reason as Error);
				});
			})]);
		};
		const {code, stderr} = await runCommand(['feishu-openapi', ...range, '--retries', '1', '--timeout', '20ms', '--concurrency', '1'], {fetch: aborting});
		expect(code).toBe(4);
		expect(stderr).toContain('no complete answer within 0.02 s');
	});

	it('asks for credentials when there are none', async () => {
		const {code, stderr} = await runCommand(['feishu-openapi'], {fetch: fakeFeishu([]).fetch, env: {FEISHU_APP_ID: '', FEISHU_APP_SECRET: ''}});
		expect(code).toBe(3);
		expect(stderr).toMatch(/hint: set FEISHU_APP_ID and FEISHU_APP_SECRET/);
	});
});

it('keeps the budget as the server counts it', async () => {
	const api = fakeFeishu(spread(30_000));
	const {code} = await runCommand(['feishu-openapi', ...range, '--summary', '-'], {fetch: api.fetch});
	expect(code).toBe(0);
	expect(api.seen.length).toBeGreaterThan(300);
});

it('stops after --limit records with few requests', async () => {
	const api = fakeFeishu(spread(5000));
	const {code, records} = await runCommand(['feishu-openapi', ...range, '--limit', '7'], {fetch: api.fetch});
	expect(code).toBe(0);
	expect(records).toHaveLength(7);
	expect(api.seen.length).toBeLessThanOrEqual(2);
});

it('ends quietly with exit 0 when the reader of stdout goes away', async () => {
	const {code, stderr} = await runCommand(['feishu-openapi', ...range], {fetch: fakeFeishu(spread(5000)).fetch, stdout: memoryStream({breakAfter: 100})});
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
});

it('shows no secret in any message, at the highest verbosity and in the dry run', async () => {
	const leaky: Intervene = ({authorization}) => body({code: 4242, msg: `bad token ${authorization ?? ''} of ${credentials.FEISHU_APP_SECRET}`}, {status: 400});
	const failed = await runCommand(['feishu-openapi', ...range, '--debug', '--summary', '-'], {fetch: fakeFeishu([], {intervene: leaky}).fetch});
	const planned = await runCommand(['feishu-openapi', ...range, '--dry-run', '--debug'], {fetch: () => Promise.reject(new Error('a dry run asks nothing'))});
	expect(planned.code).toBe(0);
	expect(planned.stdout).toContain('Bearer ***');
	for (const text of [failed.stdout, failed.stderr, planned.stdout, planned.stderr]) {
		expect(text).not.toContain(credentials.FEISHU_APP_SECRET);
		expect(text).not.toContain('Bearer t-');
	}
});

it('says when records carry the app\'s own secret', async () => {
	const api = fakeFeishu([], {intervene: always(() => body({code: 0, data: {items: [{id: 'a', event_time: since, log_detail: {payload: JSON.stringify({app_secret: credentials.FEISHU_APP_SECRET})}}], has_more: false}}))});
	const {code, stderr} = await runCommand(['feishu-openapi', ...range, '--window', '1d'], {fetch: api.fetch, secretsInRecords: true});
	expect(code).toBe(0);
	expect(stderr).toMatch(/warning: .*--redact/);
	const redacted = await runCommand(['feishu-openapi', ...range, '--window', '1d', '--redact', 'log_detail.payload.app_secret'], {fetch: api.fetch});
	expect(redacted.stdout).not.toContain(credentials.FEISHU_APP_SECRET);
	expect(redacted.stderr).toBe('');
});

it('keeps integers of any size, the order of members and unknown fields', async () => {
	const text = `{"code":0,"data":{"items":[{"id":"a","event_time":${since},"big":12345678901234567890,"2052":"b","10":1.50,"new":{"z":1e2}}],"has_more":false}}`;
	const {stdout} = await runCommand(['feishu-openapi', ...range, '--window', '1d'], {fetch: fakeFeishu([], {intervene: always(() => body(text))}).fetch});
	expect(stdout).toBe(`{"id":"a","event_time":${since},"big":12345678901234567890,"2052":"b","10":1.50,"new":{"z":1e2}}\n`);
});

it.each([
	[['--since', 'nonsense'], /--since/],
	[['--since', '2026-11-20', '--until', '2026-11-19'], /--since is later/],
	[['--page-size', '101'], /100/],
	[['--limit', '0'], /--limit/],
	[['--format', 'xml'], /xml/],
	[['--rate', 'fast'], /--rate/],
	[['--sicne', '1h'], /--sicne/],
	[['--base-url', 'http://example.com'], /http/],
	[['--order', 'random'], /random/],
	[['--timezone', 'Mars/Olympus'], /Mars/],
])('refuses %j with exit 2 before any request', async (args, message) => {
	const {code, stderr, stdout} = await runCommand(['feishu-openapi', ...args], {fetch: () => Promise.reject(new Error('no request expected'))});
	expect(code).toBe(2);
	expect(stdout).toBe('');
	expect(stderr).toMatch(/^error: /);
	expect(stderr).toMatch(message);
});

it('refuses a window beyond the documented cap', async () => {
	const {code, stderr} = await runCommand(['trae-openapi', '--since', '200d', '--window', '91d'], {fetch: () => Promise.reject(new Error('no request expected'))});
	expect(code).toBe(2);
	expect(stderr).toContain('90d');
});

it('writes different rows under one id and says so with exit 6', async () => {
	const items = [{id: 'x', event_time: since, what: 'login'}, {id: 'x', event_time: since, what: 'DELETE ALL'}, {id: 'x', event_time: since, what: 'login'}];
	const {code, records, stderr} = await runCommand(['feishu-openapi', ...range, '--window', '1d'], {fetch: fakeFeishu([], {intervene: always(() => body({code: 0, data: {items, has_more: false}}))}).fetch});
	expect(code).toBe(6);
	expect(records.map(record => record['what'])).toEqual(['login', 'DELETE ALL']);
	expect(stderr).toContain('1 row with the id of another row');
});

it.each([['0', 0], ['milliseconds', since * 1000]])('says so with exit 6 when rows of times nobody asked for are delivered (%s)', async (_, time) => {
	const {code, stderr} = await runCommand(['feishu-openapi', ...range, '--window', '1d'], {fetch: fakeFeishu([], {intervene: always(() => body({code: 0, data: {items: [{id: 'x', event_time: time}], has_more: false}}))}).fetch});
	expect(code).toBe(6);
	expect(stderr).toContain('1 row of other times than asked for');
});

it('tells of the problems of a window that --limit cuts short', async () => {
	const items = [{id: 'a', event_time: 'soon'}, {id: 'b', event_time: since}];
	const {code} = await runCommand(['feishu-openapi', ...range, '--window', '1d', '--limit', '1'], {fetch: fakeFeishu([], {intervene: always(() => body({code: 0, data: {items, has_more: false}}))}).fetch});
	expect(code).toBe(6);
});

it('warns when a field to redact or to pick is in no record', async () => {
	const args = ['feishu-openapi', ...range, '--redact', 'log_detail.payloda', '--fields', 'id,time,evnt_time'];
	const {code, stderr} = await runCommand(args, {fetch: fakeFeishu(spread(20)).fetch});
	expect(code).toBe(0);
	expect(stderr).toMatch(/warning: .*--redact log_detail\.payloda: no record has this field/);
	expect(stderr).toMatch(/warning: .*--fields evnt_time: no record has this field; the nearest known one is event_time/);
	expect(stderr).not.toMatch(/--fields (?:id|time)/);
});
