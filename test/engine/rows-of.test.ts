import {expect, it} from 'vitest';
import {rowsOf} from '../../src/engine/rows-of.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';

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
