import {isUtf8} from 'node:buffer';
import * as z from 'zod';
import {bytesOf, withBody} from '../answer-bytes.ts';
import {defineFault} from '../fault.ts';
import {encodings} from './encodings.ts';

/** A letter that is in all of the charsets and the same in none of them. */
const telling = '\u00B1';

export const charset = defineFault({
	summary: 'a body in another charset than UTF-8',
	parameters: z.object({
		as: z.enum(['utf-16', 'latin1', 'gbk']).default('latin1').describe('which one'),
		declared: z.boolean('expected true or false').default(true).describe('whether Content-Type names it; otherwise it says UTF-8'),
	}),
	create: ({as, declared}) => async ({answer}) => {
		const response = await answer();
		const text = (await bytesOf(response)).toString('utf8');
		const encoded = encodings[as](text);
		// Text of ASCII alone would be the same in most charsets, and so would text whose other letters have become question marks.
		const bytes = isUtf8(encoded) ? encodings[as](text.replace(/^\{(?!\})/, `{"sandbox_note":"${telling}",`)) : encoded;
		return withBody(response, bytes, {'content-type': `application/json; charset=${declared ? as : 'utf-8'}`});
	},
});

export const bom = defineFault({
	summary: 'a byte order mark before the JSON',
	parameters: z.object({}),
	create: () => async ({answer}) => {
		const response = await answer();
		return withBody(response, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), await bytesOf(response)]));
	},
});
