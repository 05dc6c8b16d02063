import * as z from 'zod';
import {headOf} from '../answer-bytes.ts';
import {byteCount} from '../parameters.ts';
import {defineFault} from '../fault.ts';
import {answerAndClose} from './answer-and-close.ts';

/** A proxy that changed the body and forgot the header. */
export const contentLength = defineFault({
	summary: 'a wrong Content-Length with a whole body',
	parameters: z.object({
		too: z.enum(['short', 'long']).default('long').describe('too short, so that the rest of the body looks like the next answer; or too long, and the connection is closed after the body'),
		by: byteCount(1024 * 1024).default(10).describe('by how many bytes'),
	}),
	create: ({too, by}) => async exchange => answerAndClose(exchange, (response, body) => [
		headOf(response, {length: too === 'long' ? body.byteLength + by : Math.max(0, body.byteLength - by)}), body,
	]),
});
