import {expect, it} from 'vitest';
import {rowsOf} from '../../src/engine/rows-of.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const read = (text: string) => rowsOf({text, body: JSON.parse(text), altered: false}, feishuOpenapi, 'feishu-openapi').map(row => row.text);

it.each([
	['{"code":0,"data":{"items":[{"id":"1"}],"items":[]}}'],
	['{"code":0,"data":{"items":[{"id":"1"}],"items":null}}'],
	['{"code":0,"data":{"items":[{"id":"1"}]},"data":{"items":[{"id":"2"}]}}'],
	['{"code":0,"data":{"items":[{"id":"1"}]},"data":{}}'],
])('does not lose the rows that a repeated key hides: %s', text => {
	expect(() => read(text)).toThrow('the answer holds data.items more than once');
});

it('takes a repeated key that hides no rows as JSON does', () => {
	expect(read('{"code":0,"data":{"items":[]},"data":{"items":[{"id":"1"}]}}')).toEqual(['{"id":"1"}']);
	expect(read('{"code":0,"data":{"items":null}}')).toEqual([]);
});

it.each([
	['data.has_more', '{"code":0,"data":{"items":[],"has_more":true,"page_token":"a","has_more":false}}'],
	['data.has_more', '{"code":0,"data":{"items":[],"has_more":true},"data":{"items":[],"has_more":false}}'],
	['data.has_more', String.raw`{"code":0,"data":{"items":[],"has_more":true,"page_token":"a","has\u005fmore":false}}`],
	['data.has_more', String.raw`{"code":0,"data":{"items":[],"has_mor\u0065":true,"page_token":"a","has\u005Fmore":false}}`],
	['code', '{"code":99991400,"data":{"items":[],"has_more":false},"code":0}'],
	['data.page_token', '{"code":0,"data":{"page_token":"a","items":[],"has_more":true,"page_token":""}}'],
])('does not choose between different values of %s', (place, text) => {
	expect(() => read(text)).toThrow(`the answer holds ${place} more than once, each time another one`);
});

it('takes what is repeated and the same, and what rows hold under the same name', () => {
	expect(read('{"code":0,"data":{"items":[],"has_more":false,"has_more":false}}')).toEqual([]);
	expect(read('{"code":0,"data":{"has_more":true,"items":[{"has_more":false,"page_token":"a"}],"page_token":"b"}}')).toEqual(['{"has_more":false,"page_token":"a"}']);
});

it('names the place that is missing, and what to do', () => {
	const deep: SourceDefinition = {...feishuOpenapi, rows: ['data', 'page', 'items']};
	const readDeep = (text: string) => rowsOf({text, body: JSON.parse(text), altered: false}, deep, 'deep');
	const refusal = (message: string) => expect.objectContaining({message, hint: 'the API does not answer as documented; run with --debug'}) as Error;
	expect(() => readDeep('{"data":{}}')).toThrow(refusal('deep: the answer holds no data.page'));
	expect(() => readDeep('{"data":{"page":{"items":7}}}')).toThrow(refusal('deep: data.page.items is no array'));
	expect(() => readDeep('{"data":{"page":{"items":[1],"items":[]}}}')).toThrow(refusal('deep: the answer holds data.page.items more than once'));
	expect(readDeep('{"data":{"page":{"items":[{"id":"1"}]}}}')).toMatchObject([{id: '1'}]);
});
