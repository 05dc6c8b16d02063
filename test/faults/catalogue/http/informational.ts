import {STATUS_CODES} from 'node:http';
import * as z from 'zod';
import {defineFault} from '../fault.ts';
import {send} from '../wire.ts';

/** Harmless by the standard: a client must read over any number of these. */
export const informational = defineFault({
	summary: 'informational answers (1xx) before the real one, which follows unchanged',
	parameters: z.object({
		status: z.union([z.literal(100), z.literal(102), z.literal(103)], {error: 'expected 100, 102 or 103'}).default(103).describe('the status of each'),
		count: z.int('expected a whole number').min(1, 'expected at least 1').max(1000, 'expected at most 1000').default(1).describe('how many'),
	}),
	create: ({status, count}) => async ({answer, socket}) => {
		const response = await answer();
		const link = status === 103 ? 'link: </style.css>; rel=preload\r\n' : '';
		await send(socket, `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${link}\r\n`.repeat(count));
		return response;
	},
});
