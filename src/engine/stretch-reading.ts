import type {AuditRecord} from '../base/record.ts';
import {askPage, type CappedReader, type CountedPage, type Part} from './capped-page.ts';
import {offsetOf} from './offset-meaning.ts';
import {newReport, type WindowReport} from './problems.ts';
import {compareTotal, isMoved, type Comparison, type ReadingOutcome} from './read-window.ts';
import {SeenRows} from './seen-rows.ts';
import {Sieve} from './sieve.ts';
import {cutShort, type Stretch} from './stretches.ts';

/** How many rows a part holds, as an answer says. */
export interface Statement {
	readonly part: Part;
	readonly total: number;
}

/**
 * Takes the pages of one stretch in their order, and tells in the end whether they were everything. What it finds out
 * goes into a report of its own, which counts only when they were.
 */
export class StretchReading {
	readonly stretch: Stretch;
	readonly seen: SeenRows;
	readonly report: WindowReport = newReport();
	readonly #reader: CappedReader;
	readonly #sieve: Sieve;
	#total: number | undefined;
	#totalMoved = false;
	/** Rows have moved that cannot be told from those taken before: it will be read again, from its start. */
	#isAbandoned = false;
	/** Rows past the part: on borrowed pages, which are not in its total, and on its own, where an end turned out to be inclusive. */
	#borrowedPast = 0;
	#ownPast = 0;

	/** @param seen the rows of earlier readings of these times, where there were any */
	constructor(stretch: Stretch, reader: CappedReader, seen: SeenRows | undefined) {
		this.stretch = stretch;
		this.seen = seen ?? new SeenRows();
		this.#reader = reader;
		this.#sieve = new Sieve({window: stretch.part, asked: stretch.within, source: reader.source, report: this.report, seen: this.seen});
	}

	/** The rows of the next page that belong to the output. */
	take(page: CountedPage, index: number): AuditRecord[] {
		const {part: {to}, borrowed} = this.stretch;
		const past = page.records.filter(({time}) => time !== undefined && time >= to).length;
		if (borrowed.has(index)) {
			this.#borrowedPast += past;
		} else {
			this.#ownPast += past;
			this.#totalMoved ||= this.#total !== undefined && page.total !== this.#total;
			if (isMoved(page.records, this.#total, page.total)) this.#isAbandoned = true;
			this.#total = page.total;
		}
		if (this.#isAbandoned) return [];
		return this.#sieve.sift(page).kept;
	}

	/**
	 * Whether everything was read.
	 * @param check how many rows there are, where that was asked for again after all of the pages had come
	 */
	async outcome(check: Statement | undefined): Promise<ReadingOutcome> {
		return {...await this.#compared(check), inside: this.#sieve.inside};
	}

	async #compared(check: Statement | undefined): Promise<Comparison> {
		const {noRows} = this.#sieve;
		const delivered = this.#sieve.delivered - this.#borrowedPast;
		// Without borrowed pages there is a total; where there is not, it is asked for below.
		if (this.stretch.borrowed.size === 0 || this.#totalMoved || this.#total === delivered) {
			return compareTotal(this.report, {total: this.#total, totalMoved: this.#totalMoved, delivered, noRows});
		}
		let statement = check ?? await this.askAgain();
		// An end may turn out to be inclusive by that very answer.
		if (this.#isOutdated(statement)) statement = await this.askAgain();
		const isShorter = statement.part.asked.end < this.stretch.part.asked.end;
		return compareTotal(this.report, {
			total: statement.total, totalMoved: false, delivered: isShorter ? delivered - this.#ownPast : delivered, noRows,
		});
	}

	/** Asks how many rows there are: for the page on which rows of the end would show, if the end was inclusive. */
	async askAgain(): Promise<Statement> {
		const {part: {from, to, asked}, pages, size} = this.stretch;
		const part = cutShort({from, to, asked}, to, this.#reader);
		const {total} = await askPage(part, offsetOf(pages - 1, size, this.#reader.learned.meaning ?? 'rows'), this.#reader);
		return {part, total};
	}

	#isOutdated({part}: Statement): boolean {
		return cutShort(part, part.to, this.#reader).asked.end !== part.asked.end;
	}
}
