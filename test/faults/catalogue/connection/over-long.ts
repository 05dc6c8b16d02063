import * as z from 'zod';
import {headOf} from '../answer-bytes.ts';
import {byteCount} from '../parameters.ts';
import {defineFault} from '../fault.ts';
import {answerAndClose} from './answer-and-close.ts';

/** What is left over must not be taken for the answer to the next request on the same connection. */
export const overLong = defineFault({
	summary: 'bytes after the end of the body that Content-Length tells, then the connection is closed',
	parameters: z.object({
		extra: z.enum(['garbage', 'answer']).default('garbage').describe('meaningless bytes, or a whole good answer without rows'),
		bytes: byteCount(1024 * 1024).default(1000).describe('how much garbage'),
	}),
	create: ({extra, bytes}) => async exchange => answerAndClose(exchange, (response, body) => {
		const empty = Buffer.from('{"code":0,"msg":"success","message":"success","data":{"items":[],"has_more":false}}');
		const rest = extra === 'garbage' ? [Buffer.alloc(bytes, 'garbage ')] : [headOf(response, {length: empty.byteLength}), empty];
		return [headOf(response, {length: body.byteLength}), body, ...rest];
	}),
});
