import fc from 'fast-check';
import {expect, it} from 'vitest';
import {cleaned, decodeText, isOwnVariable} from '../../src/base/clean-text.ts';

const unseen = fc.array(fc.constantFrom(' ', '\t', '\r', '\n', '\u00A0', '\u3000', '\uFEFF', '\u200B', '\u2060', '\u2028', '\u200E'), {maxLength: 6}).map(parts => parts.join(''));
const secret = fc.array(fc.constantFrom('a', '=', ' ', '\u00A0', '審'), {maxLength: 6}).map(parts => `x${parts.join('')}y`);

it('takes away what stands around a value unseen, and nothing inside', () => {
	fc.assert(fc.property(unseen, secret, unseen, (before, value, after) => {
		expect(cleaned(`${before}${value}${after}`)).toBe(value);
	}));
	expect(cleaned('\uFEFF \r\n')).toBe('');
});

const of = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding);

it.each<[string, Uint8Array, string | undefined]>([
	['UTF-8', of('key: 審\n', 'utf8'), undefined],
	['UTF-8 with a mark', of('\uFEFFkey: 審\n', 'utf8'), undefined],
	['UTF-8 with a null character', of('a\0bcdefgh', 'utf8'), undefined],
	['nothing', of('', 'utf8'), undefined],
	['UTF-16 LE', of('\uFEFF審', 'utf16le'), 'is written in UTF-16 rather than UTF-8'],
	['UTF-16 BE', of('\uFEFF審', 'utf16le').swap16(), 'is written in UTF-16 rather than UTF-8'],
	['UTF-16 LE without a mark', of('secret', 'utf16le'), 'is written in UTF-16 rather than UTF-8'],
	['UTF-16 BE without a mark', of('secret', 'utf16le').swap16(), 'is written in UTF-16 rather than UTF-8'],
	['GBK', Buffer.from([0xc9, 0xf3, 0xbc, 0xc6]), 'holds bytes that are no UTF-8'],
	['a cut-off character', of('審', 'utf8').subarray(0, 2), 'holds bytes that are no UTF-8'],
])('tells what bytes are: %s', (_, bytes, problem) => {
	const decoded = decodeText(bytes);
	if (problem === undefined) expect(decoded).toEqual({text: Buffer.from(bytes).toString('utf8').replace('\uFEFF', '')});
	else expect(decoded).toEqual({problem});
});

it('knows the program\'s own variables', () => {
	for (const name of ['FEISHU_APP_ID', 'TRAE_BASE_URL', 'AUDIT_EXPORT_CONFIG', 'FEISHU_MORE']) expect(isOwnVariable(name)).toBe(true);
	for (const name of ['HOME', 'MY_FEISHU_APP_ID', 'FEISHU', 'feishu_app_id', 'AWS_SECRET_ACCESS_KEY']) expect(isOwnVariable(name)).toBe(false);
});
