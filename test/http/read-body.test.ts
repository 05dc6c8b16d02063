import {constants} from 'node:buffer';
import {expect, it} from 'vitest';
import {ApiError} from '../../src/base/errors.ts';
import {readBody} from '../../src/http/body.ts';

it('reads a body of many chunks, and one of none', async () => {
	const stream = ReadableStream.from([Buffer.from('a'), Buffer.from('\u5bc6').subarray(0, 1), Buffer.from('\u5bc6').subarray(1)]);
	expect(Buffer.from(await readBody(new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>), 'test')).toString()).toBe('a\u5bc6');
	expect(await readBody(new Response(null, {status: 204}), 'test')).toHaveLength(0);
});

it('refuses a body that no string can hold, and reads no further', async () => {
	const chunk = new Uint8Array(16 * 2 ** 20);
	let given = 0;
	let isCancelled = false;
	const endless = new ReadableStream<Uint8Array>({
		pull(controller) {
			given += chunk.byteLength;
			controller.enqueue(chunk);
		},
		cancel() {
			isCancelled = true;
		},
	});
	const error: unknown = await readBody(new Response(endless), 'test: GET /').catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(ApiError);
	expect(error).toMatchObject({message: expect.stringMatching(/^test: GET \/: the answer is too large: more than \d+ MiB/) as string});
	expect(given).toBeLessThan(constants.MAX_STRING_LENGTH + 3 * chunk.byteLength);
	expect(isCancelled).toBe(true);
});
