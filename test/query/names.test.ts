import {describe, expect, it} from 'vitest';
import {namesOf, redactedPath, redactionsOf} from '../../src/query/names.ts';
import {sources} from '../../src/sources/index.ts';

const source = sources['feishu-openapi'];

describe('names in lists', () => {
	it.each([[['a, b'], ['a', 'b']], [[' a', 'b '], ['a', 'b']], [['a,,b', ''], ['a', 'b']]])('cleans %j', (list, names) => {
		expect(namesOf(list, '--fields')).toEqual(names);
	});

	it('refuses to redact a field that is not declared, and names the nearest', () => {
		expect(() => redactionsOf(['ip, log_detial.payload'], {source})).toThrow(/"log_detial".*log_detail/);
	});

	it('takes a field that the vendor added since, if it is marked', () => {
		expect(redactionsOf([' ip', '?added.later'], {source}).map(entry => redactedPath(entry))).toEqual(['ip', 'added.later']);
	});

	it('refuses a list that names nothing', () => {
		expect(() => redactionsOf([' , '], {source})).toThrow('--redact: " , " names no field');
	});

	it('names the place where the list stands', () => {
		expect(() => redactionsOf(['ipp'], {source, place: '/x.yaml: jobs.a.options.redact'})).toThrow('/x.yaml: jobs.a.options.redact ipp: no declared field');
	});
});
