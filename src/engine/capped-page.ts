import {ApiError} from '../base/errors.ts';
import type {AuditRecord} from '../base/record.ts';
import {valueAt, wholeNumber} from '../json/value.ts';
import type {OffsetPagination} from '../sources/pagination.ts';
import type {Lanes} from './lanes.ts';
import {isMeaningHidden, meaningOf, offsetOf, telltaleOffset, type OffsetMeaning} from './offset-meaning.ts';
import type {WindowReport} from './problems.ts';
import type {WindowReader} from './read-tokens.ts';
import {rowsOf} from './rows-of.ts';
import type {SeenRows} from './seen-rows.ts';
import type {Page} from './sieve.ts';
import {askedRange, type AskedRange, type Window} from './windows.ts';

/** Reads an API that reaches only so many rows of a query by offsets. Remembers what it finds out in the course of a run. */
export interface CappedReader extends WindowReader {
	readonly pagination: OffsetPagination;
	/** Pages under way at once. */
	readonly concurrency: number;
	/** What the windows of one export share. */
	readonly lanes: Lanes;
	readonly learned: Learned;
	readonly debug: (message: string) => void;
	/** The query is not narrowed by the user to what the source splits by. */
	readonly splittable: boolean;
	/** Parameters that narrow every query further, where one instant holds more than the cap. */
	readonly narrowed?: Readonly<Record<string, string>>;
}

/** Facts that the documentation leaves open and answers have shown. */
export interface Learned {
	/** What the offset counts. */
	meaning: OffsetMeaning | undefined;
	/** Settles when a request that finds that out has ended; undefined while none was sent. */
	learning: Promise<void> | undefined;
	/** Rows on the start of an asked range were delivered. */
	startInclusive: boolean;
	/** Rows on the end of an asked range were delivered. */
	endInclusive: boolean;
	/** Rows on the end of an asked range would have been delivered, and were not. */
	endExclusive: boolean;
	/** Settles when a request that finds that out has ended; undefined while none was sent. */
	learningEnd: Promise<void> | undefined;
	/** Whether rows come oldest first, once a page with rows of different times was seen. */
	ascending: boolean | undefined;
	/** Rows in a full page, where the API serves fewer than asked for. */
	pageRows: number | undefined;
}

/** A stretch of time with the range that all of its pages are asked with. */
export interface Part extends Window {
	readonly asked: AskedRange;
}

/** The rows of one answer and the total that it states. */
export interface CountedPage extends Page {
	readonly total: number;
}

/** The part for a window, asked as widely as what is known by now makes necessary. */
export function partOf(window: Window, {source, learned}: CappedReader): Part {
	const asked = askedRange(window, source);
	return {
		from: window.from,
		to: window.to,
		asked: {
			start: asked.start + (source.range.startBound === 'unknown' && learned.startInclusive ? 1 : 0),
			end: asked.end - (source.range.endBound === 'unknown' && learned.endInclusive ? 1 : 0),
		},
	};
}

/**
 * Rows that a query reaches in whole pages: one that would pass the cap, if it was as large as is asked for, may be refused.
 * @param size rows in a full page; default: what is known of that
 */
export function reachOf({pagination: {cap}, pageSize, learned}: CappedReader, size = learned.pageRows ?? pageSize): number {
	return (Math.max(0, Math.floor((cap - pageSize) / Math.max(1, size))) + 1) * size;
}

/** Whether a query with this total can be read past its end. A total that stands at the cap may hide more. @param size as for `reachOf` */
export function fits(total: number, reader: CappedReader, size?: number): boolean {
	return total < reader.pagination.cap && total < reachOf(reader, size);
}

/** Rows in a full page, as page 0 of a query shows: a server may serve fewer than it is asked for. */
export function pageRowsOf({records, total}: CountedPage, {pageSize}: CappedReader): number {
	return records.length > 0 && records.length < total ? records.length : pageSize;
}

/** What is read, for messages. */
export function labelOf({source}: CappedReader): string {
	return `${source.name}: ${source.endpoint.method} ${source.endpoint.path}`;
}

/**
 * Asks for one page of a part.
 * @throws ApiError when the answer states no total or holds no place for rows.
 */
export async function askPage(part: Part, offset: number, reader: CappedReader): Promise<CountedPage> {
	const {source, pagination} = reader;
	const answer = await reader.fetchPage({
		[source.range.start]: part.asked.start,
		[source.range.end]: part.asked.end,
		[pagination.sizeParameter]: reader.pageSize,
		[pagination.offsetParameter]: offset,
		...reader.narrowed,
	});
	const total = wholeNumber(valueAt(answer.body, pagination.total));
	if (total === undefined || total < 0) {
		throw new ApiError(`${labelOf(reader)}: the answer states no total (${pagination.total.join('.')})`, {
			hint: 'the API does not answer as documented; run with --debug',
		});
	}
	const records = rowsOf(answer, source, labelOf(reader));
	learn(records, part, reader);
	return {records, altered: answer.altered, total};
}

function learn(records: readonly AuditRecord[], {asked}: Part, {source: {range}, learned}: CappedReader): void {
	learned.startInclusive ||= records.some(({time}) => time === asked.start * range.unitMs);
	learned.endInclusive ||= records.some(({time}) => time === asked.end * range.unitMs);
	const times = records.flatMap(({time}) => time === undefined ? [] : [time]);
	const [first = 0] = times;
	const other = times.find(time => time !== first);
	if (other !== undefined) learned.ascending = learned.ascending !== false && other > first;
}

/** As `askPage`, for an offset that may lie beyond the cap: undefined where the API refuses that rather than answer with nothing. */
export async function askBeyond(part: Part, offset: number, reader: CappedReader): Promise<CountedPage | undefined> {
	try {
		return await askPage(part, offset, reader);
	} catch (error) {
		if (error instanceof ApiError && error.vendorCode !== undefined && error.vendorCode === reader.source.badParameter?.code)
			return undefined;
		throw error;
	}
}

/** Whether it is known what the offset counts. Waits for a window beside this one that is just finding out. */
export async function isMeaningKnown({pagination, learned}: CappedReader): Promise<boolean> {
	if (pagination.counts !== 'unknown') learned.meaning ??= pagination.counts;
	if (learned.meaning === undefined) await learned.learning;
	return learned.meaning !== undefined;
}

/**
 * Finds out what the offset counts, with one request for the whole run. In the likelier case its page is the second one
 * of the part and is returned; undefined when nothing had to be asked, or the page is of no further use.
 * @param afresh ask again, although it is known: rows may have moved while it was found out
 */
export async function learnMeaning(
	part: Part, first: CountedPage, reader: CappedReader, {afresh = false}: {afresh?: boolean} = {},
): Promise<CountedPage | undefined> {
	const {pagination, learned} = reader;
	const isKnown = await isMeaningKnown(reader);
	if ((isKnown && (!afresh || pagination.counts !== 'unknown')) || first.records.length === 0 || first.total <= first.records.length)
		return undefined;
	const asking = askForMeaning(part, first, reader);
	learned.learning = asking.then(() => undefined, () => undefined);
	const {meaning, page} = await asking;
	learned.meaning = meaning;
	reader.debug(`${labelOf(reader)}: ${pagination.offsetParameter} counts ${meaning}`);
	return page;
}

/** @param attempts how often to ask again where so many rows arrived meanwhile that the answer tells nothing */
async function askForMeaning(
	part: Part, first: CountedPage, reader: CappedReader, attempts = 3,
): Promise<{meaning: OffsetMeaning; page: CountedPage | undefined}> {
	const asked = telltaleOffset(first.records.length, reader.pagination.cap);
	const page = asked > 1 ? await askBeyond(part, asked, reader) : await askPage(part, asked, reader);
	if (page === undefined) return {meaning: 'pages', page};
	if (attempts > 0 && isMeaningHidden(asked, {rows: first.records.length, moved: page.total - first.total})) {
		return askForMeaning(part, await askPage(part, 0, reader), reader, attempts - 1);
	}
	const ids = new Set(first.records.map(({id}) => id));
	const meaning = meaningOf(asked, {rows: page.records.length, known: page.records.filter(({id}) => ids.has(id)).length});
	return {meaning, page: (asked === 1) === (meaning === 'pages') ? page : undefined};
}

/** Whether the last page of so many rows is full, and one more is within reach: a total that is too low would hide rows there. */
export function endsFull(total: number, {records: {length: size}}: CountedPage, reader: CappedReader): boolean {
	return size > 0 && total % size === 0 && (size < total || size === reader.pageSize) && total < reachOf(reader, size);
}

/** Asks for the page after a full last one, number `index` from 0. Rows of page 0 are left out. */
export async function askPastEnd(
	part: Part, {first, index}: {first: CountedPage; index: number}, reader: CappedReader,
): Promise<CountedPage> {
	// As long as it is not known what the offset counts there is only page 0, and 1 shows a row after it either way.
	const meaning = await isMeaningKnown(reader) ? reader.learned.meaning : undefined;
	const page = await askPage(part, meaning === undefined ? 1 : offsetOf(index, first.records.length, meaning), reader);
	const known = new Set(first.records.map(({text}) => text));
	return {...page, records: page.records.filter(({text}) => !known.has(text))};
}

/** What reading a part that should fit goes on with. */
export interface FittingInputs {
	/** Page 0 where it was asked for already, perhaps for a longer part with the same start. */
	readonly first: CountedPage | undefined;
	readonly reader: CappedReader;
	readonly report: WindowReport;
	/** The rows of earlier readings of these times; takes those of this one. */
	readonly seen: SeenRows;
	/** What it states may be too much: it is read as far as there are rows before it is cut. Default false. */
	readonly isDoubtful?: boolean;
}

/** Page numbers from 1 to the end of `total()` rows, which may become known with page 1 only. */
export function* pagesUpTo(total: () => number, size: number): Generator<number, void, undefined> {
	for (let index = 1; size > 0 && index * size < total(); index++) yield index;
}

/** Nothing is known yet. */
export function nothingLearned(): Learned {
	return {
		meaning: undefined, learning: undefined, startInclusive: false, endInclusive: false, endExclusive: false, learningEnd: undefined,
		ascending: undefined, pageRows: undefined,
	};
}
