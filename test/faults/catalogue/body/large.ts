import * as z from 'zod';
import {bytesOf, withBody} from '../answer-bytes.ts';
import {defineFault} from '../fault.ts';
import {byteCount} from '../parameters.ts';
import {stretchPage} from './page-parts.ts';

const pieceBytes = 256 * 1024;

export const hugePage = defineFault({
	summary: 'a good page, but of hundreds of megabytes',
	parameters: z.object({
		bytes: byteCount(64 * 1024 ** 3).default(200_000_000).describe('how much is added'),
		with: z.enum(['text', 'space']).default('text').describe('a long text in one row, or whitespace that means nothing'),
		framing: z.enum(['length', 'chunked']).default('chunked').describe('whether Content-Length says it in advance'),
	}),
	create: ({bytes, with: by, framing}) => async ({answer, shape}) => {
		const response = await answer();
		const {before, filler, after} = stretchPage((await bytesOf(response)).toString('utf8'), shape, by);
		const [head, tail] = [Buffer.from(before), Buffer.from(after)];
		const body = stream(head, Buffer.alloc(pieceBytes, filler), bytes, tail);
		return withBody(response, body, framing === 'chunked' ? {} : {'content-length': String(head.byteLength + bytes + tail.byteLength)});
	},
});

export const endless = defineFault({
	summary: 'a body that begins as a page and never ends, as fast as it is taken',
	parameters: z.object({
		with: z.enum(['text', 'rows', 'space']).default('text').describe('a text that goes on and on, the same row again and again, or whitespace'),
	}),
	create: ({with: by}) => async ({answer, shape}) => {
		const response = await answer();
		const {before, filler} = stretchPage((await bytesOf(response)).toString('utf8'), shape, by);
		const piece = Buffer.from(filler.repeat(Math.ceil(pieceBytes / filler.length)));
		return withBody(response, stream(Buffer.from(before), piece, Infinity));
	},
});

/** The head, so many bytes made of the piece, and the tail. */
function stream(head: Uint8Array, piece: Uint8Array, bytes: number, tail: Uint8Array = new Uint8Array()): ReadableStream<Uint8Array> {
	let left = bytes;
	return new ReadableStream<Uint8Array>({
		start(controller) {
			controller.enqueue(head);
		},
		pull(controller) {
			if (left > 0) {
				// A copy: a stream may take the memory of what it is given.
				const next = piece.slice(0, left);
				left -= next.byteLength;
				controller.enqueue(next);
				return;
			}
			if (tail.byteLength > 0) controller.enqueue(tail);
			controller.close();
		},
	}, {highWaterMark: 1});
}
