import {expect, it} from 'vitest';
import {DAY} from '../../src/base/duration.ts';
import {defineSource, type SourceFile} from '../../src/sources/types.ts';
import {createTestClient, itemsOf, noon} from './client.ts';

/** A source of a shape that no source has yet: GET with tokens, a path parameter, milliseconds as text, nested fields. */
const invented = defineSource({
	name: 'invented',
	title: 'Invented',
	docs: 'https://example.com',
	vendor: 'feishu',
	scope: 'none',
	endpoint: {method: 'GET', path: '/open-apis/invented/v1/spaces/:space/logs'},
	parameters: {
		oldest: {type: 'string', required: true},
		latest: {type: 'string', required: true},
		names: {type: 'string[]', maxLength: 2},
		limit: {type: 'int', min: 1},
		cursor: {type: 'string'},
	},
	options: {name: {flags: '--name <name>', description: 'only this', repeatable: true, parameter: 'names', field: 'event.name'}},
	budget: {requests: 5, perMs: 1000},
	concurrency: 1,
	pagination: {style: 'token', tokenParameter: 'cursor', sizeParameter: 'limit', defaultSize: 30, maxSize: 30, token: ['data', 'next'], more: ['data', 'more']},
	window: {defaultMs: DAY, maxMs: 30 * DAY},
	range: {start: 'oldest', end: 'latest', unitMs: 1, startBound: 'unknown', endBound: 'unknown'},
	rows: ['data', 'list', 'rows'],
	id: 'key',
	time: 'at',
	columns: [],
});
const inventedFile: SourceFile = {source: invented, sample: (random, {id, time}) => ({key: id, at: time, event: {name: random.pick(['made', 'changed', 'deleted'])}})};
const range = {oldest: noon - DAY, latest: noon};

it('serves a source that it has never heard of from its definition alone', async () => {
	const client = createTestClient({}, [inventedFile]);
	const {status, body} = await client.ask(invented, {...range, limit: 30, names: ['made', 'deleted']});
	expect(status).toBe(200);
	const row = {key: expect.stringMatching(/^\d{19}$/), at: expect.any(Number), event: {name: expect.stringMatching(/^(made|deleted)$/)}};
	expect(body).toEqual({code: 0, msg: 'success', data: {more: true, next: expect.any(String), list: {rows: Array.from({length: 30}, () => row)}}});
});

it.each([
	['a missing start', {latest: noon}],
	['a start that is no number', {...range, oldest: 'x'}],
	['a page size above the limit of its pagination', {...range, limit: 31}],
	['too many values', {...range, names: ['a', 'b', 'c']}],
	['too long a range', {oldest: noon - 30 * DAY, latest: noon}],
])('refuses %s as its definition says', async (_name, parameters) => {
	expect((await createTestClient({}, [inventedFile]).ask(invented, parameters)).body.code).toBe(1780103);
});

it('accepts the longest range', async () => {
	expect((await createTestClient({}, [inventedFile]).ask(invented, {oldest: noon - 30 * DAY + 1, latest: noon})).body.code).toBe(0);
});

it('orders explicit rows by their time and keeps the order of those that share one', async () => {
	const rows = [['c', 2], ['a', 1], ['d', 2], ['b', 1]].map(([id, time]) => ({id: String(id), time: Number(time), row: {id}}));
	const client = createTestClient({order: 'ascending', rows: {'feishu-openapi': rows}});
	expect(itemsOf((await client.feishu({})).body).map(row => row['id'])).toEqual(['a', 'b', 'c', 'd']);
});

/** Another: no ids, rows in coarser units than the range, lists of numbers beside other parameters, refusals under HTTP 200. */
const nameless = defineSource({
	...invented,
	name: 'nameless',
	endpoint: {method: 'GET', path: '/open-apis/nameless/v1/logs'},
	badParameter: {code: 4242, message: 'no', status: 200},
	parameters: {...invented.parameters, codes: {type: 'int[]', min: 1, max: 3, requires: ['names', 'limit']}},
	options: {code: {flags: '--code <code>', description: 'only these', repeatable: true, parameter: 'codes', field: 'code'}},
	range: {...invented.range, rowUnitMs: 1000},
	id: null,
});
const namelessFile: SourceFile = {source: nameless, sample: (random, {time}) => ({at: String(time), code: random.pick([1, 2, 3])})};
const rowsOf = (body: {data?: unknown}) => (body.data as {list: {rows: Array<{at: string; code: number}>}}).list.rows;

it('writes the times of rows in their own unit, cut to it', async () => {
	const {body} = await createTestClient({}, [namelessFile]).ask(nameless, {oldest: noon - 3_600_000, latest: noon, limit: 20});
	expect(rowsOf(body)).toHaveLength(20);
	for (const {at} of rowsOf(body)) {
		expect(Number(at)).toBeGreaterThanOrEqual(noon / 1000 - 3600);
		expect(Number(at)).toBeLessThanOrEqual(noon / 1000);
	}
});

it('lets through the rows whose number is in a list', async () => {
	const {body} = await createTestClient({}, [namelessFile]).ask(nameless, {...range, names: ['a'], limit: 30, codes: [1, 3]});
	expect(new Set(rowsOf(body).map(({code}) => code))).toEqual(new Set([1, 3]));
});

it.each([
	['a list without one of those that must be beside it', {limit: 30, codes: [1]}],
	['a list without the other', {names: ['a'], codes: [1]}],
	['a number in a list that is too large', {names: ['a'], limit: 30, codes: [1, 4]}],
	['a list of something else', {names: ['a'], limit: 30, codes: ['one']}],
])('refuses %s in the way of that API', async (_name, parameters) => {
	expect(await createTestClient({}, [namelessFile]).ask(nameless, {...range, ...parameters})).toMatchObject({status: 200, body: {code: 4242, msg: 'no'}});
});
