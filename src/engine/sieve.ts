import type {AuditRecord} from '../base/record.ts';
import type {ApiAnswer} from '../base/transport.ts';
import {stepMs} from '../sources/range.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {WindowReport} from './problems.ts';
import {RecentRows, digestWords, hashText} from './recent-rows.ts';
import {rowsOf} from './rows-of.ts';
import type {AskedRange, Window} from './windows.ts';

/** Rows further apart than this are not compared where a window is read only once; page tokens do not shift. */
const rememberedRows = 50_000;

/** The contents written, beside the ids: whoever counts the ids must not count them. */
const contentsBeside = new WeakMap<Set<string>, Set<string>>();

/** The rows of one answer. */
export interface Page {
	readonly records: readonly AuditRecord[];
	/** Bytes that are not UTF-8 were replaced. */
	readonly altered: boolean;
}

/** What one page came to. */
export interface SiftedPage {
	/** Rows of the window that were not written before. */
	readonly kept: AuditRecord[];
	/** Rows in the page. */
	readonly rows: number;
	/** Of those, rows that no earlier page of this reading held. */
	readonly fresh: number;
}

/**
 * Takes the pages of one reading of one window and lets through what belongs to the output: rows of `[from, to)`, each
 * once. Counts what the API delivered and what was strange about it.
 */
export class Sieve {
	/** Distinct rows delivered, those beyond the window included: what a stated total is compared with. */
	delivered = 0;
	/** Of those, rows of the window. */
	inside = 0;
	/** Entries that are no rows: not delivered, though a stated total may count them. */
	noRows = 0;
	readonly #window: Window;
	readonly #asked: AskedRange;
	readonly #source: SourceDefinition;
	readonly #report: WindowReport;
	readonly #written: Set<string> | undefined;
	readonly #repeated: boolean;
	readonly #seen: RecentRows;
	/** How often this reading held a row of this content. */
	readonly #equals = new Map<string, number>();

	constructor({window, asked, source, report, written, repeated}: {
		window: Window;
		/** The range that is asked for, in the source's units. */
		asked: AskedRange;
		source: SourceDefinition;
		report: WindowReport;
		/** What earlier readings of this window wrote, filled by this one; undefined where a window is read once. */
		written: Set<string> | undefined;
		/** An earlier reading of this window wrote its rows. */
		repeated: boolean;
	}) {
		this.#window = window;
		this.#asked = asked;
		this.#source = source;
		this.#report = report;
		this.#written = written;
		this.#repeated = repeated;
		this.#seen = new RecentRows(written === undefined ? rememberedRows : Infinity);
	}

	/**
	 * Takes the next page.
	 * @throws ApiError when the answer holds no rows where they should be.
	 */
	take(answer: ApiAnswer, label: string): SiftedPage {
		return this.sift({records: rowsOf(answer, this.#source, label), altered: answer.altered});
	}

	/** As `take`, for an answer whose rows were read already. */
	sift({records, altered}: Page): SiftedPage {
		if (altered) this.#report.oddities.altered++;
		const kept: AuditRecord[] = [];
		let fresh = 0;
		for (const record of records) {
			if (record.isRow === false) {
				this.noRows++;
				this.#report.oddities.noRows++;
				continue;
			}
			const known = record.id === undefined ? 'new' : this.#seen.add(record.id, record.text);
			if (known === 'same') {
				this.#report.duplicates++;
				continue;
			}
			fresh++;
			if (known === 'different') this.#report.oddities.ambiguous++;
			if (this.#belongs(record, known === 'different')) kept.push(record);
		}
		this.delivered += fresh;
		return {kept, rows: records.length, fresh};
	}

	#belongs({id, time, text}: AuditRecord, ambiguous: boolean): boolean {
		if ((id === undefined && this.#source.id !== null) || time === undefined) this.#report.oddities.unreadable++;
		if (time !== undefined && (time < this.#window.from || time >= this.#window.to)) {
			const {range} = this.#source;
			const {unitMs} = range;
			// A row's time may be cut to a coarser unit than it was asked with.
			if (time < (this.#asked.start + 1) * unitMs - stepMs(range) || time >= (this.#asked.end + 1) * unitMs) this.#report.oddities.outOfRange++;
			return false;
		}
		this.inside++;
		if (this.#written === undefined) return true;
		const key = this.#contentKey(text);
		const contents = contentsBeside.get(this.#written) ?? new Set<string>();
		contentsBeside.set(this.#written, contents);
		const isKnown = contents.has(key);
		// Of an id that an earlier reading brought with another content, this one is written beside it, and told.
		if (!isKnown && !ambiguous && id !== undefined && this.#written.has(id)) this.#report.oddities.ambiguous++;
		contents.add(key);
		if (id !== undefined) this.#written.add(id);
		// Equal rows without an id in other parts of a window are other rows; only those of an earlier reading are the same.
		return !isKnown || (id === undefined && !this.#repeated);
	}

	/** Stands for the n-th row of this content in one reading, which is the n-th of another. */
	#contentKey(text: string): string {
		const digest = new Int32Array(digestWords);
		hashText(text, digest);
		const content = digest.join(' ');
		const count = (this.#equals.get(content) ?? 0) + 1;
		this.#equals.set(content, count);
		return `${count} ${content}`;
	}
}
