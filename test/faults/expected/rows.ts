import {always, lines, once, type Expectation} from '../expectation.ts';

const asItCame = 'A row is written as it came, whatever is in it.';
const unreadable = 'A row whose id or time cannot be read is written as it came, and told.';
const alike = 'where rows have no id, two that are alike are two.';
const elsewhere = 'A row of another time than asked for is not written, and told.';

const ofRows = (hows: readonly string[], when: object = {}) => hows.map(how => ({fault: 'rows', how, ...when}));

export const rows: readonly Expectation[] = [
	...lines(ofRows(['repeated'], once), {promise: `A row is written once, however often it comes; ${alike}`, expect: 'complete', except: {'no ids': 'as served'}}),
	...lines(ofRows(['repeated']), {
		promise: `A row is written once, however often it comes; ${alike} Where pages are counted in rows, pages with a row too many hide others, and the total tells.`, expect: 'complete',
		except: {'no ids': 'as served', 'offset': 'incomplete: total_mismatch', 'event offset': 'incomplete: total_mismatch'},
	}),
	...lines(ofRows(['repeated-across-pages']), {
		promise: `A row is written once, however often it comes; ${alike} Where pages are counted in rows, pages with a row too many hide others, and the total tells.`, expect: 'complete',
		except: {'no ids': 'as served', 'event offset': 'incomplete: total_mismatch'},
	}),
	...lines(ofRows(['reordered']), {promise: 'Rows may come in any order.', expect: 'complete'}),
	...lines(ofRows(['dropped', 'arrives-late'], once), {promise: 'A missing row is noticed by the total, and the window read again; where there is none it cannot be noticed.', expect: 'complete', except: {'page tokens': 'as served'}}),
	...lines(ofRows(['dropped'], always), {promise: 'Rows that stay missing are told by the total; where there is none they cannot be noticed.', expect: 'incomplete: total_mismatch', except: {'page tokens': 'as served'}}),
	...lines(ofRows(['missing-id', 'null-id', 'empty-id'], once), {promise: unreadable, expect: 'incomplete: unreadable', except: {'no ids': 'not asked'}}),
	...lines(ofRows(['huge-id']), {promise: 'Ids of any length are told apart by every digit.', expect: 'complete', except: {'no ids': 'not asked'}}),
	...lines(ofRows(['same-id-other-content'], once), {promise: 'Different rows under one id are all written, and told.', expect: 'incomplete: ambiguous', except: {'no ids': 'not asked'}}),
	...lines(ofRows(['time-in-future', 'time-zero'], once), {promise: elsewhere, expect: 'incomplete: out_of_range'}),
	...lines(ofRows(['time-negative'], once), {promise: 'A time before 1970 is another time; where the console writes it as a number, it is none.', expect: 'incomplete: out_of_range', except: {'event cursor': 'incomplete: out_of_range', 'console': 'incomplete: unreadable'}}),
	...lines(ofRows(['time-in-other-unit'], once), {promise: 'A time in another unit is another time: the row is not written, and told. Where times are written as dates, a number is none: the row is written as it came, and told.', expect: 'incomplete: out_of_range', except: {'event cursor': 'incomplete: unreadable'}}),
	...lines(ofRows(['time-string'], once), {promise: 'A time in digits is one, where times are numbers; where they are dates it is none, and told.', expect: 'complete', except: {'event cursor': 'incomplete: unreadable'}}),
	...lines(ofRows(['time-text', 'time-null', 'time-missing'], once), {promise: unreadable, expect: 'incomplete: unreadable'}),
	...lines(ofRows(['time-fraction'], once), {promise: 'A time is a whole number where that is documented; the console may write fractions.', expect: 'incomplete: unreadable', except: {console: 'complete'}}),
	...lines(ofRows(['not-an-object'], once), {promise: 'What is no row at all is not written, and told; a window or a page is asked for again first.', expect: 'complete'}),
	...lines(ofRows(['not-an-object'], always), {promise: 'What is no row, however often it is asked for, is not written, and told.', expect: 'incomplete: unreadable'}),
	...lines(ofRows(['proto', 'lone-surrogates', 'control-characters', 'formulas', 'long-text', 'extra-fields', 'missing-fields'], once), {promise: asItCame, expect: 'complete'}),
	...lines([{fault: 'rows', how: 'control-characters', count: 100}], {promise: asItCame, expect: 'complete'}),
	...lines(ofRows(['rows-null', 'rows-missing'], once), {promise: 'A page without a list of rows that is not the last one is asked for again.', expect: 'complete'}),
	...lines(ofRows(['rows-null', 'rows-missing'], always), {promise: 'Pages that stay without a list of rows are told.', expect: 'incomplete: unreadable', except: {totals: 'incomplete: total_mismatch'}}),
	...lines(ofRows(['rows-object'], once), {promise: 'Rows that are no array end the run.', expect: 'fails 1'}),
];

export const envelope: readonly Expectation[] = [
	...lines([{fault: 'envelope', how: 'code-as-string'}], {promise: 'A code in digits is one.', expect: 'complete'}),
	...lines([{fault: 'envelope', how: 'code-missing', ...once}], {promise: 'An answer without a code is no success: it is asked for again, or ends the run.', expect: 'complete', except: {'event cursor': 'complete', 'console': 'fails 1'}}),
	...lines([{fault: 'envelope', how: 'code-missing'}], {promise: 'An answer without a code is no success.', expect: 'fails 1'}),
	...lines([{fault: 'envelope', how: 'code-unknown', ...once}, {fault: 'envelope', how: 'message-hostile', ...once}, {fault: 'envelope', how: 'error-with-200', ...once}], {promise: 'A code that says failure ends the run, whatever the status; its message is told without what drives a terminal; what a console says of a cursor has its window read again in pieces.', expect: 'fails 1', except: {'event cursor': 'complete'}}),
	...lines(['data-null', 'data-missing', 'data-array'].map(how => ({fault: 'envelope', how, ...once})), {
		promise: 'A success without a place for rows is asked for again, or ends the run where it also lacks a documented total.', expect: 'complete', except: {'trae': 'fails 1', 'user token': 'fails 1'},
	}),
	...lines(['data-null', 'data-missing', 'data-array'].map(how => ({fault: 'envelope', how, ...always})), {
		promise: 'Successes that stay without a place for rows end the run. The console may mean that there is nothing: that is taken so with a warning, for nobody can tell, unless the page before says that there is more, or rows of that window came before.',
		expect: 'fails 1', except: {'event cursor': 'fails 1', 'client page': 'as served', 'console': 'incomplete: unstable'},
	}),
	...lines([{fault: 'envelope', how: 'success-with-error-status', ...once}], {promise: 'A success under HTTP 500 is none: it is asked for again.', expect: 'complete'}),
];
