import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createTestClient, itemsOf, noon} from './client.ts';

const now = noon / 1000;

/** Rows in a few seconds around `now`, many of them in the same second, in any order. */
const someRows = fc.uniqueArray(fc.record({id: fc.integer({min: 1, max: 10_000}), time: fc.integer({min: now - 20, max: now})}), {
	selector: row => row.id,
	maxLength: 60,
});
const asked = {
	times: someRows,
	start: fc.integer({min: now - 22, max: now}),
	length: fc.integer({min: 0, max: 22}),
	size: fc.integer({min: 1, max: 20}),
	order: fc.constantFrom('ascending' as const, 'descending' as const),
	ends: fc.constantFrom('inclusive' as const, 'exclusive' as const),
};

describe('pages', () => {
	it('hold every row of the range exactly once, in order', async () => {
		await fc.assert(fc.asyncProperty(fc.record(asked), async ({times, start, length, size, order, ends}) => {
			const feishuRows = times.map(({id, time}) => ({id: String(id), time, row: {id: String(id), event_time: time}}));
			const traeRows = times.map(({id, time}) => ({id: String(id), time, row: {log_id: String(id), operation_time: time}}));
			const client = createTestClient({order, ends, rows: {'feishu-openapi': feishuRows, 'trae-openapi': traeRows}});
			const end = start + length;
			const expected = times
				.filter(({time}) => time >= start && (ends === 'inclusive' ? time <= end : time < end))
				.toSorted((a, b) => a.time - b.time)
				.map(({id}) => String(id));
			if (order === 'descending') expected.reverse();

			const range = {start_time: start, end_time: end, page_size: size};
			expect(await client.allFeishu(range)).toEqual(expected);
			expect(await client.allTrae(range)).toEqual(expected);
		}), {numRuns: 60});
	});

	it('hold every generated row of the range exactly once, whatever the order and the filter', async () => {
		const ranges = fc.record({
			start: fc.integer({min: now - 3 * 86_400, max: now}),
			length: fc.integer({min: 0, max: 3 * 86_400}),
			size: fc.integer({min: 1, max: 200}),
			order: asked.order,
			filter: fc.constantFrom({}, {source_ip: '203.0.113.7'}, {source_ip: '203.0.113.7', api_path: '/openapi/v1/users'}),
		});
		const all = await createTestClient({recordsPerDay: 120}).trae({start_time: now - 4 * 86_400, end_time: now, page_size: 200});
		const total = all.body.data?.pagination?.total ?? 0;
		expect(total).toBeGreaterThan(400);
		const rows: Array<Record<string, unknown>> = [];
		for (let page = 1; rows.length < total; page++) {
			rows.push(...itemsOf((await createTestClient({recordsPerDay: 120}).trae({start_time: now - 4 * 86_400, end_time: now, page_size: 200, page})).body));
		}
		await fc.assert(fc.asyncProperty(ranges, async ({start, length, size, order, filter}) => {
			const client = createTestClient({recordsPerDay: 120, order});
			const expected = rows
				.filter(row => Number(row['operation_time']) >= start && Number(row['operation_time']) <= start + length)
				.filter(row => Object.entries(filter).every(([name, value]) => row[name] === value))
				.map(row => String(row['log_id']));
			if (order === 'ascending') expected.reverse();
			expect(await client.allTrae({start_time: start, end_time: start + length, page_size: size, ...filter})).toEqual(expected);
		}), {numRuns: 40});
	});

	it('past the last one are empty, and still state the total', async () => {
		const client = createTestClient({rows: {'trae-openapi': [{id: '1', time: now, row: {log_id: '1'}}]}});
		const {body} = await client.trae({start_time: now, end_time: now, page: 7, page_size: 10});
		expect(body.data).toEqual({items: [], pagination: {page: 7, page_size: 10, total: 1, total_pages: 1}});
	});

	it('of an empty range are none', async () => {
		const client = createTestClient({rows: {'trae-openapi': []}});
		const {body} = await client.trae({start_time: now, end_time: now});
		expect(body.data).toEqual({items: [], pagination: {page: 1, page_size: 50, total: 0, total_pages: 0}});
	});

	it('name a token only while there is more', async () => {
		const rows = [1, 2, 3, 4].map(id => ({id: String(id), time: now - id, row: {id: String(id)}}));
		const client = createTestClient({rows: {'feishu-openapi': rows}});
		const first = await client.feishu({start_time: now - 9, end_time: now, page_size: 2});
		expect(first.body.data).toEqual({items: [{id: '1'}, {id: '2'}], page_token: expect.any(String), has_more: true});
		const last = await client.feishu({start_time: now - 9, end_time: now, page_size: 2, page_token: first.body.data?.page_token});
		expect(last.body.data).toEqual({items: [{id: '3'}, {id: '4'}], has_more: false});
	});

	it.each([
		['another range', {start_time: now - 99}],
		['another filter', {app_id: 'cli_a1b2c3d4e5f6'}],
		['another list of values', {api_keys: ['GET/a']}],
	])('refuse a token that was issued for %s', async (_name, change) => {
		const client = createTestClient();
		const query = {start_time: now - 86_400, end_time: now, page_size: 5};
		const {body} = await client.feishu(query);
		const token = body.data?.page_token;
		expect((await client.feishu({...query, page_size: 9, page_token: token})).body.code).toBe(0);
		expect((await client.feishu({...query, ...change, page_token: token})).body.code).toBe(1780103);
		expect((await client.feishu({...query, page_token: `${token}A`})).body.code).toBe(1780103);
	});

	it('do not shift under a token when new rows arrive, but do under a number', async () => {
		const rows = [1, 2, 3, 4, 5].map(id => ({id: String(id), time: now + id - 4, row: {id: String(id), log_id: String(id)}}));
		const client = createTestClient({rows: {'feishu-openapi': rows, 'trae-openapi': rows}});
		const range = {start_time: now - 9, end_time: now + 9, page_size: 2};
		const first = await client.feishu(range);
		await client.trae(range);
		client.clock.now += 1000;
		const second = await client.feishu({...range, page_token: first.body.data?.page_token});
		expect([first, second].flatMap(({body}) => itemsOf(body).map(row => row['id']))).toEqual(['4', '3', '2', '1']);
		expect(itemsOf((await client.trae({...range, page: 2})).body).map(row => row['log_id'])).toEqual(['3', '2']);
	});
});

describe('filters', () => {
	it('let through exactly the rows whose field equals one of the values', async () => {
		const client = createTestClient({recordsPerDay: 200});
		const range = {start_time: now - 86_400, end_time: now, page_size: 100};
		const all = [...await client.allFeishu(range)];
		const keys = ['POST/open-apis/authen/v1/access_token', 'GET/open-apis/approval/v4/instances'];
		const some = await client.allFeishu({...range, api_keys: keys});
		const {body} = await client.feishu({...range, api_keys: keys, app_id: 'cli_a1b2c3d4e5f6'});
		expect(some.length).toBeGreaterThan(0);
		expect(some.length).toBeLessThan(all.length);
		expect(itemsOf(body).length).toBeLessThan(some.length);
		for (const row of itemsOf(body)) {
			expect(keys).toContain(row['api_key']);
			expect(row['app_id']).toBe('cli_a1b2c3d4e5f6');
		}
	});

	it('that are empty let everything through', async () => {
		const client = createTestClient();
		const range = {start_time: now - 3600, end_time: now, page_size: 100};
		expect(await client.allFeishu({...range, api_keys: [], app_id: ''})).toEqual(await client.allFeishu(range));
	});
});
