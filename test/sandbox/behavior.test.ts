import {describe, expect, it} from 'vitest';
import {feishuBehavior} from '../../src/sources/feishu-behavior.ts';
import {createTestClient, itemsOf, noon} from './client.ts';

const now = noon / 1000;
const day = 86_400;
const range = {oldest: now - day, latest: now};
const ask = async (parameters: object, recordsPerDay = 300) => (await createTestClient({recordsPerDay}).ask(feishuBehavior, {...parameters})).body;

describe('the behaviour audit log', () => {
	it('serves every row once, and a token even when there is no more', async () => {
		const client = createTestClient({recordsPerDay: 300});
		const ids: unknown[] = [];
		let token: string | undefined;
		for (let more = true; more;) {
			const {body} = await client.ask(feishuBehavior, {...range, page_size: 200, ...(token === undefined ? {} : {page_token: token})});
			ids.push(...itemsOf(body).map(row => row['unique_id']));
			token = body.data?.page_token;
			more = body.data?.has_more === true;
			expect(token).toEqual(expect.any(String));
		}
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids.length).toBeGreaterThan(200);
		const {body} = await client.ask(feishuBehavior, {...range, page_token: token});
		expect(body.data).toMatchObject({items: [], has_more: false});
	});

	it('accepts 30 days and no more', async () => {
		expect((await ask({oldest: now - 30 * day + 1, latest: now})).code).toBe(0);
		expect((await ask({oldest: now - 30 * day, latest: now})).code).toBe(1050001);
	});

	it('reaches back 30 days without a start, and 180 days with one', async () => {
		expect((await ask({page_size: 1})).code).toBe(0);
		expect((await ask({oldest: now - 180 * day - 1, latest: now - 179 * day})).code).toBe(1050001);
		expect(itemsOf(await ask({oldest: now - 180 * day, latest: now - 179 * day})).length).toBeGreaterThan(0);
	});

	it('filters by event, by operator and by object', async () => {
		const all = itemsOf(await ask({...range, page_size: 200}));
		const some = itemsOf(await ask({...range, page_size: 200, event_name: 'im_create_chat', event_module: 2, operator_type: 'user', operator_value: '4a3b8541', object_type: 4, object_value: 'oc_5ad11d72b830411d72b836c20'}));
		expect(some.length).toBeGreaterThan(0);
		expect(some.length).toBeLessThan(all.length);
		for (const row of some) expect(row).toMatchObject({event_name: 'im_create_chat', event_module: 2, operator_value: '4a3b8541'});
		expect(itemsOf(await ask({...range, object_type: 4, object_value: 'elsewhere'}))).toEqual([]);
		expect(itemsOf(await ask({...range, ext_filter_object_by_ccm_token: 'QxKqdGm7Yo2cBvxyz0ycnQ5bnKd', page_size: 1}))).toMatchObject([{event_name: 'space_create_doc'}]);
	});

	it.each([
		['a page size of 201', {page_size: 201}, 1050005],
		['a page token of nothing', {page_token: 'x'}, 1050006],
		['an operator that does not say of which type', {operator_value: '4a3b8541'}, 1050004],
		['a type of operators without one', {operator_type: 'user'}, 1050009],
		['a user type without an operator type', {user_type: 1}, 1050004],
		['an object of no type', {object_value: 'x'}, 1050004],
		['a type of objects without one', {object_type: 4}, 1050004],
		['a user type that does not exist', {user_type: 3, operator_type: 'user', operator_value: 'x'}, 1050004],
		['an id type that does not exist', {user_id_type: 'email'}, 1050004],
		['a module that is no number', {event_module: 'docs'}, 1050004],
	])('refuses %s', async (_name, parameters, code) => {
		expect(await ask({...range, ...parameters})).toMatchObject({code, msg: 'Error_Param_Error'});
	});

	it('ignores a misspelt parameter', async () => {
		expect(itemsOf(await ask({...range, event_nam: 'im_create_chat', page_size: 200}))).toEqual(itemsOf(await ask({...range, page_size: 200})));
	});
});
