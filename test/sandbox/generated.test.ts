import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {traeOpenapi, traeOpenapiSample} from '../../src/sources/trae-openapi.ts';
import type {SourceFile} from '../../src/sources/types.ts';
import {dayTimes} from '../../src/sandbox/day.ts';
import {createTestClient, itemsOf, noon} from './client.ts';

const now = noon / 1000;
const midnight = now - 43_200;
const yesterday = {start_time: midnight - 86_400, end_time: midnight - 1};

const allOf = (seed: number) => createTestClient({seed}).allFeishu({...yesterday, page_size: 100});
const row77 = async (client: ReturnType<typeof createTestClient>) => itemsOf((await client.trae({...yesterday, page: 77, page_size: 1})).body)[0];

async function timesOf(options: {order?: 'ascending'}): Promise<number[]> {
	const {body} = await createTestClient(options).trae({...yesterday, page_size: 200});
	return itemsOf(body).map(row => Number(row['operation_time']));
}

describe('generated rows', () => {
	it('are as many a day as asked for', async () => {
		const {body} = await createTestClient({recordsPerDay: 321}).trae(yesterday);
		expect(body.data?.pagination?.total).toBe(321);
	});

	it('are the same for the same seed, and others for another', async () => {
		const first = await allOf(1);
		expect(first).toHaveLength(1000);
		expect(await allOf(1)).toEqual(first);
		expect(await allOf(2)).not.toEqual(first);
	});

	it('are the same whatever was asked before, bodies included', async () => {
		const used = createTestClient();
		await used.trae({start_time: now - 40 * 86_400, end_time: now, source_ip: '203.0.113.7'});
		expect(await row77(used)).toEqual(await row77(createTestClient()));
	});

	it('have ids that are unique and too large for a number', async () => {
		const ids = await createTestClient({recordsPerDay: 2000}).allTrae({start_time: now - 3 * 86_400, end_time: now, page_size: 200});
		expect(new Set(ids).size).toBe(ids.length);
		for (const id of ids) expect(BigInt(id) > 2n ** 53n).toBe(true);
	});

	it('do not exist before their time has come', async () => {
		const client = createTestClient({recordsPerDay: 20_000});
		const range = {start_time: now - 60, end_time: now + 3600};
		const before = (await client.trae(range)).body.data?.pagination?.total ?? 0;
		client.clock.now += 3_600_000;
		const after = (await client.trae(range)).body.data?.pagination?.total ?? 0;
		expect(before).toBeGreaterThan(0);
		expect(after).toBeGreaterThan(before);
	});

	it('are served newest first unless told otherwise', async () => {
		const descending = await timesOf({});
		expect(descending).toEqual(descending.toSorted((a, b) => b - a));
		const ascending = await timesOf({order: 'ascending'});
		expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
	});

	it('are made only when they are on the page', async () => {
		let made = 0;
		const counting: SourceFile = {source: traeOpenapi, sample: (random, row) => {
			made++;
			return traeOpenapiSample(random, row);
		}};
		const client = createTestClient({recordsPerDay: 100_000}, [counting]);
		const {body} = await client.trae({start_time: now - 89 * 86_400, end_time: now, page: 40_000, page_size: 100});
		expect(body.data?.items).toHaveLength(100);
		expect(body.data?.pagination?.total).toBeGreaterThan(8_000_000);
		expect(made).toBe(100);
	});

	it('reach back half a year when no start is given', async () => {
		const {body} = await createTestClient({order: 'ascending'}).feishu({page_size: 1});
		expect(Number(itemsOf(body)[0]?.['event_time'])).toBeGreaterThanOrEqual(now - 180 * 86_400);
	});

	it('cover what exporters must cope with', async () => {
		const rows: Array<Record<string, unknown>> = [];
		for (const filter of ['GET/open-apis/approval/v4/instances', 'POST/open-apis/authen/v1/access_token', 'POST/open-apis/im/v1/messages']) {
			rows.push(...itemsOf((await createTestClient().feishu({...yesterday, api_keys: [filter], page_size: 100})).body));
		}
		const text = JSON.stringify(rows);
		expect(text).toContain('2001:db8:');
		expect(text).toContain('203.0.113.7');
		expect(text).toMatch(/\p{Script=Han}/u);
		expect(text).toContain('app_secret');
		expect(new Set(rows.map(row => row['app_id'])).size).toBeGreaterThan(2);
	});
});

describe('the times of a day', () => {
	it('are sorted, in the day, as many as asked for', () => {
		fc.assert(fc.property(fc.nat(), fc.integer({min: 0, max: 3000}), fc.constantFrom(1, 1000), (seed, count, unitMs) => {
			const times = dayTimes(seed, count, unitMs);
			expect(times).toHaveLength(count);
			expect(times).toEqual(times.toSorted());
			expect(times.at(-1) ?? 0).toBeLessThan(86_400_000 / unitMs);
		}));
	});

	it('have busy hours, quiet hours and bursts within a second', () => {
		const times = [...dayTimes(1, 2000, feishuOpenapi.range.unitMs)];
		const inHour = (hour: number) => times.filter(time => Math.floor(time / 3600) === hour).length;
		expect(inHour(2)).toBeGreaterThan(5 * inHour(18));
		expect(times.some((time, index) => times[index + 4] === time)).toBe(true);
	});
});
