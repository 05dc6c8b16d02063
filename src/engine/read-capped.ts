import type {AuditRecord} from '../record.ts';
import {ahead} from './ahead.ts';
import {askPage, fits, labelOf, learnMeaning, pagesUpTo, partOf, reachOf, type CappedReader, type CountedPage, type FittingInputs, type Part} from './capped-page.ts';
import {offsetOf} from './offset-meaning.ts';
import type {WindowReport} from './problems.ts';
import {readInstant} from './read-instant.ts';
import {compareTotal, readUntilStill, type ReadingOutcome} from './read-window.ts';
import {Sieve} from './sieve.ts';
import {splitWindow, type Window} from './windows.ts';

type Records = AsyncGenerator<AuditRecord[], void, undefined>;

/**
 * Reads one window of an API that reaches at most `cap` rows of a query: parts that fit are read oldest first, the pages
 * of each in parallel. Where a part does not fit, the last page within reach tells up to which time it does, so that a
 * cut costs one request whatever the distribution of the rows. `earlier` holds the ids of rows written before the window
 * had to be cut.
 */
export async function* readCapped(window: Window, reader: CappedReader, report: WindowReport, earlier?: Set<string>): Records {
	const {source: {range: {unitMs}}, pagination: {cap}} = reader;
	/** Rows from here on, as far as an honest total tells: whether page 0 or the last page within reach is asked first. */
	let expected = 0;
	for (let {from} = window; from < window.to;) {
		const part = partOf({from, to: window.to}, reader);
		const written = earlier ?? new Set<string>();
		const first = expected < cap ? await askPage(part, 0, reader) : undefined;
		if (first !== undefined && fits(first.total, reader)) {
			yield* readFitting(part, {first, reader, report, written});
			return;
		}
		const last = await lastInReach(part, first, reader);
		if (fits(last.total, reader)) {
			yield* readFitting(part, {first: undefined, reader, report, written});
			return;
		}
		expected = last.total === cap ? Infinity : last.total - cap;
		const to = await reachedBy(part, {first, last}, reader);
		if (to !== undefined) {
			yield* readFitting(partOf({from, to}, reader), {first: undefined, reader, report, written});
			from = to;
		} else if (sameRange(part, partOf(part, reader))) {
			const instant = {from, to: Math.min(from + unitMs, window.to)};
			yield* readInstant(instant, reader, {report, written, readFitting});
			from = instant.to;
		}
		// Otherwise an end has turned out to be inclusive: asked again without the unit beyond it, more is in reach.
	}
}

function sameRange(one: Part, other: Part): boolean {
	return one.asked.start === other.asked.start && one.asked.end === other.asked.end;
}

/** The last page of a part that a query reaches. */
async function lastInReach(part: Part, first: CountedPage | undefined, reader: CappedReader): Promise<CountedPage> {
	if (first !== undefined) await learnMeaning(part, first, reader);
	// A server may serve smaller pages than asked for.
	reader.learned.pageRows = first?.records.length ?? reader.learned.pageRows;
	const size = Math.max(1, reader.learned.pageRows ?? reader.pageSize);
	return askPage(part, offsetOf(Math.floor(reachOf(reader) / size) - 1, size, reader.learned.meaning ?? 'rows'), reader);
}

/**
 * The end of a part that starts like `part` and is sure to fit under the cap; undefined where the first instant alone is
 * too much. Rows come oldest first, so the last row within reach tells; where that order does not hold, time is halved.
 */
async function reachedBy(part: Part, {first, last}: {first: CountedPage | undefined; last: CountedPage}, reader: CappedReader): Promise<number | undefined> {
	const {unitMs} = reader.source.range;
	const lastTimes = last.records.map(({time}) => time ?? Number.NaN);
	// A page of one crowded instant says nothing about the order.
	const start = first ?? (new Set(lastTimes).size > 1 ? undefined : await askPage(part, 0, reader));
	const times = [...start?.records.map(({time}) => time ?? Number.NaN) ?? [], ...lastTimes];
	const ascending = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time));
	const latest = times.at(-1);
	// Rows of the latest instant itself may lie beyond reach, and an end that counts as inside brings them in whole.
	const reached = ascending && latest !== undefined && last.records.length > 0
		? Math.min(reader.learned.endInclusive ? latest : latest - unitMs, part.to - unitMs)
		: splitWindow(part, 2, unitMs)[0]?.to ?? part.from;
	return reached > part.from && reached < part.to ? reached : undefined;
}

/** Reads a part whose total is under the cap, again where it moves, and cuts it where it has outgrown the cap. */
async function* readFitting(part: Part, {first, reader, report, written}: FittingInputs): Records {
	const outcome = yield* readUntilStill(part, {reader, report}, repeated => {
		// What moved may have moved while it was found out what the offset counts: that is found out again as well.
		if (repeated) reader.learned.meaning = undefined;
		return readPart(part, {first: repeated ? undefined : first, reader, report, written}, repeated);
	});
	if (outcome.kind === 'too-many') for (const smaller of outcome.parts) yield* readCapped(smaller, reader, report, written);
}

async function* readPart(part: Part, {first: known, reader, report, written}: FittingInputs, repeated: boolean): AsyncGenerator<AuditRecord[], ReadingOutcome, undefined> {
	const {source} = reader;
	const first = known ?? await askPage(part, 0, reader);
	let {total} = first;
	if (!fits(total, reader)) {
		const parts = splitWindow(part, 2, source.range.unitMs);
		if (parts.length > 1) return {kind: 'too-many', parts};
	}
	const sieve = new Sieve({window: part, asked: part.asked, source, report, written, repeated});
	const {kept, rows: size} = sieve.take(first.answer, labelOf(reader));
	if (kept.length > 0) yield kept;
	let totalMoved = false;
	if (total > size) {
		const second = await learnMeaning(part, first, reader);
		const ask = async (index: number) => index === 1 && second !== undefined ? second : askPage(part, offsetOf(index, size, reader.learned.meaning ?? 'rows'), reader);
		for await (const page of ahead(pagesUpTo(() => Math.min(total, reachOf(reader)), size), reader.concurrency, ask)) {
			totalMoved ||= page.total !== total;
			({total} = page);
			const sifted = sieve.take(page.answer, labelOf(reader));
			if (sifted.kept.length > 0) yield sifted.kept;
		}
	}
	return compareTotal(report, {total, totalMoved, delivered: sieve.delivered});
}
