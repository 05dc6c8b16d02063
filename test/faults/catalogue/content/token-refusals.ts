import * as z from 'zod';
import {defineFault} from '../fault.ts';
import {rebuilt} from './asked-parameters.ts';

/** Nothing that was given out before is good any more. */
export const tokenRevoked = defineFault({
	summary: 'every token issued so far, and every session of the developer console, becomes invalid before this request',
	parameters: z.object({}),
	create: () => async exchange => {
		exchange.sandbox.revokeTokens();
		exchange.sandbox.revokeConsoleSessions();
		return exchange.answer();
	},
});

/** What is good is refused. */
export const tokenRefused = defineFault({
	summary: 'the token (or the session) of this request is answered as an invalid one, although it is good',
	parameters: z.object({}),
	create: () => async exchange => {
		const {request} = exchange;
		const spoilt = Object.fromEntries(['authorization', 'cookie'].flatMap(name => {
			const value = request.headers.get(name);
			return value === null ? [] : [[name, spoiltSecret(value)] as const];
		}));
		return exchange.answer(rebuilt(request, {headers: spoilt, body: await request.text()}));
	},
});

/** The same kind of token, and none that was ever issued: its hexadecimal digits are others. */
function spoiltSecret(value: string): string {
	return value.replaceAll(/[\da-f]{8,}/g, digits => 'f'.repeat(digits.length));
}
