import fc from 'fast-check';
import {expect, it} from 'vitest';
import {decodeBody} from '../../src/http/body.ts';

/** The plain way. */
function expected(bytes: Uint8Array): {text: string; altered: boolean} {
	try {
		return {text: new TextDecoder('utf-8', {fatal: true}).decode(bytes), altered: false};
	} catch {
		return {text: new TextDecoder().decode(bytes), altered: true};
	}
}

const mark = Buffer.from('\ufeff');
const valid = fc.string({unit: fc.constantFrom('a', '"', '\0', '\u007f', '\u0080', 'é', '审', '\u2028', '\ufeff', '\uffff', '😀', '\u{10ffff}'), maxLength: 30}).map(text => Buffer.from(text));
const broken = fc.constantFrom([0x80], [0xc0, 0xaf], [0xc3], [0xe5, 0xae], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80], [0xff]).map(bytes => Buffer.from(bytes));
const pieces = fc.array(fc.oneof({weight: 5, arbitrary: valid}, broken, fc.constant(mark), fc.uint8Array({maxLength: 4})), {maxLength: 5});

it('gives what a TextDecoder gives, and tells of bytes that are not UTF-8', () => {
	fc.assert(fc.property(pieces, fc.nat({max: 8}), (parts, offset) => {
		const bytes = Buffer.concat(parts);
		// As a part of a larger memory, too: that is how bodies come from a socket.
		const within = new Uint8Array(bytes.length + offset + 1).fill(0xff);
		within.set(bytes, offset);
		expect(decodeBody(bytes)).toStrictEqual(expected(bytes));
		expect(decodeBody(within.subarray(offset, offset + bytes.length))).toStrictEqual(expected(bytes));
	}), {numRuns: 1000});
});

it('reads large bodies likewise', () => {
	const text = '审计'.repeat(1_000_000);
	expect(decodeBody(Buffer.from(`\ufeff${text}`)).text).toBe(text);
});
