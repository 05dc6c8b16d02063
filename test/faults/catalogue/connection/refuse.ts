import * as z from 'zod';
import {defineFault} from '../fault.ts';
import {milliseconds} from '../parameters.ts';

/** A server that is restarted. */
export const refuse = defineFault({
	summary: 'the server goes away: every connection is reset, and new ones are refused for a while',
	parameters: z.object({
		for: milliseconds.prefault('1s').describe('how long'),
	}),
	create: ({for: forMs}) => async ({server}) => {
		server.refuseFor(forMs);
		return 'sent';
	},
});
