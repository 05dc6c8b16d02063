import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {parseFieldPath, pickFields, pickValue, redactFields} from '../../src/json/edit.ts';
import {anyJson} from './arbitrary-json.ts';

const pick = (text: string, ...paths: string[]): string => pickFields(text, paths.map(path => parseFieldPath(path)));
const redact = (text: string, ...paths: string[]): string => redactFields(text, paths.map(path => parseFieldPath(path)));

describe('parseFieldPath', () => {
	it('splits at dots', () => {
		expect(parseFieldPath('log_detail.payload')).toStrictEqual(['log_detail', 'payload']);
	});

	it.each(['', '.', 'a..b', '.a', 'a.'])('refuses the empty key in "%s"', path => {
		expect(() => parseFieldPath(path)).toThrow(UsageError);
	});
});

describe('pickFields', () => {
	it('keeps the nested shape and the order of the paths, and leaves out what is absent', () => {
		const text = '{"id":"x","log_detail":{"method":"GET","path":"/a","n":1},"z":2}';
		expect(pick(text, 'z', 'log_detail.path', 'nope', 'log_detail.method', 'log_detail.nope.x')).toBe('{"z":2,"log_detail":{"path":"/a","method":"GET"}}');
	});

	it('keeps the text of values', () => {
		expect(pick('{"n":9007199254740993,"f":1.50,"s":"\\u0061\\/","o":{"10":1,"9":2}}', 'o', 'n', 'f', 's'))
			.toBe('{"o":{"10":1,"9":2},"n":9007199254740993,"f":1.50,"s":"\\u0061\\/"}');
	});

	it('gives an empty object when nothing is there', () => {
		expect(pick('{"a":1}', 'b')).toBe('{}');
		expect(pick('"text"', 'b')).toBe('{}');
		expect(pick('7', 'b')).toBe('{}');
	});

	it('applies a path to each element of an array', () => {
		expect(pick('{"items":[{"a":1,"b":2},{"b":3},{"a":4}]}', 'items.a')).toBe('{"items":[{"a":1},{"a":4}]}');
		expect(pick('{"items":[[{"a":1}],[]]}', 'items.a')).toBe('{"items":[[{"a":1}]]}');
	});

	it('goes on inside a string that holds JSON, and puts the part there as JSON on one line', () => {
		const payload = JSON.stringify('{ "app_id": "cli_1",\n "list": [ 1, 2 ] }');
		expect(pick(`{"log_detail":{"payload":${payload}}}`, 'log_detail.payload.app_id', 'log_detail.payload.list'))
			.toBe('{"log_detail":{"payload":{"app_id":"cli_1","list":[1,2]}}}');
		expect(pick('{"payload":"{\\"app_id\\":"}', 'payload.app_id')).toBe('{}');
	});

	it('takes the last of repeated keys, as JSON.parse does', () => {
		expect(pick('{"a":1,"a":2}', 'a')).toBe('{"a":2}');
	});

	it('takes a whole value once when a shorter path names it too', () => {
		expect(pick('{"a":{"b":1,"c":2}}', 'a.b', 'a')).toBe('{"a":{"b":1,"c":2}}');
	});

	it('fills in top-level keys that the row lacks, in their place', () => {
		const paths = ['a', 'time', 'b'].map(path => parseFieldPath(path));
		const absent = new Map([['time', '"now"']]);
		expect(pickFields('{"b":1,"a":2}', paths, absent)).toBe('{"a":2,"time":"now","b":1}');
		expect(pickFields('{"b":1,"time":3}', paths, absent)).toBe('{"time":3,"b":1}');
		expect(pickFields('{"a":{"b":1}}', [['a', 'time']], absent)).toBe('{}');
	});

	it('gives for plain keys what JSON.parse sees', () => {
		fc.assert(fc.property(fc.array(anyJson, {minLength: 3, maxLength: 3}), values => {
			const [a, b, c] = values.map(({line}) => line);
			expect(pick(`{"a":${a},"b":{"c":${b}},"d":${c}}`, 'b.c', 'a')).toBe(`{"b":{"c":${b}},"a":${a}}`);
		}));
	});
});

describe('pickValue', () => {
	it('gives the value without the shape around it', () => {
		expect(pickValue('{"a":{"b":"{\\"c\\":7}"}}', [['a', 'b', 'c']])).toBe('7');
		expect(pickValue('{"a":[{"b":1},{"b":2}]}', [['a', 'b']])).toBe('[1,2]');
		expect(pickValue('{"a.b":3}', [['a', 'b']])).toBe('3');
		expect(pickValue('{"a":1}', [['a', 'b']])).toBeUndefined();
	});
});

describe('redactFields', () => {
	it('replaces values of every type and nothing else', () => {
		expect(redact('{ "a" : 1, "b":{"c":[1,{"x":2}], "d": null} , "e":"s"}', 'a', 'b.c', 'b.d'))
			.toBe('{ "a" : "[REDACTED]", "b":{"c":"[REDACTED]", "d": "[REDACTED]"} , "e":"s"}');
	});

	it('leaves a row without the fields as it is', () => {
		fc.assert(fc.property(anyJson, ({loose}) => {
			expect(redact(`{"row":${loose}}`, 'absent', 'other.path')).toBe(`{"row":${loose}}`);
		}));
	});

	it('goes through arrays', () => {
		expect(redact('[{"a":[{"b":1},{"b":2,"c":3},[{"b":4}]]}]', 'a.b'))
			.toBe('[{"a":[{"b":"[REDACTED]"},{"b":"[REDACTED]","c":3},[{"b":"[REDACTED]"}]]}]');
	});

	it('reaches every repeated key, keys written with escapes and keys that contain the dots', () => {
		expect(redact('{"a":{"b":1,"b":2},"\\u0061":{"\\u0062":3},"a.b":4}', 'a.b'))
			.toBe('{"a":{"b":"[REDACTED]","b":"[REDACTED]"},"\\u0061":{"\\u0062":"[REDACTED]"},"a.b":"[REDACTED]"}');
		expect(redact('{"a.b":{"c":1},"a":{"b.c":2}}', 'a.b.c')).toBe('{"a.b":{"c":"[REDACTED]"},"a":{"b.c":"[REDACTED]"}}');
	});

	it('goes on inside strings that hold JSON, and writes them as strings again', () => {
		const inner = '{"app_secret":"s3cr3t", "n":9007199254740993,\n"list":[{"app_secret":1}]}';
		const redacted = redact(JSON.stringify({log_detail: {payload: inner}}), 'log_detail.payload.app_secret', 'log_detail.payload.list.app_secret');
		expect(JSON.parse(redacted)).toStrictEqual({
			log_detail: {payload: '{"app_secret":"[REDACTED]", "n":9007199254740993,\n"list":[{"app_secret":"[REDACTED]"}]}'},
		});
	});

	it('leaves a string that holds JSON without the field exactly as it is written', () => {
		const text = '{"payload":"{\\"a\\": \\u0031}"}';
		expect(redact(text, 'payload.app_secret')).toBe(text);
	});

	it.each([
		['truncated JSON', '{"app_secret":"s3cr'],
		['plain text', 'app_secret=s3cr3t'],
		['JSON in JSON text', JSON.stringify('{"app_secret":"s3cr3t"}')],
		['JSON with something after it', '{"app_secret":"s3cr3t"} '.concat('x')],
	])('replaces a whole string that holds %s', (_, payload) => {
		expect(redact(JSON.stringify({payload, other: 1}), 'payload.app_secret')).toBe('{"payload":"[REDACTED]","other":1}');
	});

	it('leaves empty strings and other scalars on the way', () => {
		expect(redact('{"payload":"","other":7,"none":null}', 'payload.a', 'other.a', 'none.a')).toBe('{"payload":"","other":7,"none":null}');
	});

	it('replaces the whole of what is nested too deep to follow', () => {
		const deep = `{"a":${'['.repeat(5000)}{"b":"s3cr3t"}${']'.repeat(5000)}}`;
		const redacted = redact(deep, 'a.b');
		expect(redacted).not.toContain('s3cr3t');
		expect(() => JSON.parse(redacted)).not.toThrow();
	});

	it('handles a path of many keys', () => {
		const keys = Array.from({length: 40}, (_, index) => `k${index}`);
		const text = keys.reduceRight((inner, key) => `{"${key}":${inner}}`, '"s3cr3t"');
		expect(redact(text, keys.join('.'))).toBe(text.replace('s3cr3t', '[REDACTED]'));
	});

	it('never leaves the value, however it is wrapped', () => {
		const wrap = fc.constantFrom<((inner: string) => string)[]>(
			inner => `[${inner}]`,
			inner => `[1,"x",${inner},null]`,
			inner => JSON.stringify(inner),
			inner => `[${JSON.stringify(inner)}]`,
			inner => ` ${inner}\n`,
		);
		const member = fc.constantFrom<((key: string, value: string) => string)[]>(
			(key, value) => `{"${key}":${value}}`,
			(key, value) => `{"keep":1,"${key}":${value},"${key}":{}}`,
			(key, value) => `{"${key}":0, "${key}" : ${value}}`,
			(key, value) => `{"\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}":${value}}`,
		);
		const wraps = fc.array(wrap, {maxLength: 2});
		const apply = (value: string, by: readonly ((inner: string) => string)[]): string => by.reduce((inner, one) => one(inner), value);
		fc.assert(fc.property(wraps, member, wraps, member, wraps, (outermost, outer, middle, inner, innermost) => {
			const secret = apply('"s3cr3t"', innermost);
			const row = apply(outer('payload', apply(inner('app_secret', secret), middle)), outermost);
			const redacted = redact(row, 'payload.app_secret');
			expect(redacted).not.toContain('s3cr3t');
			expect(redacted).toContain('[REDACTED]');
			expect(() => JSON.parse(redacted)).not.toThrow();
		}), {numRuns: 500});
	});
});
