import {describe, expect, it} from 'vitest';
import {resolveFilters} from '../../src/query/filters.ts';
import {toRequest} from '../../src/query/request.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

/** A list of codes that is taken only beside two other parameters. */
const source: SourceDefinition = {
	...sources['feishu-behavior'],
	parameters: {
		codes: {type: 'int[]', min: 0, max: 6, maxLength: 3, requires: ['place', 'module']},
		place: {type: 'string'},
		module: {type: 'int'},
	},
	options: {
		code: {flags: '--code <name>', description: 'codes', repeatable: true, parameter: 'codes', choices: {stopped: '1', later: '7'}},
		place: {flags: '--place <name>', description: 'where', parameter: 'place'},
	},
};
const filtersOf = (flags: Readonly<Record<string, string | readonly string[]>>, definition = source) => resolveFilters(definition, flags, {}).filters;

describe('a filter that is taken only beside others', () => {
	it('names all that are missing, as options where they are some', () => {
		expect(() => filtersOf({code: ['1']})).toThrow('--code needs --place and module beside it');
		expect(() => filtersOf({code: ['1'], place: 'here'})).toThrow('--code needs module beside it');
	});

	it('is content with constants', () => {
		const constants = {place: 'anywhere', module: '99'};
		expect(filtersOf({code: ['1']}, {...source, constants})).toEqual({codes: [1]});
		expect(() => filtersOf({code: ['1']}, {...source, constants: {module: '99'}})).toThrow('--code needs --place beside it');
	});
});

describe('a list of whole numbers', () => {
	const constants = {place: 'anywhere', module: '99'};
	const codes = (...code: string[]) => filtersOf({code}, {...source, constants});

	it('takes names and codes in the order in which they are given', () => {
		expect(codes('stopped', '1')).toEqual({codes: [1, 1]});
	});

	it('holds each number to its limits, and the list to its length', () => {
		expect(() => codes('stopped', 'later')).toThrow('--code: 7 is more than 6');
		expect(() => codes('1', '1', '1', '1')).toThrow('4 values are more than the 3');
	});

	it('is a repeated key in a query string, and an array of numbers in a body', () => {
		const filters = codes('stopped', '1');
		expect(toRequest({source: {...source, constants}, filters}, {}).query).toEqual([['place', 'anywhere'], ['module', '99'], ['codes', '1'], ['codes', '1']]);
		const {endpoint: {path}} = source;
		expect(toRequest({source: {...source, endpoint: {method: 'POST', path}}, filters}, {}).body).toEqual({codes: [1, 1]});
	});
});
