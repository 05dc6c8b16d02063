import * as z from 'zod';
import {bytesOf, withBody} from '../answer-bytes.ts';
import {defineFault} from '../fault.ts';

const piecesPerSecond = 10;

/** A client that only waits for silence never gives up on this one. */
export const drip = defineFault({
	summary: 'the body comes in small pieces, slowly, and whole in the end',
	parameters: z.object({
		bytesPerSecond: z.int('expected a whole number').min(1, 'expected at least 1').default(1000).describe('how slowly'),
	}),
	create: ({bytesPerSecond}) => async ({answer, sleep, signal}) => {
		const response = await answer();
		const bytes = await bytesOf(response);
		const size = Math.max(1, Math.floor(bytesPerSecond / piecesPerSecond));
		let sent = 0;
		const body = new ReadableStream<Uint8Array>({
			async pull(controller) {
				// It fails when the client has gone and for nothing else, which is looked at next.
				if (sent > 0) await sleep(size * 1000 / bytesPerSecond, signal).catch(() => undefined);
				if (sent >= bytes.byteLength || signal.aborted) {
					controller.close();
					return;
				}
				controller.enqueue(bytes.subarray(sent, sent + size));
				sent += size;
			},
		}, {highWaterMark: 0});
		return withBody(response, body, {'content-length': String(bytes.byteLength)});
	},
});
