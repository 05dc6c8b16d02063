import * as z from 'zod';
import {parseDuration} from '../../../../src/base/duration.ts';
import {defineFault} from '../fault.ts';

const jump = z.string().transform((text, context) => {
	const [, sign = '', length = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
	const ms = parseDuration(length);
	if (ms !== undefined) return sign === '-' ? -ms : ms;
	context.addIssue({code: 'custom', message: 'expected a duration, with - before it to go back: 1h, -15m'});
	return z.NEVER;
});

/** The time of day is wrong from now on. */
export const clock = defineFault({
	summary: "the server's clock jumps, and goes on from there",
	parameters: z.object({by: jump.prefault('1h').describe('how far, with - before it to go back: 1h, -15m')}),
	create: ({by}) => async exchange => {
		exchange.server.shiftClock(by);
		return exchange.answer();
	},
});
