import {noAnswer, type FirstAnswer} from './server-clock.ts';

/**
 * Why an export is finished but not complete:
 * - `total_mismatch`: the API stated another number of rows than it delivered;
 * - `unstable`: the number of rows kept changing while the pages were read;
 * - `ambiguous`: different rows carry the same identity; all of them are written;
 * - `unreadable`: rows without an identity or a time, written as they are; entries of a page that are no rows, not written;
 * - `out_of_range`: the API delivered rows of other times than asked for, which no window wrote;
 * - `capped`: one instant holds more rows than a query reaches, and they cannot be told apart further;
 * - `altered`: bytes that are not UTF-8 were replaced.
 */
export type ProblemKind = 'total_mismatch' | 'unstable' | 'ambiguous' | 'unreadable' | 'out_of_range' | 'capped' | 'altered';

/** One thing that is missing, capped or unreadable; `since` and `until` in Unix milliseconds. */
export interface Problem {
	readonly kind: ProblemKind;
	readonly since: number;
	readonly until: number;
	readonly detail: string;
}

/** Counts of what was strange about the rows of one window. */
export interface Oddities {
	/** Rows without a readable id or time, written as they are. */
	unreadable: number;
	/** Entries of pages that are no rows, not written. */
	noRows: number;
	/** Rows of other times than asked for, not written. */
	outOfRange: number;
	/** Rows with the id of another row but other content, written too. */
	ambiguous: number;
	/** Pages with bytes that are not UTF-8. */
	altered: number;
}

/** What reading one window found out besides its records. */
export interface WindowReport {
	readonly problems: Problem[];
	oddities: Oddities;
	/** Rows delivered more than once, written once. */
	duplicates: number;
	/** Rows that a later reading brought with another content than an earlier one, written beside it. */
	changed: number;
	/** Distinct rows of the window that its last readings brought. */
	inside: number;
	/** Rows of the window that were written, by all of its readings. */
	written: number;
	/** The number of rows that the API stated for the asked ranges of this window, all together; undefined where it states none. */
	total: number | undefined;
	/** When its first answer was served. */
	readonly answer: FirstAnswer;
}

/** A report on a window of which nothing is known yet. */
export function newReport(): WindowReport {
	return {problems: [], duplicates: 0, changed: 0, inside: 0, written: 0, oddities: noOddities(), total: undefined, answer: noAnswer()};
}

/** Nothing strange so far. */
export function noOddities(): Oddities {
	return {unreadable: 0, noRows: 0, outOfRange: 0, ambiguous: 0, altered: 0};
}

/** Every problem of a window, its oddities included. */
export function problemsOf({problems, oddities}: WindowReport, {from, to}: {readonly from: number; readonly to: number}): Problem[] {
	const rows = (count: number) => `${count} row${count === 1 ? '' : 's'}`;
	const odd: Array<[kind: ProblemKind, count: number, detail: string]> = [
		['unreadable', oddities.unreadable, `${rows(oddities.unreadable)} without a readable id or time, written as they are`],
		[
			'unreadable', oddities.noRows,
			`${oddities.noRows} entr${oddities.noRows === 1 ? 'y' : 'ies'} of the API's pages that ${oddities.noRows === 1 ? 'is no row' : 'are no rows'}, not written`,
		],
		['out_of_range', oddities.outOfRange, `${rows(oddities.outOfRange)} of other times than asked for, delivered here and not written`],
		['ambiguous', oddities.ambiguous, `${rows(oddities.ambiguous)} with the id of another row but other content, written too`],
		[
			'altered', oddities.altered,
			`${oddities.altered} page${oddities.altered === 1 ? '' : 's'} with bytes that are not UTF-8, which are now U+FFFD`,
		],
	];
	return [...problems, ...odd.filter(([, count]) => count > 0).map(([kind, , detail]) => ({kind, since: from, until: to, detail}))];
}
