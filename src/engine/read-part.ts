import type {AuditRecord} from '../record.ts';
import {ahead} from './ahead.ts';
import {askPage, askPastEnd, endsFull, fits, learnMeaning, pageRowsOf, pagesUpTo, reachOf, type FittingInputs, type Part} from './capped-page.ts';
import {roomFor} from './lanes.ts';
import {offsetOf} from './offset-meaning.ts';
import {compareTotal, type ReadingOutcome} from './read-window.ts';
import {Sieve} from './sieve.ts';
import {splitWindow} from './windows.ts';

/** Reads a part that should fit under the cap once, its pages beside each other. */
export async function* readPart(part: Part, {first: known, reader, report, written, isDoubtful = false}: FittingInputs, repeated: boolean): AsyncGenerator<AuditRecord[], ReadingOutcome, undefined> {
	const {source} = reader;
	const first = known ?? await askPage(part, 0, reader);
	let {total} = first;
	if (!isDoubtful && !fits(total, reader, pageRowsOf(first, reader))) {
		const parts = splitWindow(part, 2, source.range.unitMs);
		if (parts.length > 1) return {kind: 'too-many', total, parts};
	}
	const sieve = new Sieve({window: part, asked: part.asked, source, report, written, repeated});
	const {kept, rows: size} = sieve.sift(first);
	if (kept.length > 0) yield kept;
	let totalMoved = false;
	if (total > size) {
		// What moved may have moved while it was found out what the offset counts: that is found out again as well.
		const second = await learnMeaning(part, first, reader, {afresh: repeated || isDoubtful});
		const ask = async (index: number) => index === 1 && second !== undefined ? second : askPage(part, offsetOf(index, size, reader.learned.meaning ?? 'rows'), reader);
		for await (const page of ahead(pagesUpTo(() => Math.min(total, reachOf(reader, size)), size), roomFor(reader.concurrency), ask)) {
			totalMoved ||= page.total !== total;
			({total} = page);
			const sifted = sieve.sift(page);
			if (sifted.kept.length > 0) yield sifted.kept;
			if (page.records.length === 0) break;
		}
	}
	if (endsFull(total, first, reader) && !totalMoved) {
		const page = await askPastEnd(part, {first, index: total / size}, reader);
		totalMoved = page.total !== total;
		({total} = page);
		const sifted = sieve.sift(page);
		if (sifted.kept.length > 0) yield sifted.kept;
	}
	const {delivered, inside} = sieve;
	if (isDoubtful && size > 0 && delivered >= reachOf(reader, size)) {
		const parts = splitWindow(part, 2, source.range.unitMs);
		if (parts.length > 1) return {kind: 'too-many', total, parts};
	}
	// One instant that has grown while it was read: a total that stands at the cap says nothing of what lies beyond.
	if (!totalMoved && delivered === total && !fits(total, reader, pageRowsOf(first, reader))) {
		return {kind: 'incomplete', inside, problem: 'capped', detail: `it holds at least ${total} rows, and a query reaches ${reader.pagination.cap}`};
	}
	return {...compareTotal(report, {total, totalMoved, delivered}), inside};
}
