import {stepMs} from '../sources/range.ts';
import {
	askBeyond, askPage, fits, isMeaningKnown, learnMeaning, pageRowsOf, partOf, reachOf, type CappedReader, type CountedPage, type Part,
} from './capped-page.ts';
import {offsetOf} from './offset-meaning.ts';
import {splitWindow, type AskedRange, type Window} from './windows.ts';

/** A piece of a window that one query reads, as far as planning it has told. */
export interface Stretch {
	readonly kind: 'stretch';
	readonly part: Part;
	/** Pages to read. */
	readonly pages: number;
	/** Rows in a full page. */
	readonly size: number;
	/** Pages of the part that planning has asked for already, by their place from 0. */
	readonly known: ReadonlyMap<number, Promise<CountedPage>>;
	/**
	 * Pages that were asked for with a longer range, by their place. They are pages of the part as well, for rows come oldest
	 * first; but the last one has rows of later times, too, and what they state is the total of more.
	 */
	readonly borrowed: ReadonlyMap<number, CountedPage>;
	/** The longest range that a page is asked for with. */
	readonly within: AskedRange;
}

/** An instant with more rows than a query reaches. */
export interface CrowdedInstant {
	readonly kind: 'instant';
	readonly window: Window;
}

/** A piece of a window that states more rows than a query reaches, and does not have them where they should be. */
export interface Doubtful {
	readonly kind: 'doubtful';
	readonly window: Window;
}

/** A part with its page 0. */
interface Begun {
	readonly part: Part;
	readonly page: CountedPage;
}

/**
 * Cuts a window into stretches that a query can read, oldest first. Rows come oldest first, so the last page within reach
 * tells up to which time everything is; the next stretch starts there, and that page is one of this stretch. Where it
 * holds a single time, or the order does not hold, a part is asked for from its start instead.
 */
export async function* stretchesOf(
	window: Window, reader: CappedReader,
): AsyncGenerator<Stretch | CrowdedInstant | Doubtful, void, undefined> {
	try {
		yield* cut(window, reader);
	} finally {
		await reader.learned.learningEnd;
	}
}

/** @param begun the window as a part with its page 0, where that was asked for already */
async function* cut(
	window: Window, reader: CappedReader, begun?: Begun,
): AsyncGenerator<Stretch | CrowdedInstant | Doubtful, void, undefined> {
	const {
		source: {range}, pagination: {cap},
	} = reader;
	/** Rows from here on, as far as an honest total tells: whether page 0 or the last page within reach is asked first. */
	let expected = 0;
	let start = begun;
	for (let {from} = window; from < window.to;) {
		const part = start?.part ?? partOf({from, to: window.to}, reader);
		let first = start?.page ?? (expected < cap ? await askPage(part, 0, reader) : undefined);
		start = undefined;
		if (first !== undefined && fits(first.total, reader, pageRowsOf(first, reader))) {
			yield wholeStretch(part, first);
			return;
		}
		// A server may serve smaller pages than asked for.
		reader.learned.pageRows = first?.records.length ?? reader.learned.pageRows;
		const size = Math.max(1, reader.learned.pageRows ?? reader.pageSize);
		const pages = Math.max(1, Math.floor(reachOf(reader) / size));
		const {second, last} = await askLast(part, {first, size, pages}, reader);
		if (fits(last.total, reader)) {
			first ??= await askPage(part, 0, reader);
			// Page 0 may have stated far more than there is: that many pages would take for ever. That they differ is noticed.
			yield wholeStretch(part, first, {
				more: first.records.length === size ? [[pages - 1, last]] : [], total: Math.min(first.total, last.total),
			});
			return;
		}
		if (last.records.length === 0) {
			// To cut it would only lead to ever smaller parts that state as much.
			yield {kind: 'doubtful', window: {from, to: window.to}};
			return;
		}
		expected = last.total === cap ? Infinity : last.total - cap;
		const reached = reachedBy(part, {first, last, size});
		if (reached !== undefined) {
			const own = await learnEnd(cutShort(part, reached, reader), offsetOf(pages - 1, size, reader.learned.meaning ?? 'rows'), reader);
			const borrowed = [[0, first], [1, second], [pages - 1, own === undefined ? last : undefined]] as const;
			yield {
				kind: 'stretch', part: own?.part ?? cutShort(part, reached, reader), pages, size, within: part.asked,
				known: new Map(own === undefined ? [] : [[pages - 1, own.page]]),
				borrowed: new Map(borrowed.flatMap(([index, page]) => page === undefined ? [] : [[index, page]])),
			};
			from = reached;
			continue;
		}
		const to = await narrowedTo(part, {first, last}, reader);
		if (to !== undefined) {
			yield* cut({from, to}, reader, await begin({from, to}, reader));
			from = to;
		} else if (isSame(part.asked, partOf(part, reader).asked)) {
			const instant = {from, to: Math.min(from + stepMs(range), window.to)};
			yield {kind: 'instant', window: instant};
			from = instant.to;
		}
		// Otherwise an end has turned out to be inclusive: asked again without the unit beyond it, more is in reach.
	}
}

/** A part of which less is asked for. Its start stays as it was asked for: pages count from there. */
export function cutShort({from, asked: {start}}: Part, to: number, reader: CappedReader): Part {
	return {from, to, asked: {start, end: partOf({from, to}, reader).asked.end}};
}

/** @param options `total`: rows to read pages for. Default: those that page 0 states */
function wholeStretch(
	part: Part, first: CountedPage,
	{more = [], total = first.total}: {more?: ReadonlyArray<readonly [number, CountedPage]>; total?: number} = {},
): Stretch {
	const {
		records: {length: size},
	} = first;
	const known = [[0, first] as const, ...more].map(([index, page]): [number, Promise<CountedPage>] => [index, Promise.resolve(page)]);
	return {
		kind: 'stretch', part, pages: size === 0 ? 1 : Math.max(1, Math.ceil(total / size)), size, known: new Map(known), borrowed: new Map(),
		within: part.asked,
	};
}

function isSame(one: AskedRange, other: AskedRange): boolean {
	return one.start === other.start && one.end === other.end;
}

/** Asks for page 0 of a part, and again where it shows that an end is inclusive: beyond it may be a crowd. */
async function begin(window: Window, reader: CappedReader): Promise<Begun> {
	const part = partOf(window, reader);
	const page = await askPage(part, 0, reader);
	const exact = partOf(window, reader);
	return isSame(part.asked, exact.asked) ? {part, page} : {part: exact, page: await askPage(exact, 0, reader)};
}

/**
 * Asks for the last page within reach. Where it is not known yet what the offset counts, that page tells, too: counted in
 * pages, its offset lies far beyond the cap.
 */
async function askLast(
	part: Part, {first, size, pages}: {first: CountedPage | undefined; size: number; pages: number}, reader: CappedReader,
): Promise<{second?: CountedPage | undefined; last: CountedPage}> {
	const {learned} = reader;
	if (first !== undefined && pages > 1 && !await isMeaningKnown(reader)) {
		const asking = askBeyond(part, offsetOf(pages - 1, size, 'rows'), reader);
		learned.learning = asking.then(() => undefined, () => undefined);
		const last = await asking;
		if (last !== undefined && last.records.length > 0) {
			learned.meaning ??= 'rows';
			return {last};
		}
	}
	const second = first === undefined ? undefined : await learnMeaning(part, first, reader);
	return {second, last: await askPage(part, offsetOf(pages - 1, size, learned.meaning ?? 'rows'), reader)};
}

/**
 * Finds out whether the end of a range is part of it: otherwise the totals of parts say nothing certain. The first
 * stretch of a run asks for its own last page for that and does not wait; what follows does.
 * @param offset that of the last page, on which rows of the end would show
 */
async function learnEnd(part: Part, offset: number, reader: CappedReader): Promise<{part: Part; page: Promise<CountedPage>} | undefined> {
	const {source: {range: {endBound}}, learned} = reader;
	if (endBound !== 'unknown' || learned.endInclusive || learned.endExclusive) return undefined;
	if (learned.learningEnd !== undefined) {
		await learned.learningEnd;
		return undefined;
	}
	const page = askPage(part, offset, reader);
	const finish = async () => {
		// A failure surfaces with the page.
		const [{status}] = await Promise.allSettled([page]);
		if (status === 'fulfilled') learned.endExclusive = !learned.endInclusive;
	};
	learned.learningEnd = finish();
	return {part, page};
}

/**
 * The time before which every row of the asked range is within reach: that of the last row. Undefined where the pages
 * do not show rows oldest first, or where so many rows have that time that most of what was read would be read again.
 */
function reachedBy(
	{from, to}: Part, {first, last, size}: {first: CountedPage | undefined; last: CountedPage; size: number},
): number | undefined {
	const lastTimes = timesOf(last);
	const latest = lastTimes.at(-1);
	if (latest === undefined || last.records.length < size || !isAscending([...(first === undefined ? [] : timesOf(first)), ...lastTimes]))
		return undefined;
	return latest > (lastTimes[0] ?? latest) && latest > from && latest < to ? latest : undefined;
}

/**
 * The end of a part that starts like `part` and should fit under the cap; undefined where the first instant alone is
 * too much. Where rows do not come oldest first, or have times that cannot be, time is halved.
 */
async function narrowedTo(
	part: Part, {first, last}: {first: CountedPage | undefined; last: CountedPage}, reader: CappedReader,
): Promise<number | undefined> {
	const {
		source: {range}, learned,
	} = reader;
	const unitMs = stepMs(range);
	const lastTimes = timesOf(last);
	// A page of one crowded instant says nothing about the order, nor whether the instant before is asked for as well.
	const start =
		first ??
		(new Set(lastTimes).size > 1 || (learned.ascending === true && learned.startInclusive) ? undefined : await askPage(part, 0, reader));
	const times = [...(start === undefined ? [] : timesOf(start)), ...lastTimes];
	const latest = times.at(-1);
	const ascending = isAscending(times);
	if (ascending && latest !== times[0]) learned.ascending ??= true;
	// Rows of the latest instant itself may lie beyond reach, and an end that counts as inside brings them in whole. A time
	// beyond all that was asked for says nothing: it would stay there, however little is asked for.
	const reached = ascending && latest !== undefined && latest < (part.asked.end + 1) * range.unitMs
		? Math.min(learned.endInclusive ? latest : latest - unitMs, part.to - unitMs)
		: splitWindow(part, 2, unitMs)[0]?.to ?? part.from;
	return reached > part.from && reached < part.to ? reached : undefined;
}

/** The times of a page's rows; NaN, which nothing follows in order, where one cannot be read. */
function timesOf({records}: CountedPage): number[] {
	return records.map(({time}) => time ?? Number.NaN);
}

function isAscending(times: readonly number[]): boolean {
	return times.every((time, index) => index === 0 ? !Number.isNaN(time) : time >= (times[index - 1] ?? time));
}
