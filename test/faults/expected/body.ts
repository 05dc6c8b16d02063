import {always, lines, once, type Expectation} from '../expectation.ts';

const passing = 'A body that cannot be unpacked is asked for again.';
const lasting = 'A body that can never be unpacked ends the run after its retries.';

export const gzipGarbage: readonly Expectation[] = [
	...lines((['plain', 'noise', 'damaged'] as const).map(as => ({fault: 'gzip-garbage', as, ...once})), {promise: passing, expect: 'complete'}),
	...lines((['plain', 'noise', 'damaged'] as const).map(as => ({fault: 'gzip-garbage', as, ...always})), {promise: lasting, expect: 'fails 4'}),
];

export const gzipCut: readonly Expectation[] = [
	...lines([{fault: 'gzip-cut', after: 0, ...once}, {fault: 'gzip-cut', ...once}, {fault: 'gzip-cut', after: 1, ...once}], {promise: passing, expect: 'complete'}),
	...lines([{fault: 'gzip-cut', ...always}, {fault: 'gzip-cut', after: 1, ...always}], {promise: lasting, expect: 'fails 4'}),
];

const bounded = {promise: 'A body that passes --max-response (256 MiB unless it is set) ends the run; no more of it is held.', expect: 'fails 1', options: ['--max-response', '1MiB']} as const;

export const gzipBomb: readonly Expectation[] = [
	...lines([{fault: 'gzip-bomb', bytes: 4_000_000, ...once}], {promise: 'Whitespace below the bound changes nothing.', expect: 'complete'}),
	...lines([{fault: 'gzip-bomb', ...once}], bounded),
];

export const charset: readonly Expectation[] = [
	...lines([true, false].map(declared => ({fault: 'charset', as: 'utf-16', declared, ...once})), {promise: 'A body that is no JSON as UTF-8 is asked for again.', expect: 'complete'}),
	...lines([{fault: 'charset', as: 'utf-16', ...always}], {promise: 'A body that is never JSON as UTF-8 ends the run after its retries.', expect: 'fails 1'}),
	...lines((['latin1', 'gbk'] as const).flatMap(as => [true, false].map(declared => ({fault: 'charset', as, declared, ...once}))), {
		promise: 'Bytes that are not UTF-8 are written as U+FFFD, and the run says that it has altered them.', expect: 'incomplete: altered',
	}),
];

export const bom: readonly Expectation[] = lines([{fault: 'bom'}], {promise: 'A byte order mark is read over.', expect: 'complete'});

const notPages = ['nan', 'trailing-comma', 'two-documents', 'comment', 'single-quotes', 'control-character', 'cut', 'empty'] as const;

export const notJson: readonly Expectation[] = [
	...lines(notPages.map(as => ({fault: 'not-json', as, ...once})), {promise: 'What is not JSON to the letter is asked for again.', expect: 'complete'}),
	...lines([{fault: 'not-json', as: 'html', ...once}], {promise: "A page in place of an answer may pass; from the console it means that the session is over.", expect: 'complete', except: {console: 'fails 3'}}),
	...lines([{fault: 'not-json', as: 'trailing-comma', ...always}, {fault: 'not-json', as: 'empty', ...always}], {promise: 'What is never JSON ends the run after its retries.', expect: 'fails 1'}),
	...lines([{fault: 'not-json', as: 'html', ...always}], {promise: 'What is never JSON ends the run after its retries.', expect: 'fails 1', except: {console: 'fails 3'}}),
];

export const duplicateKeys: readonly Expectation[] = [
	...lines([{fault: 'duplicate-keys', in: 'row'}], {promise: 'A row with a member twice is written as it came; the last value is its id.', expect: 'complete', except: {'no ids': 'not asked'}}),
	...lines([{fault: 'duplicate-keys', in: 'top', ...once}], {promise: 'An answer that holds its rows twice, and once none, is not taken for an empty page.', expect: 'fails 1'}),
];

export const deepNesting: readonly Expectation[] = lines(
	[{fault: 'deep-nesting', ...once}, {fault: 'deep-nesting', of: 'objects', ...once}, {fault: 'deep-nesting', depth: 100_000, ...once}],
	{promise: 'A row may be nested as deeply as it likes, and is written as it came.', expect: 'complete'},
);

export const hugePage: readonly Expectation[] = [
	...lines([{fault: 'huge-page', bytes: 3_000_000, ...once}, {fault: 'huge-page', bytes: 3_000_000, with: 'space', ...once}, {fault: 'huge-page', bytes: 3_000_000, framing: 'length', ...once}], {promise: 'A page may be large.', expect: 'complete'}),
	...lines([{fault: 'huge-page', ...once}, {fault: 'huge-page', framing: 'length', ...once}], bounded),
];

export const endless: readonly Expectation[] = lines((['text', 'rows', 'space'] as const).map(by => ({fault: 'endless', with: by, ...once})), bounded);
