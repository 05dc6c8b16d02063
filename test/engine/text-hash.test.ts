import fc from 'fast-check';
import {expect, it} from 'vitest';
import {digestOf} from '../../src/engine/seen-rows.ts';

function hash(text: string): string {
	return digestOf(text);
}

const anyText = fc.string({unit: fc.oneof(fc.constantFrom('a', '\0', '"', '审', '😀', '\ud800'), fc.string({unit: 'binary', minLength: 1, maxLength: 1})), maxLength: 40});

it('gives the same text the same hash, however the text came about', () => {
	fc.assert(fc.property(anyText, anyText, anyText, (before, text, after) => {
		expect(hash(`${before}${text}${after}`.slice(before.length, before.length + text.length))).toBe(hash(text));
		expect(hash(text.split('').join(''))).toBe(hash(text));
	}));
});

it('gives other texts other hashes', () => {
	fc.assert(fc.property(fc.uniqueArray(anyText, {maxLength: 50}), texts => {
		expect(new Set(texts.map(text => hash(text))).size).toBe(texts.length);
	}));
});

it('sees any one unit that differs, in texts of any length', () => {
	for (const length of [1, 2, 3, 4, 5, 16_383, 16_384, 16_385, 40_000]) {
		const text = '审'.repeat(length);
		const others = [0, 1, 2, 3, 16_383, 16_384, length - 1].filter(index => index < length).map(index => `${text.slice(0, index)}计${text.slice(index + 1)}`);
		const all = new Set([text, ...others, `${text}\0`, `${text}审`]);
		expect(new Set([...all].map(other => hash(other))).size).toBe(all.size);
	}
});

it('sees which units stand where, not only which there are', () => {
	const texts = ['abcdefgh', 'efghabcd', 'cdabghef', 'badcfehg', 'hgfedcba'];
	expect(new Set(texts.map(text => hash(text))).size).toBe(texts.length);
});
