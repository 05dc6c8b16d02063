import * as z from 'zod';
import {chunkOf, headOf} from '../answer-bytes.ts';
import {defineFault} from '../fault.ts';
import {answerAndClose} from './answer-and-close.ts';

/** An orderly end where none may be: only the framing tells that something is missing. */
export const cutOff = defineFault({
	summary: 'the body ends early, and the connection is closed in order',
	parameters: z.object({
		framing: z.enum(['length', 'chunked']).default('length').describe('what tells the end of the body: a Content-Length, or chunks of which the last never comes'),
		after: z.number().min(0, 'expected a number from 0 to 1').max(1, 'expected a number from 0 to 1').default(0.5).describe('how much of the body comes; with chunks 1 leaves out nothing but the end'),
	}),
	create: ({framing, after}) => async exchange => answerAndClose(exchange, (response, body) => {
		const part = body.subarray(0, Math.floor(body.byteLength * after));
		if (framing === 'chunked') return [headOf(response, 'chunked'), ...(part.byteLength === 0 ? [] : [chunkOf(part)])];
		// With nothing missing the length would be right.
		return [headOf(response, {length: Math.max(body.byteLength, part.byteLength + 1)}), part];
	}),
});
