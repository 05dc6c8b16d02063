import * as z from 'zod';
import {bytesOf, headOf} from '../answer-bytes.ts';
import {byteCount} from '../parameters.ts';
import {defineFault} from '../fault.ts';
import {hangUp, send} from '../wire.ts';

/** What is left over must not be taken for the answer to the next request on the same connection. */
export const overLong = defineFault({
	summary: 'bytes after the end of the body that Content-Length tells, then the connection is closed',
	parameters: z.object({
		extra: z.enum(['garbage', 'answer']).default('garbage').describe('meaningless bytes, or a whole good answer without rows'),
		bytes: byteCount(1024 * 1024).default(1000).describe('how much garbage'),
	}),
	create: ({extra, bytes}) => async ({answer, socket}) => {
		const response = await answer();
		const body = await bytesOf(response);
		const empty = Buffer.from('{"code":0,"msg":"success","message":"success","data":{"items":[],"has_more":false}}');
		const rest = extra === 'garbage' ? Buffer.alloc(bytes, 'garbage ') : Buffer.concat([Buffer.from(headOf(response, {length: empty.byteLength})), empty]);
		// In one piece, so that a client is likely to see the rest together with the answer.
		await send(socket, Buffer.concat([Buffer.from(headOf(response, {length: body.byteLength})), body, rest]));
		await hangUp(socket);
		return 'sent';
	},
});
