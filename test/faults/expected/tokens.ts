import {always, lines, once, type Expectation} from '../expectation.ts';

const given = {'user token': 'fails 3', 'console': 'fails 3'} as const;
const notExchanged = {'user token': 'not asked', 'console': 'not asked'} as const;

export const tokenRevoked: readonly Expectation[] = [
	...lines([{fault: 'token-revoked', ...once}, {fault: 'token-revoked', every: 4}], {promise: 'A token that was revoked is replaced; a given token or session cannot be, and says so.', expect: 'complete', except: given}),
];

export const tokenRefused: readonly Expectation[] = [
	...lines([{fault: 'token-refused', ...once}], {promise: 'A token that was refused is replaced; a given token or session cannot be, and says so.', expect: 'complete', except: given}),
	...lines([{fault: 'token-refused', ...always}], {promise: 'Tokens that are refused for ever end the run as a matter of credentials.', expect: 'fails 3'}),
];

export const tokenExpiresEarly: readonly Expectation[] = lines(
	([1, 0, -1, 0.5, 'missing', 'soon', 1_000_000_000_000] as const).map(seconds => ({fault: 'token-expires-early', seconds, path: '/auth/'})),
	{promise: 'Whatever life a token claims, it is used while it works.', expect: 'complete', except: notExchanged},
);

export const tokenGarbage: readonly Expectation[] = [
	...lines((['missing', 'empty', 'number', 'null'] as const).map(how => ({fault: 'token-garbage', how, path: '/auth/'})), {promise: 'An answer without a token ends the run before anything is asked.', expect: 'fails 1', except: notExchanged}),
	...lines([{fault: 'token-garbage', how: 'line-break', path: '/auth/'}], {promise: 'A token that would break out of its header is never sent.', expect: 'fails 3', except: notExchanged}),
];

export const clock: readonly Expectation[] = [
	...lines([{fault: 'clock', by: '-15m', ...once}, {fault: 'clock', by: '1h', ...once}], {promise: "The server's clock may be wrong.", expect: 'complete'}),
	...lines([{fault: 'clock', by: '3h', ...once}], {promise: 'A token that ends because the clock jumps is replaced; a given one cannot be.', expect: 'complete', except: {'user token': 'fails 3'}}),
	...lines([{fault: 'clock', by: '30d', ...once}], {promise: 'A token that ends because the clock jumps is replaced; a given one cannot be. The console refuses a range that is out of its reach all at once, and the run ends.', expect: 'complete', except: {'user token': 'fails 3', 'console': 'fails 1'}}),
];
