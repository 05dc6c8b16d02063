import * as z from 'zod';
import {bytesOf, headOf} from '../answer-bytes.ts';
import {defineFault, type Exchange} from '../fault.ts';
import {milliseconds} from '../parameters.ts';
import {hangUp, send, untilGone} from '../wire.ts';

/** A server that is busy, or a network that lost a packet for good. */
export const hang = defineFault({
	summary: 'nothing more comes, with the connection left open',
	parameters: z.object({
		at: z.enum(['before', 'headers', 'body']).default('before').describe('before the answer, in the middle of its headers, or of its body'),
		for: milliseconds.optional().describe('how long, then the rest comes; default until the client goes'),
	}),
	create: ({at, for: forMs}) => async exchange => {
		const {answer, socket} = exchange;
		if (at === 'before') {
			await pause(exchange, forMs);
			return answer();
		}
		const response = await answer();
		const body = await bytesOf(response);
		const bytes = Buffer.concat([Buffer.from(headOf(response, {length: body.byteLength})), body]);
		const headLength = bytes.byteLength - body.byteLength;
		const stop = at === 'headers' ? Math.ceil(headLength / 2) : headLength + Math.ceil(body.byteLength / 2);
		await send(socket, bytes.subarray(0, stop));
		await pause(exchange, forMs);
		await send(socket, bytes.subarray(stop));
		await hangUp(socket);
		return 'sent';
	},
});

async function pause({sleep, signal}: Exchange, forMs: number | undefined): Promise<void> {
	if (forMs === undefined) await untilGone(signal);
	else await sleep(forMs, signal);
	signal.throwIfAborted();
}
