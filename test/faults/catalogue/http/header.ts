import * as z from 'zod';
import {byteCount} from '../parameters.ts';
import {defineFault} from '../fault.ts';
import {withBody} from '../answer-bytes.ts';

/** No header is longer when many are sent. */
const manyLength = 1000;

/** Most clients give up above 8 or 16 kB of headers. */
export const header = defineFault({
	summary: 'the answer under a pile of headers',
	parameters: z.object({
		huge: z.enum(['one', 'many']).default('one').describe('one long header, or many of about a kilobyte'),
		bytes: byteCount(64 * 1024 * 1024).default(1024 * 1024).describe('how much in all'),
	}),
	create: ({huge, bytes}) => async ({answer}) => {
		const response = await answer();
		const count = huge === 'one' ? 1 : Math.ceil(bytes / manyLength);
		const value = 'x'.repeat(huge === 'one' ? bytes : Math.min(bytes, manyLength));
		const headers = Object.fromEntries(Array.from({length: count}, (_, index) => [`x-padding-${index}`, value]));
		return withBody(response, await response.arrayBuffer(), headers);
	},
});
