import type {AuditRecord} from '../base/record.ts';
import {formatUtc} from '../base/timezone.ts';
import {stepMs} from '../sources/range.ts';
import {
	askPage, fits, learnMeaning, pageRowsOf, pagesUpTo, partOf, reachOf, type CappedReader, type CountedPage, type FittingInputs, type Part,
	askPastEnd, endsFull,
} from './capped-page.ts';
import {ahead, roomFor} from './lanes.ts';
import {offsetOf} from './offset-meaning.ts';
import type {WindowReport} from './problems.ts';
import {compareTotal, isMoved, type ReadingOutcome, type Turn} from './read-window.ts';
import type {SeenRows} from './seen-rows.ts';
import {Sieve} from './sieve.ts';
import {type Window, splitWindow} from './windows.ts';

type Records = AsyncGenerator<AuditRecord[], void, undefined>;

/** How far one query got into a crowded instant. */
interface Reach {
	/** Every row of the instant that the query selects was delivered. */
	readonly whole: boolean;
	/** Distinct rows delivered, neighbouring instants included. */
	readonly delivered: number;
	/** Of those, rows of the instant that nothing before had brought. */
	readonly written: number;
}

/**
 * Reads one instant that holds more rows than a query reaches: by log type (or whatever the source splits by) where that
 * helps, and else as far as the query reaches. What stays behind goes into the report.
 */
export async function* readInstant(instant: Window, reader: CappedReader, {report, seen, readFitting}: {
	report: WindowReport;
	seen: SeenRows;
	readFitting: (part: Part, inputs: FittingInputs) => Records;
}): Records {
	const {source, pagination: {cap}} = reader;
	const part = partOf(instant, reader);
	const first = await askPage(part, 0, reader);
	if (fits(first.total, reader, pageRowsOf(first, reader))) {
		yield* readFitting(part, {first, reader, report, seen});
		return;
	}
	if (passes(part, first, reader)) {
		const {kept} = new Sieve({window: part, asked: part.asked, source, report, seen}).sift(first);
		if (kept.length > 0) yield kept;
		return;
	}
	const saturated = first.total === cap;
	let delivered = 0;
	let partsWhole = false;
	if (source.splitBy !== undefined && reader.splittable) {
		const {parameter, values} = source.splitBy;
		let selected = 0;
		partsWhole = true;
		for (const value of values) {
			const narrower: CappedReader = {...reader, narrowed: {...reader.narrowed, [parameter]: value}};
			const page = await askPage(part, 0, narrower);
			selected += page.total;
			if (fits(page.total, reader, pageRowsOf(page, reader))) {
				yield* readFitting(part, {first: page, reader: narrower, report, seen});
				delivered += page.total;
			} else {
				const reach = yield* readReachable(part, page, narrower, {report, seen});
				partsWhole &&= reach.whole;
				delivered += reach.delivered;
			}
		}
		// An honest total tells whether there are rows of no listed type.
		if (!saturated && selected >= first.total) {
			if (!partsWhole) reportBehind();
			return;
		}
	}
	const reach = yield* readReachable(part, first, reader, {report, seen});
	const {written: unlisted} = reach;
	delivered = Math.max(reach.delivered, delivered + unlisted);
	// A total that may have stopped at the cap: whole parts are all there is as long as nothing else turned up.
	const whole = reach.whole || (saturated && partsWhole && unlisted === 0) || (!saturated && delivered >= first.total);
	if (!whole) reportBehind();

	function reportBehind(): void {
		const behind = saturated ? 'an unknown number of' : String(first.total - delivered);
		report.problems.push({
			kind: 'capped', since: instant.from, until: instant.to,
			detail: `${behind} rows of the instant ${formatUtc(instant.from)} stay behind: it holds ${saturated ? 'at least ' : ''}${first.total} rows, and a query reaches ${cap}`,
		});
	}
}

/** Writes what one query reaches of a crowded instant, oldest first. */
async function* readReachable(
	part: Part, first: CountedPage, reader: CappedReader, {report, seen}: {report: WindowReport; seen: SeenRows},
): AsyncGenerator<AuditRecord[], Reach, undefined> {
	const {source} = reader;
	const {written} = report;
	const sieve = new Sieve({window: part, asked: part.asked, source, report, seen, apart: reader.narrowed !== undefined});
	const {kept, rows: size} = sieve.sift(first);
	if (kept.length > 0) yield kept;
	const second = await learnMeaning(part, first, reader);
	const ask = async (index: number) =>
		index === 1 && second !== undefined ? second : askPage(part, offsetOf(index, size, reader.learned.meaning ?? 'rows'), reader);
	let passed = false;
	for await (const page of ahead(pagesUpTo(() => Math.min(first.total, reachOf(reader, size)), size), roomFor(reader.concurrency), ask)) {
		const sifted = sieve.sift(page);
		if (sifted.kept.length > 0) yield sifted.kept;
		passed = passes(part, page, reader);
		if (passed || page.records.length === 0) break;
	}
	return {whole: passed, delivered: sieve.delivered, written: report.written - written};
}

/** Whether a page shows that every row of the instant came before its end: rows come oldest first, and it has a later one. */
function passes(part: Part, {records}: CountedPage, {learned}: CappedReader): boolean {
	return learned.ascending === true && records.some(({time}) => time !== undefined && time >= part.to);
}

/** Reads a part that should fit under the cap once, its pages beside each other. */
export async function* readPart(
	part: Part, {first: known, reader, report, seen, isDoubtful = false}: FittingInputs, {isRepeated, isLast}: Turn,
): AsyncGenerator<AuditRecord[], ReadingOutcome, undefined> {
	const {source} = reader;
	const first = known ?? await askPage(part, 0, reader);
	let {total} = first;
	if (!isDoubtful && !fits(total, reader, pageRowsOf(first, reader))) {
		const parts = splitWindow(part, 2, stepMs(source.range));
		if (parts.length > 1) return {kind: 'too-many', total, parts};
	}
	const sieve = new Sieve({window: part, asked: part.asked, source, report, seen, apart: !isRepeated && reader.narrowed !== undefined});
	const {kept, rows: size} = sieve.sift(first);
	if (kept.length > 0) yield kept;
	let totalMoved = false;
	if (total > size) {
		// What moved may have moved while it was found out what the offset counts: that is found out again as well.
		const second = await learnMeaning(part, first, reader, {afresh: isRepeated || isDoubtful});
		const ask = async (index: number) =>
			index === 1 && second !== undefined ? second : askPage(part, offsetOf(index, size, reader.learned.meaning ?? 'rows'), reader);
		for await (const page of ahead(
			pagesUpTo(() => Math.min(total, reachOf(reader, size)), size), roomFor(reader.concurrency), ask,
		)) {
			totalMoved ||= page.total !== total;
			if (!isLast && isMoved(page.records, total, page.total)) break;
			({total} = page);
			const sifted = sieve.sift(page);
			if (sifted.kept.length > 0) yield sifted.kept;
			if (page.records.length === 0) break;
		}
	}
	if (endsFull(total, first, reader) && !totalMoved) {
		const page = await askPastEnd(part, {first, index: total / size}, reader);
		totalMoved = page.total !== total;
		const sifted = !isLast && isMoved(page.records, total, page.total) ? undefined : sieve.sift(page);
		({total} = page);
		if (sifted !== undefined && sifted.kept.length > 0) yield sifted.kept;
	}
	const {delivered, inside, noRows} = sieve;
	if (isDoubtful && size > 0 && delivered >= reachOf(reader, size)) {
		const parts = splitWindow(part, 2, stepMs(source.range));
		if (parts.length > 1) return {kind: 'too-many', total, parts};
	}
	// One instant that has grown while it was read: a total that stands at the cap says nothing of what lies beyond.
	if (!totalMoved && delivered + noRows === total && !fits(total, reader, pageRowsOf(first, reader))) {
		return {
			kind: 'incomplete', inside, problem: 'capped', detail: `it holds at least ${total} rows, and a query reaches ${reader.pagination.cap}`,
		};
	}
	return {...compareTotal(report, {total, totalMoved, delivered, noRows}), inside};
}
