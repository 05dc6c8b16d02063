import * as z from 'zod';
import {bytesOf, headOf} from '../answer-bytes.ts';
import {defineFault} from '../fault.ts';
import {send} from '../wire.ts';

/** So late after what came before it: a reset in its heels makes some clients believe that the connection was closed in order. */
const afterMs = 20;

/** A firewall or a load balancer that has had enough. */
export const reset = defineFault({
	summary: 'the connection is reset (a TCP RST)',
	parameters: z.object({
		at: z.enum(['before', 'headers', 'body']).default('before').describe('before the answer (which the API has counted), in the middle of its headers, or of its body'),
	}),
	create: ({at}) => async ({answer, socket, sleep, signal}) => {
		const response = await answer();
		const body = await bytesOf(response);
		const head = headOf(response, {length: body.byteLength});
		if (at === 'headers') await send(socket, head.slice(0, Math.ceil(head.length / 2)));
		if (at === 'body') await send(socket, Buffer.concat([Buffer.from(head), body.subarray(0, Math.ceil(body.byteLength / 2))]));
		if (at !== 'before') await sleep(afterMs, signal);
		socket.resetAndDestroy();
		return 'sent';
	},
});
