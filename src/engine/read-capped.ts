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
	const {unitMs} = reader.source.range;
	for (let {from} = window; from < window.to;) {
		const part = partOf({from, to: window.to}, reader);
		const written = earlier ?? new Set<string>();
		const first = await askPage(part, 0, reader);
		if (fits(first.total, reader)) {
			yield* readFitting(part, {first, reader, report, written});
			return;
		}
		const to = await reachedBy(part, first, reader);
		if (to !== undefined) {
			const smaller: Part = {from, to, asked: {start: part.asked.start, end: partOf({from, to}, reader).asked.end}};
			// The page is the smaller part's own unless its rows reach beyond, as in a crowded instant.
			const reusable = first.records.every(({time}) => time !== undefined && time < to);
			yield* readFitting(smaller, {first: reusable ? first : undefined, reader, report, written});
			from = to;
		} else if (partOf({from, to: window.to}, reader).asked.start === part.asked.start) {
			const instant = {from, to: Math.min(from + unitMs, window.to)};
			yield* readInstant(instant, reader, {report, written, readFitting});
			from = instant.to;
		}
		// Otherwise the start has turned out to be inclusive: asked again without the unit before it, more is in reach.
	}
}

/**
 * The end of a part that starts like `part` and is sure to fit under the cap; undefined where the first instant alone is
 * too much. Rows come oldest first, so the last row within reach tells; where that order does not hold, time is halved.
 */
async function reachedBy(part: Part, first: CountedPage, reader: CappedReader): Promise<number | undefined> {
	const {unitMs} = reader.source.range;
	const size = first.records.length;
	await learnMeaning(part, first, reader);
	const last = await askPage(part, offsetOf(Math.floor(reachOf(reader) / Math.max(1, size)) - 1, size, reader.learned.meaning ?? 'rows'), reader);
	const times = [...first.records, ...last.records].map(({time}) => time ?? Number.NaN);
	const ascending = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time));
	const latest = times.at(-1);
	// Not up to the latest instant itself: an end that counts as inside would bring it in whole.
	const reached = ascending && latest !== undefined && last.records.length > 0
		? Math.min(latest - unitMs, part.to - unitMs)
		: splitWindow(part, 2, unitMs)[0]?.to ?? part.from;
	return reached > part.from && reached < part.to ? reached : undefined;
}

/** Reads a part whose total is under the cap, again where it moves, and cuts it where it has outgrown the cap. */
async function* readFitting(part: Part, {first, reader, report, written}: FittingInputs): Records {
	const outcome = yield* readUntilStill(part, {reader, report}, repeated =>
		readPart(part, {first: repeated ? undefined : first, reader, report, written}, repeated));
	if (outcome.kind === 'too-many') for (const smaller of outcome.parts) yield* readCapped(smaller, reader, report, written);
}

async function* readPart(part: Part, {first: known, reader, report, written}: FittingInputs, repeated: boolean): AsyncGenerator<AuditRecord[], ReadingOutcome, undefined> {
	const {source} = reader;
	const first = known ?? await askPage(part, 0, reader);
	// Page 0 of a longer part states that one's total; the next page states this one's.
	let total = fits(first.total, reader) ? first.total : undefined;
	if (total === undefined && known === undefined) {
		const parts = splitWindow(part, 2, source.range.unitMs);
		if (parts.length > 1) return {kind: 'too-many', parts};
	}
	const sieve = new Sieve({window: part, asked: part.asked, source, report, written, repeated});
	const {kept, rows: size} = sieve.take(first.answer, labelOf(reader));
	if (kept.length > 0) yield kept;
	let totalMoved = false;
	if (total === undefined || total > size) {
		const second = await learnMeaning(part, first, reader);
		const ask = async (index: number) => index === 1 && second !== undefined ? second : askPage(part, offsetOf(index, size, reader.learned.meaning ?? 'rows'), reader);
		for await (const page of ahead(pagesUpTo(() => total ?? reachOf(reader), size), reader.concurrency, ask)) {
			totalMoved ||= total !== undefined && page.total !== total;
			({total} = page);
			const sifted = sieve.take(page.answer, labelOf(reader));
			if (sifted.kept.length > 0) yield sifted.kept;
		}
	}
	return compareTotal({total, totalMoved, delivered: sieve.delivered});
}
