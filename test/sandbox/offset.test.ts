import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {SandboxOptions} from '../../src/sandbox/index.ts';
import {feishuApaasDataChange} from '../../src/sources/feishu-apaas-data-change.ts';
import {feishuApaas} from '../../src/sources/feishu-apaas.ts';
import {createTestClient, itemsOf, noon} from './client.ts';

const ask = {page_size: 10, offset: 0, from: noon - 1000, to: noon, log_type: '10000'};

const rowsAt = (times: readonly number[], logType = '10002') => times.map((time, index) => ({
	id: `row-${index}`, time, row: {log_id: `row-${index}`, op_time: String(time), log_type: logType, operator: {id: '1', name: 'Guo'}, status: '18001', op_type: '19001', app_name: {2052: '审批'}},
}));
const sequence = (count: number) => rowsAt(Array.from({length: count}, (_, index) => noon - count + 1 + index));

function apaas(options: Partial<SandboxOptions> = {}) {
	const client = createTestClient(options);
	const token = client.sandbox.signIn([feishuApaas.scope]).accessToken;
	return {
		...client,
		list: (parameters: Record<string, unknown>, places?: Record<string, string>) => client.ask(feishuApaas, parameters, token, places),
	};
}

const idsOf = ({body}: Awaited<ReturnType<ReturnType<typeof apaas>['list']>>) => itemsOf(body).map(row => String(row['log_id']));

describe('offsets', () => {
	it('reach every row exactly once, whether they count rows or pages', async () => {
		await fc.assert(fc.asyncProperty(
			fc.array(fc.integer({min: noon - 20, max: noon}), {maxLength: 60}), fc.integer({min: 1, max: 25}), fc.constantFrom('rows' as const, 'pages' as const),
			fc.constantFrom({}, {sort_order: 'asc'}), fc.constantFrom('inclusive' as const, 'exclusive' as const), fc.integer({min: 0, max: 20}),
			async (times, size, offsetCounts, order, ends, back) => {
				const rows = rowsAt(times);
				const client = apaas({rows: {'feishu-apaas': rows}, offsetCounts, ends});
				const to = noon - back;
				const expected = rows.filter(({time}) => (ends === 'inclusive' ? time <= to : time < to)).toSorted((a, b) => a.time - b.time).map(({id}) => id);
				if (!('sort_order' in order)) expected.reverse();
				const ids: string[] = [];
				for (let page = 0; page * size <= expected.length; page++) {
					const answer = await client.list({...ask, to, page_size: size, offset: offsetCounts === 'rows' ? page * size : page, sort_by: 'opTime', ...order});
					expect(answer.body.data?.total).toBe(String(expected.length));
					ids.push(...idsOf(answer));
				}
				expect(ids).toEqual(expected);
			},
		), {numRuns: 50});
	});

	it('of rows may begin anywhere, so that pages overlap', async () => {
		const client = apaas({rows: {'feishu-apaas': sequence(30)}});
		expect(idsOf(await client.list({...ask, offset: 1, sort_order: 'asc'}))).toEqual(Array.from({length: 10}, (_, index) => `row-${index + 1}`));
	});

	it('of pages do not overlap', async () => {
		const client = apaas({rows: {'feishu-apaas': sequence(30)}, offsetCounts: 'pages'});
		expect(idsOf(await client.list({...ask, offset: 1, sort_order: 'asc'}))).toEqual(Array.from({length: 10}, (_, index) => `row-${index + 10}`));
	});
});

describe('the cap', () => {
	it.each([['rows', 9_900, 9_901], ['pages', 99, 100]] as const)('refuses a page that reaches beyond 10,000 when offsets count %s', async (offsetCounts, last, beyond) => {
		const client = apaas({offsetCounts, rows: {'feishu-apaas': rowsAt(Array.from({length: 10_500}, () => noon))}});
		const answer = await client.list({...ask, page_size: 100, offset: last});
		expect([itemsOf(answer.body).length, answer.body.data?.total]).toEqual([100, '10500']);
		const refused = await client.list({...ask, page_size: 100, offset: beyond});
		expect([refused.status, refused.body.code, refused.body.msg]).toEqual([400, 2320001, 'param is invalid']);
	});

	it('can be lower, and the total can stop at it', async () => {
		const rows = {'feishu-apaas': sequence(70)};
		expect((await apaas({rows, cap: 50}).list(ask)).body.data?.total).toBe('70');
		expect((await apaas({rows, cap: 50, totals: 'saturating'}).list(ask)).body.data?.total).toBe('50');
		expect((await apaas({rows, cap: 90, totals: 'saturating'}).list(ask)).body.data?.total).toBe('70');
		expect((await apaas({rows, cap: 50}).list({...ask, offset: 41})).body.code).toBe(2320001);
		expect((await apaas({rows, cap: 50}).list({...ask, offset: 40})).body.code).toBe(0);
	});
});

describe('parameters of the low-code platform', () => {
	it.each([
		['no page size', {page_size: undefined}],
		['no offset', {offset: undefined}],
		['no start', {from: undefined}],
		['no end', {to: undefined}],
		['no log type', {log_type: undefined}],
		['a log type that does not exist', {log_type: '10004'}],
		['the log type of the other log', {log_type: '10007'}],
		['a start that is no number', {from: 'yesterday'}],
		['a start after the end', {from: noon + 1}],
		['a negative offset', {offset: -1}],
		['a page size of 0', {page_size: 0}],
		['another field to sort by', {sort_by: 'opType'}],
		['an app type that does not exist', {app_type: '2'}],
		['a query of 1001 characters', {quick_query: 'x'.repeat(1001)}],
		['a filter of 1001 characters', {filter: `{"items":[]${' '.repeat(990)}}`}],
		['a filter that is no JSON', {filter: 'eventName=19001'}],
		['a filter without items', {filter: '{}'}],
		['a filter on nothing that is known', {filter: '{"items":[{"left":"nothing","operator":"=","right":[1]}]}'}],
		['an operator that is not documented', {filter: '{"items":[{"left":"status","operator":"like","right":["18001"]}]}'}],
		['a filter without values', {filter: '{"items":[{"left":"status","operator":"=","right":[]}]}'}],
		['a filter whose value is no array', {filter: '{"items":[{"left":"status","operator":"=","right":"18001"}]}'}],
	])('are refused: %s', async (_name, change) => {
		const parameters = Object.fromEntries(Object.entries({...ask, ...change}).filter(([, value]) => value !== undefined));
		const {status, body} = await apaas().list(parameters);
		expect([status, body.code, body.msg]).toEqual([400, 2320001, 'param is invalid']);
	});

	it.each([['package_other'], ['p'.repeat(31)], ['%E4%'], ['a/b']])('are refused in a namespace of another name: %s', async namespace => {
		expect((await apaas().list(ask, {namespace})).body.code).toBe(2320001);
	});

	it('in the query string do not stand in for those in the path', async () => {
		expect((await apaas().list({...ask, namespace: 'package_sandbox'}, {namespace: 'package_other'})).body.code).toBe(2320001);
	});

	it('of the data-change log may leave the range out', async () => {
		const client = createTestClient();
		const {body} = await client.ask(feishuApaasDataChange, {page_size: 10, offset: 0, log_type: '10007'});
		expect(itemsOf(body)).toHaveLength(10);
		expect(new Set(itemsOf(body).map(row => row['log_type']))).toEqual(new Set(['10007']));
	});
});

describe('filters of the low-code platform', () => {
	const range = {...ask, from: noon - 86_400_000, page_size: 1000};
	const itemsWhere = async (change: object) => itemsOf((await apaas({recordsPerDay: 500}).list({...range, ...change})).body);

	it('let through one log type, or all of them', async () => {
		const all = await itemsWhere({});
		const parts = await Promise.all(['10001', '10002', '10003'].map(log_type => itemsWhere({log_type})));
		expect(parts.map(part => part.length > 0)).toEqual([true, true, true]);
		expect(new Set(parts.flat().map(row => row['log_id']))).toEqual(new Set(all.map(row => row['log_id'])));
		expect(parts.flat()).toHaveLength(all.length);
		expect(new Set(parts[1]?.map(row => row['log_type']))).toEqual(new Set(['10002']));
	});

	it.each([
		['eventName', [19014], 'op_type', ['19014']],
		['status', ['18002'], 'status', ['18002']],
		['status', ['18001', '18002'], 'status', ['18001', '18002']],
		['clientIP', ['203.0.113.7'], 'client_ip', ['203.0.113.7']],
		['logType', ['10001'], 'log_type', ['10001']],
		['env_type', ['16001'], 'env_type', ['16001']],
	])('let through rows where %s is one of %j', async (left, right, field, wanted) => {
		const all = await itemsWhere({});
		const some = await itemsWhere({filter: JSON.stringify({items: [{left, operator: '=', right}]})});
		expect(some.length).toBeGreaterThan(0);
		expect(some).toEqual(all.filter(row => wanted.includes(String(row[field]))));
	});

	it('must all be passed, and look into names and maps', async () => {
		const items = [{left: 'operator', operator: '=', right: ['1768491480010814']}, {left: 'appName', operator: '=', right: ['审批应用']}, {left: 'status', operator: '=', right: [18001]}];
		const some = await itemsWhere({filter: JSON.stringify({items})});
		expect(some.length).toBeGreaterThan(0);
		for (const row of some) expect(row).toMatchObject({operator: {id: '1768491480010814'}, status: '18001'});
		expect(await itemsWhere({filter: JSON.stringify({items: [{left: 'appName', operator: '=', right: ['nothing']}]})})).toEqual([]);
	});

	it('find text anywhere in a row', async () => {
		const found = await itemsWhere({quick_query: 'anna schmidt'});
		expect(found.length).toBeGreaterThan(0);
		for (const row of found) expect(row).toMatchObject({operator: {name: 'Anna Schmidt'}});
		expect(await itemsWhere({quick_query: 'nowhere to be found'})).toEqual([]);
	});
});
