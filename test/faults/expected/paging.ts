import {lines, type Expectation} from '../expectation.ts';

const noTokens = {totals: 'not asked'} as const;
const noNumbers = {'page tokens': 'not asked'} as const;
const loops = 'Paging that does not advance ends the run rather than repeat rows.';

export const pageToken: readonly Expectation[] = [
	...lines([{fault: 'page-token', how: 'repeats'}, {fault: 'page-token', how: 'goes-back'}], {promise: loops, expect: 'fails 1', except: noTokens, options: ['--page-size', '3']}),
	...lines([{fault: 'page-token', how: 'expired'}, {fault: 'page-token', how: 'of-another-query'}], {
		promise: 'A page token that is refused has its window read again in smaller pieces; where one second has more pages than any token serves, the run ends.',
		expect: 'complete', except: {...noTokens, 'tokens at the end': 'fails 1', 'server log': 'fails 1'},
	}),
	...lines([{fault: 'page-token', how: 'empty'}, {fault: 'page-token', how: 'missing-with-more'}], {promise: 'An answer that says there is more must lead there, or the run ends.', expect: 'fails 1', except: noTokens}),
	...lines([{fault: 'page-token', how: 'leads-elsewhere'}], {promise: 'Rows of another range are not written, and the run says that they came.', expect: 'incomplete: out_of_range', except: noTokens}),
	...lines([{fault: 'page-token', how: 'present-at-end'}], {promise: 'That there is no more counts, whatever token stands there.', expect: 'complete', except: noTokens}),
	...lines([{fault: 'page-token', how: 'control-characters'}], {promise: 'A page token goes back as it came, whatever is in it.', expect: 'complete', except: noTokens}),
	...lines([{fault: 'page-token', how: 'huge'}], {
		promise: 'A page token of 100 kB goes back as it came; where it stands in the URL, the server refuses one of that length, and the run ends.', expect: 'complete', except: {...noTokens, 'asked by GET': 'fails 1'},
	}),
	...lines([{fault: 'page-token', how: 'number'}], {promise: 'Where the documentation says text, a number is no page token; the console has no documentation.', expect: 'fails 1', except: {...noTokens, 'event cursor': 'complete'}}),
];

export const pageNumber: readonly Expectation[] = [
	...lines([{fault: 'page-number', how: 'repeats-the-page', requests: '5-6'}], {promise: 'A page that comes twice is noticed: it is read again, or the run ends.', expect: 'complete', except: {...noNumbers, numbered: 'fails 1'}}),
	...lines([{fault: 'page-number', how: 'repeats-the-page'}], {promise: 'Pages that are one off, every time, end the run, or the total tells.', expect: 'incomplete: total_mismatch', except: {...noNumbers, numbered: 'fails 1'}}),
	...lines([{fault: 'page-number', how: 'skips-a-page', requests: '5-6'}], {promise: 'A page that is missing is noticed: it is read again, or the run ends.', expect: 'complete', except: {...noNumbers, trae: 'fails 1'}}),
	...lines([{fault: 'page-number', how: 'skips-a-page'}], {promise: 'Rows that stay missing are told by the total.', expect: 'incomplete: total_mismatch', except: noNumbers}),
	...lines([{fault: 'page-number', how: 'reports-another-page'}], {promise: 'A page that says it is another one is not taken. Only the pages of trae-openapi say which they are.', expect: 'fails 1', except: {...noNumbers, offset: 'not asked', console: 'not asked'}}),
	...lines([{fault: 'page-number', how: 'size-ignored'}, {fault: 'page-number', how: 'size-ignored', rows: 1}, {fault: 'page-number', how: 'size-ignored', rows: 7}], {promise: 'Pages may be of another size than asked for.', expect: 'complete', except: noNumbers}),
];

export const total: readonly Expectation[] = [
	...lines([{fault: 'total', how: 'lies-more'}, {fault: 'total', how: 'lies-less'}, {fault: 'total', how: 'lies-more', by: 1000}, {fault: 'total', how: 'lies-less', by: 1000}], {promise: 'A total that does not match what was delivered is told; what was delivered is written.', expect: 'incomplete: total_mismatch', except: noNumbers}),
	...lines([{fault: 'total', how: 'grows'}], {promise: 'A total that will not hold still is told.', expect: 'incomplete: unstable', except: noNumbers}),
	...lines([{fault: 'total', how: 'shrinks'}], {promise: 'A total that will not hold still is told.', expect: 'incomplete: total_mismatch', except: noNumbers}),
	...lines([{fault: 'total', how: 'lies-more', requests: '5'}, {fault: 'total', how: 'lies-less', requests: '5'}], {promise: 'A total that was wrong once is read again.', expect: 'complete', except: noNumbers}),
	...lines([{fault: 'total', how: 'string'}], {promise: 'A total in digits is one. feishu-apaas and the offset shape always write it so.', expect: 'complete', except: {...noNumbers, 'offset': 'not asked', 'event offset': 'not asked'}}),
	...lines((['text', 'missing', 'null', 'negative', 'fraction'] as const).map(how => ({fault: 'total', how})), {promise: 'An API that should state a total and does not ends the run: nothing could tell that all is there.', expect: 'fails 1', except: noNumbers}),
	...lines([{fault: 'total', how: 'huge'}], {promise: 'A total beyond all reason is told, in bounded time.', expect: 'incomplete: total_mismatch', except: noNumbers}),
];

export const hasMore: readonly Expectation[] = [
	...lines([{fault: 'has-more', how: 'missing'}, {fault: 'has-more', how: 'string'}], {promise: 'An API that should say whether there is more and does not ends the run; the console has no documentation, and a cursor is enough there.', expect: 'fails 1', except: {...noTokens, 'event cursor': 'complete'}}),
	...lines([{fault: 'has-more', how: 'always-true'}], {promise: 'An API that goes on for ever with nothing new ends the run.', expect: 'fails 1', except: noTokens}),
	...lines([{fault: 'has-more', how: 'false-too-early'}], {promise: 'Cannot be noticed: the API says it is the end. What it served is written.', expect: 'as served', except: noTokens}),
];
