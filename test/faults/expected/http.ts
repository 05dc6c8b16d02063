import {always, lines, once, type Expectation} from '../expectation.ts';

const passing = 'A failure in passing is tried again, and nothing is lost or repeated.';
const lasting = 'What keeps failing ends the run after its retries, with what was finished kept.';
const refused = 'A refusal is final: nothing is tried again, and the error says what was refused.';
const refusedOnce = 'A refusal of the request ends the run; what a console refuses of a cursor is read again in smaller pieces.';
const bodies = ['json', 'html', 'empty'] as const;

export const status: readonly Expectation[] = [
	...lines(bodies.map(body => ({fault: 'status', status: 500, body, ...once})), {promise: passing, expect: 'complete'}),
	...lines([
		{fault: 'status', status: 502, ...once}, {fault: 'status', status: 503, body: 'empty', ...once}, {fault: 'status', status: 504, ...once},
		{fault: 'status', status: 408, body: 'empty', ...once}, {fault: 'status', status: 511, ...once}, {fault: 'status', status: 599, body: 'json', ...once},
	], {promise: passing, expect: 'complete'}),
	...lines([{fault: 'status', status: 500, body: 'json', ...always}, {fault: 'status', status: 503, ...always}, {fault: 'status', status: 504, body: 'empty', ...always}], {promise: lasting, expect: 'fails 1'}),
	...lines(bodies.map(body => ({fault: 'status', status: 429, body, ...once})), {promise: 'A refusal for rate is waited out, whoever answers so.', expect: 'complete'}),
	...lines([{fault: 'status', status: 400, body: 'json', ...once}, {fault: 'status', status: 400, body: 'json', code: 99_991_403, ...once}], {
		promise: refusedOnce, expect: 'fails 1', except: {'event cursor': 'complete'},
	}),
	...lines(bodies.filter(body => body !== 'json').map(body => ({fault: 'status', status: 400, body, ...once})), {promise: refused, expect: 'fails 1'}),
	...lines(bodies.map(body => ({fault: 'status', status: 404, body, ...once})), {promise: refused, expect: 'fails 1'}),
	...lines([{fault: 'status', status: 410, body: 'empty', ...once}, {fault: 'status', status: 413, ...once}, {fault: 'status', status: 431, ...once}], {promise: refused, expect: 'fails 1'}),
	...lines(bodies.map(body => ({fault: 'status', status: 401, body, ...once})), {
		promise: 'A refused token is renewed once, where it can be; a given token or session cannot.', expect: 'complete', except: {'user token': 'fails 3', 'console': 'fails 3'},
	}),
	...lines(bodies.map(body => ({fault: 'status', status: 401, body, ...always})), {promise: 'A token that is refused again ends the run as a matter of credentials.', expect: 'fails 3'}),
	...lines(bodies.map(body => ({fault: 'status', status: 403, body, ...once})), {promise: 'What is not permitted ends the run as a matter of credentials.', expect: 'fails 3'}),
];

const waited = 'The wait that the server asks for is kept, or a backoff where it says nothing of use.';
const tooLong = 'A wait of more than an hour is not kept in silence: the run ends and says how long it is.';

export const rateLimit: readonly Expectation[] = [
	...lines((['vendor', 'none', 'negative', 'zero', 'not-a-number', 'past'] as const).map(headers => ({fault: 'rate-limit', headers, ...once})), {promise: waited, expect: 'complete'}),
	...lines([{fault: 'rate-limit', waitSeconds: 600, ...once}, {fault: 'rate-limit', requests: '5-14'}, {fault: 'rate-limit', headers: 'none', requests: '5-14'}, {fault: 'rate-limit', headers: 'zero', every: 2}], {promise: 'A storm of refusals is waited out; they use up no retries.', expect: 'complete'}),
	...lines([{fault: 'rate-limit', headers: 'a-year', ...once}, {fault: 'rate-limit', headers: 'date', ...once}], {promise: tooLong, expect: 'fails 1'}),
	...lines([{fault: 'rate-limit', status: 400, ...once}, {fault: 'rate-limit', status: 200, headers: 'none', ...once}], {
		promise: "The vendor's own code counts, whatever the status; the console's codes are not known, and any failure there ends the run, but for that of a cursor.", expect: 'complete', except: {'event cursor': 'complete', 'console': 'fails 1'},
	}),
	...lines([{fault: 'rate-limit', ...always}, {fault: 'rate-limit', headers: 'none', ...always}], {promise: 'An unbroken row of 20 refusals ends the request.', expect: 'fails 1'}),
];

export const redirect: readonly Expectation[] = [
	...lines([
		{fault: 'redirect', to: 'other-host', ...once}, {fault: 'redirect', to: 'http', status: 301, ...once}, {fault: 'redirect', to: 'circle', status: 307, ...once},
		{fault: 'redirect', to: 'circle', status: 307, ...always}, {fault: 'redirect', to: 'relative', status: 308, ...once}, {fault: 'redirect', to: 'sign-in', ...once}, {fault: 'redirect', to: 'nowhere', status: 303, ...once},
	], {promise: 'No redirect is followed, so no token goes along; from the console it means that the session is over.', expect: 'fails 1', except: {console: 'fails 3'}}),
];

export const header: readonly Expectation[] = [
	...lines([{fault: 'header', huge: 'one', bytes: 8000, ...always}], {promise: 'Headers of a usual size change nothing.', expect: 'complete'}),
	...lines([{fault: 'header', huge: 'one', ...once}, {fault: 'header', huge: 'many', ...once}], {promise: 'An answer under too many headers is none: it is asked for again.', expect: 'complete'}),
	...lines([{fault: 'header', huge: 'one', ...always}, {fault: 'header', huge: 'many', ...always}], {promise: 'An answer under too many headers is none: the run ends after its retries.', expect: 'fails 4'}),
];

export const informational: readonly Expectation[] = lines(
	[{fault: 'informational', status: 100}, {fault: 'informational', status: 102}, {fault: 'informational', status: 103}, {fault: 'informational', status: 103, count: 1000, ...once}],
	{promise: 'Informational answers are read over.', expect: 'complete'},
);
