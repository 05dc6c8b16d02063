import {always, lines, once, type Expectation} from '../expectation.ts';

const passing = 'A connection that fails in passing is tried again; half an answer is never taken for one.';
const lasting = 'A connection that keeps failing ends the run after its retries.';
const places = ['before', 'headers', 'body'] as const;
const impatient = {timeout: '300ms', inexact: true} as const;

export const refuse: readonly Expectation[] = [
	...lines([{fault: 'refuse', for: '300ms', ...once}], {promise: 'A server that is restarted is tried again.', expect: 'complete', inexact: true}),
	...lines([{fault: 'refuse', for: '1h', ...once}], {promise: 'A server that stays away ends the run after its retries.', expect: 'fails 4', inexact: true}),
];

export const reset: readonly Expectation[] = [
	...lines(places.map(at => ({fault: 'reset', at, ...once})), {promise: passing, expect: 'complete'}),
	...lines(places.map(at => ({fault: 'reset', at, ...always})), {promise: lasting, expect: 'fails 4'}),
];

export const hang: readonly Expectation[] = [
	...lines(places.map(at => ({fault: 'hang', at, ...once})), {promise: 'Silence ends with --timeout, wherever it begins, and the request is tried again.', expect: 'complete', ...impatient}),
	...lines(places.map(at => ({fault: 'hang', at, ...always})), {promise: 'Silence that stays ends the run: no more than --timeout for each try.', expect: 'fails 4', ...impatient}),
	...lines(places.map(at => ({fault: 'hang', at, for: '50ms', ...once})), {promise: 'Within --timeout an answer may take its time.', expect: 'complete'}),
];

export const drip: readonly Expectation[] = [
	...lines([{fault: 'drip', bytesPerSecond: 50_000, ...once}], {promise: 'A slow answer is read to its end.', expect: 'complete'}),
	...lines([{fault: 'drip', bytesPerSecond: 100, ...once}], {promise: '--timeout is for the whole answer, not for the silence between its pieces; then it is tried again.', expect: 'complete', ...impatient}),
	...lines([{fault: 'drip', bytesPerSecond: 100, ...always}], {promise: '--timeout is for the whole answer, not for the silence between its pieces.', expect: 'fails 4', ...impatient}),
];

export const cutOff: readonly Expectation[] = [
	...lines([
		{fault: 'cut-off', ...once}, {fault: 'cut-off', after: 0, ...once}, {fault: 'cut-off', after: 0.99, ...once},
		{fault: 'cut-off', framing: 'chunked', ...once}, {fault: 'cut-off', framing: 'chunked', after: 1, ...once},
	], {promise: passing, expect: 'complete'}),
	...lines([{fault: 'cut-off', ...always}, {fault: 'cut-off', framing: 'chunked', ...always}, {fault: 'cut-off', framing: 'chunked', after: 1, ...always}], {promise: lasting, expect: 'fails 4'}),
];

export const overLong: readonly Expectation[] = lines(
	[{fault: 'over-long', ...once}, {fault: 'over-long', extra: 'answer', ...once}, {fault: 'over-long'}, {fault: 'over-long', extra: 'answer'}],
	{promise: 'What follows the end of an answer is never taken for the next one.', expect: 'complete', inexact: true},
);

export const contentLength: readonly Expectation[] = [
	...lines([{fault: 'content-length', too: 'short', ...once}, {fault: 'content-length', too: 'long', ...once}], {promise: passing, expect: 'complete', inexact: true}),
	...lines([{fault: 'content-length', too: 'short', ...always}], {promise: 'An answer that stays cut is no JSON: the run ends after its retries.', expect: 'fails 1', inexact: true}),
	...lines([{fault: 'content-length', too: 'long', ...always}], {promise: lasting, expect: 'fails 4'}),
];

export const garbage: readonly Expectation[] = [
	...lines((['text', 'tls', 'header-line', 'nothing'] as const).map(as => ({fault: 'garbage', as, ...once})), {promise: passing, expect: 'complete'}),
	...lines((['text', 'tls', 'header-line', 'nothing'] as const).map(as => ({fault: 'garbage', as, ...always})), {promise: lasting, expect: 'fails 4'}),
];
