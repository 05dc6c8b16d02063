import {expect, it} from 'vitest';
import {DAY} from '../../src/base/duration.ts';
import {defineSource} from '../../src/sources/types.ts';
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
	sample: (random, {id, time}) => ({key: id, at: time, event: {name: random.pick(['made', 'changed', 'deleted'])}}),
});
const range = {oldest: noon - DAY, latest: noon};

it('serves a source that it has never heard of from its definition alone', async () => {
	const client = createTestClient({}, [invented]);
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
	expect((await createTestClient({}, [invented]).ask(invented, parameters)).body.code).toBe(1780103);
});

it('accepts the longest range', async () => {
	expect((await createTestClient({}, [invented]).ask(invented, {oldest: noon - 30 * DAY + 1, latest: noon})).body.code).toBe(0);
});

it('orders explicit rows by their time and keeps the order of those that share one', async () => {
	const rows = [['c', 2], ['a', 1], ['d', 2], ['b', 1]].map(([id, time]) => ({id: String(id), time: Number(time), row: {id}}));
	const client = createTestClient({order: 'ascending', rows: {'feishu-openapi': rows}});
	expect(itemsOf((await client.feishu({})).body).map(row => row['id'])).toEqual(['a', 'b', 'c', 'd']);
});
