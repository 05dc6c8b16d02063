import fc from 'fast-check';
import {expect, it} from 'vitest';
import {cutMark, StringCutter} from '../../../src/console/learn/string-cutter.ts';

/** The document after the cutter has seen it in pieces of these sizes. */
function cut(text: string, maxBytes: number, sizes: readonly number[] = [7]): string {
	const cutter = new StringCutter(maxBytes);
	const bytes = Buffer.from(text);
	const parts: Uint8Array[] = [];
	for (let start = 0, index = 0; start < bytes.length; index++) {
		const size = sizes[index % sizes.length] ?? 1;
		parts.push(Uint8Array.from(cutter.write(bytes.subarray(start, start + size))));
		start += size;
	}
	return Buffer.concat(parts).toString('utf8');
}

it('shortens long texts and says so in them', () => {
	expect(JSON.parse(cut(JSON.stringify({a: 'x'.repeat(100), b: 'short', c: ['y'.repeat(11)]}), 10))).toEqual({a: `${'x'.repeat(10)}${cutMark}`, b: 'short', c: [`${'y'.repeat(10)}${cutMark}`]});
});

it('leaves a document without long texts as it is', () => {
	fc.assert(fc.property(fc.jsonValue(), fc.array(fc.integer({min: 1, max: 9}), {minLength: 1}), (value, sizes) => {
		const text = JSON.stringify(value);
		expect(cut(text, text.length * 4 + 1, sizes)).toBe(text);
	}));
});

it('cuts neither an escape sequence nor a character in two', () => {
	const character = fc.constantFrom('a', '"', '\\', '\n', '\u0001', '中', '😀', '\ud800', '/');
	fc.assert(fc.property(fc.array(character, {maxLength: 40}), fc.integer({min: 1, max: 30}), fc.array(fc.integer({min: 1, max: 9}), {minLength: 1}), fc.boolean(), (characters, max, sizes, isAscii) => {
		const text = characters.join('');
		const plain = JSON.stringify([text, 1]);
		const written = isAscii ? plain.replaceAll(/[^\x20-\x7e]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : plain;
		const [read, one] = JSON.parse(cut(written, max, sizes)) as [string, number];
		expect(one).toBe(1);
		expect(read.endsWith(cutMark) ? text.startsWith(read.slice(0, -cutMark.length)) : read === text).toBe(true);
		expect(read.length).toBeLessThanOrEqual(Math.min(text.length, max + 6) + cutMark.length);
	}));
});
