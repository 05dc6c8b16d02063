import {gzipSync} from 'node:zlib';
import * as z from 'zod';
import {bytesOf, withBody} from '../answer-bytes.ts';
import {defineFault} from '../fault.ts';
import {byteCount} from '../parameters.ts';

const packed = {'content-encoding': 'gzip'};

export const gzipGarbage = defineFault({
	summary: 'a body that says it is gzip and is not',
	parameters: z.object({
		as: z.enum(['plain', 'noise', 'damaged']).default('plain').describe('plain JSON, random bytes, or gzip with a wrong checksum'),
	}),
	create: ({as}) => async ({answer, random}) => {
		const response = await answer();
		const body = await bytesOf(response);
		if (as === 'plain') return withBody(response, body, packed);
		if (as === 'noise') return withBody(response, Buffer.from(body.map(() => Math.floor(random() * 256))), packed);
		const damaged = gzipSync(body);
		const checksum = damaged.byteLength - 8;
		damaged[checksum] = (damaged[checksum] ?? 0) ^ 0xff;
		return withBody(response, damaged, packed);
	},
});

export const gzipCut = defineFault({
	summary: 'a gzip body that ends early although the whole of Content-Length came',
	parameters: z.object({
		after: z.number().min(0, 'expected a number from 0 to 1').max(1, 'expected a number from 0 to 1').default(0.5).describe('how much of it comes; of the whole only the checksum is cut'),
	}),
	create: ({after}) => async ({answer}) => {
		const response = await answer();
		const body = gzipSync(await bytesOf(response));
		return withBody(response, body.subarray(0, Math.min(body.byteLength - 8, Math.floor(body.byteLength * after))), packed);
	},
});

/** One member of the bomb: small enough to be made in passing. */
const memberBytes = 16 * 1024 * 1024;

export const gzipBomb = defineFault({
	summary: 'a small gzip body that unpacks to gigabytes: the page, then spaces',
	parameters: z.object({
		bytes: byteCount(64 * 1024 ** 3).default(1024 ** 3).describe('how much it unpacks to beside the page'),
	}),
	create: ({bytes}) => async ({answer}) => {
		const response = await answer();
		// A gzip file may have several members, which unpack to what they hold one after the other.
		const member = gzipSync(Buffer.alloc(Math.min(bytes, memberBytes), ' '), {level: 9});
		const rest = gzipSync(Buffer.alloc(bytes % memberBytes, ' '), {level: 9});
		const members = Array.from({length: Math.floor(bytes / memberBytes)}, () => member);
		return withBody(response, Buffer.concat([gzipSync(await bytesOf(response)), ...members, rest]), packed);
	},
});
