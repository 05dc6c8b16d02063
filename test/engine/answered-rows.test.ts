import {describe, expect, it} from 'vitest';
import {ApiError} from '../../src/base/errors.ts';
import {rowsOf, toRecord} from '../../src/engine/rows-of.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const source: SourceDefinition = sources['feishu-openapi'];

const rowsIn = (text: string) => rowsOf({text, body: JSON.parse(text) as unknown, altered: false}, source, 'test: POST /rows');

describe('the rows of an answer', () => {
	it('are those of its array, each on one line as it came', () => {
		expect(rowsIn('{"data":{"items":[{"id":"a","event_time":1,\n"n":1.50},{"id":"b"}]}}')).toEqual([
			{text: '{"id":"a","event_time":1,"n":1.50}', id: 'a', time: 1000, failed: false},
			{text: '{"id":"b"}', id: 'b', time: undefined, failed: false},
		]);
	});

	it.each(['{"data":{"items":[]}}', '{"data":{"items":null}}', '{"data":{}}'])('are none in %s', text => {
		expect(rowsIn(text)).toEqual([]);
	});

	it.each([
		['{}', 'the answer holds no data'], ['{"data":null}', 'the answer holds no data'], ['{"data":7}', 'the answer holds no data'],
		['{"data":{"items":{}}}', 'data.items is no array'], ['{"data":{"items":"[]"}}', 'data.items is no array'],
	])('have no place in %s', (text, message) => {
		expect(() => rowsIn(text)).toThrow(ApiError);
		expect(() => rowsIn(text)).toThrow(expect.objectContaining({message: `test: POST /rows: ${message}`, hint: 'the API does not answer as documented; run with --debug'}) as Error);
	});
});

const recordOf = (text: string, rules: Partial<SourceDefinition> = {}) => toRecord(text, JSON.parse(text), {...source, ...rules});

describe('a row', () => {
	it.each(['7', '"a"', 'null', '[]', '[{"id":"a"}]', 'true'])('that is no object, %s, has neither identity nor time', text => {
		expect(recordOf(text)).toEqual({text, id: undefined, time: undefined, isRow: false});
	});

	it('that is an array has neither, whatever the path', () => {
		expect(recordOf('["a",3]', {id: '0', time: '1'})).toEqual({text: '["a",3]', id: undefined, time: undefined, isRow: false});
		expect(recordOf('["a",3]', {id: 'length', time: 'length'})).toEqual({text: '["a",3]', id: undefined, time: undefined, isRow: false});
	});

	it('is known by a dotted path, where the source says so', () => {
		expect(recordOf('{"meta":{"id":"a","at":3}}', {id: 'meta.id', time: 'meta.at'})).toMatchObject({id: 'a', time: 3000});
		expect(recordOf('{"id":"a","event_time":3}', {id: null})).toMatchObject({id: undefined, time: 3000});
	});

	it.each([
		['"a"', 'a'], ['""', undefined], ['null', undefined], ['true', undefined], ['{}', undefined], ['7', '7'], ['-7', '-7'], ['0', '0'],
		['12345678901234567890123', '12345678901234567890123'], ['1e3', '1000'], ['1.50', '1.5'], ['10.0', '10'],
	])('with the id %s has the identity %s', (written, id) => {
		expect(recordOf(`{"id":${written},"event_time":1}`).id).toBe(id);
	});

	it.each([['3', 3000], ['"3"', 3000], ['-3', -3000], ['3.5', undefined], ['"soon"', undefined], ['null', undefined]])('with the time %s has the time %s', (written, time) => {
		expect(recordOf(`{"id":"a","event_time":${written}}`).time).toBe(time);
	});

	it('has its time read as the source says', () => {
		expect(recordOf('{"id":"a","event_time":"1970-01-01T00:00:07Z"}', {readTime: value => Date.parse(String(value))}).time).toBe(7000);
	});
});
