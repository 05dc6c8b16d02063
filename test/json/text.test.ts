import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {elements, encodeString, endOfValue, locate, members, oneLine, rows} from '../../src/json/text.ts';
import {anyJson} from './arbitrary-json.ts';

function textAt(text: string, path: readonly string[]): string | undefined {
	const place = locate(text, path);
	return place === undefined ? undefined : text.slice(place.start, place.end);
}

describe('oneLine', () => {
	it('removes whitespace between tokens, escapes line breakers, and leaves every other character', () => {
		fc.assert(fc.property(anyJson, fc.constantFrom('', '\n', '  '), ({loose, line}, around) => {
			expect(oneLine(around + loose + around)).toBe(line);
			expect(JSON.parse(oneLine(loose))).toStrictEqual(JSON.parse(loose));
			expect(oneLine(line)).toBe(line);
		}), {numRuns: 1000});
	});

	it('keeps the order of integer-like keys and the digits of large integers', () => {
		expect(oneLine('{ "10": 9007199254740993, "9": 1.50 }')).toBe('{"10":9007199254740993,"9":1.50}');
	});

	it('is not misled by backslashes before a quote, near or far from the start of the string', () => {
		for (const length of [0, 1, 2, 29, 30, 31, 32, 33, 34, 100]) {
			for (const backslashes of ['', '\\\\', '\\\\\\\\', '\\"', '\\\\\\"', '\\\\\\\\\\"']) {
				const text = `["${'x'.repeat(length)}${backslashes}", 1 ]`;
				expect(oneLine(text)).toBe(text.replace(', 1 ', ',1'));
			}
		}
	});

	it('reads nesting of any depth', () => {
		const deep = '['.repeat(200_000) + ']'.repeat(200_000);
		expect(oneLine(`${deep} `)).toBe(deep);
	});
});

describe('rows', () => {
	it('gives each element as one line, from anywhere in a page', () => {
		fc.assert(fc.property(fc.array(anyJson, {maxLength: 6}), anyJson, (items, other) => {
			const page = `{"code": 0, "other":${other.loose}, "data" :\n {"items": [ ${items.map(({loose}) => loose).join(' ,')} ], "more":${other.loose} } }`;
			expect(rows(page, ['data', 'items'])).toStrictEqual(items.map(({line}) => line));
		}), {numRuns: 500});
	});

	it('is undefined where there is no array', () => {
		for (const page of ['{}', '{"data":null}', '{"data":{}}', '{"data":{"items":null}}', '{"data":{"items":{}}}', '[]', '3']) {
			expect(rows(page, ['data', 'items'])).toBeUndefined();
		}
	});

	it('takes the last of repeated keys, as JSON.parse does', () => {
		expect(rows('{"data":{"items":[1,2]},"data":{"items":[3],"items":[4]}}', ['data', 'items'])).toStrictEqual(['4']);
		expect(rows('{"data":{"items":[1,2]},"data":{}}', ['data', 'items'])).toBeUndefined();
		expect(rows('{"items":[1],"items":null}', ['items'])).toBeUndefined();
	});

	it('reads an array at the top', () => {
		expect(rows(' [ 1 , {"a": 2} ] ', [])).toStrictEqual(['1', '{"a":2}']);
	});
});

describe('locate', () => {
	it('finds what JSON.parse finds, at every member of any object', () => {
		fc.assert(fc.property(anyJson, ({loose}) => {
			const value: unknown = JSON.parse(loose);
			if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
			for (const [key, member] of Object.entries(value)) expect(JSON.parse(textAt(loose, [key]) ?? 'absent')).toStrictEqual(member);
		}), {numRuns: 500});
	});

	it('reads keys written with escapes', () => {
		expect(textAt('{"d\\u0061ta":{"\\"":7}}', ['data', '"'])).toBe('7');
	});

	it('takes the last of repeated keys at every level', () => {
		expect(textAt('{"a":{"b":1},"a":{"b":2,"b":3}}', ['a', 'b'])).toBe('3');
		expect(textAt('{"a":{"b":1},"a":7}', ['a', 'b'])).toBeUndefined();
	});

	it('finds nothing inside arrays, strings and numbers', () => {
		expect(textAt('{"a":[{"b":1}]}', ['a', 'b'])).toBeUndefined();
		expect(textAt('{"a":"{\\"b\\":1}"}', ['a', 'b'])).toBeUndefined();
		expect(textAt('12', ['a'])).toBeUndefined();
	});

	it('gives the whole value for an empty path', () => {
		expect(textAt(' {"a":1} ', [])).toBe('{"a":1}');
	});
});

describe('members and elements', () => {
	it('visit everything in its order, repeated keys included', () => {
		const text = '{ "b" : [1, "x"] , "a":-2.0,"b":null}';
		const seen: [string, string][] = [];
		const end = members(text, 0, (key, start) => {
			const valueEnd = endOfValue(text, start);
			seen.push([key, text.slice(start, valueEnd)]);
			return valueEnd;
		});
		expect(seen).toStrictEqual([['b', '[1, "x"]'], ['a', '-2.0'], ['b', 'null']]);
		expect(end).toBe(text.length);

		const array = '[ 1 , [2] ,"]" ]';
		const items: string[] = [];
		elements(array, 0, start => {
			const valueEnd = endOfValue(array, start);
			items.push(array.slice(start, valueEnd));
			return valueEnd;
		});
		expect(items).toStrictEqual(['1', '[2]', '"]"']);
	});
});

describe('encodeString', () => {
	it('writes any string as a literal that is safe on one line', () => {
		fc.assert(fc.property(fc.string({unit: 'binary'}), text => {
			const literal = encodeString(text);
			expect(JSON.parse(literal)).toBe(text);
			expect(literal).not.toMatch(/[\p{Cc}\u2028\u2029\p{Cs}]/u);
		}));
	});
});
