import type {AuditRecord} from '../base/record.ts';
import {stepMs} from '../sources/range.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {WindowReport} from './problems.ts';
import {SeenRows, type Seen} from './seen-rows.ts';
import type {AskedRange, Window} from './windows.ts';

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
	readonly #seen: SeenRows;
	readonly #apart: boolean;
	#begun = false;

	constructor({window, asked, source, report, seen = new SeenRows(), apart = false}: {
		window: Window;
		/** The range that is asked for, in the source's units. */
		asked: AskedRange;
		source: SourceDefinition;
		report: WindowReport;
		/** The rows of earlier readings of this window; takes those of this one. Default: there were none. */
		seen?: SeenRows | undefined;
		/** Rows without an id are other rows than those of earlier readings. Default false */
		apart?: boolean;
	}) {
		this.#window = window;
		this.#asked = asked;
		this.#source = source;
		this.#report = report;
		this.#seen = seen;
		this.#apart = apart;
	}

	/** Takes the next page. */
	sift({records, altered}: Page): SiftedPage {
		if (altered) this.#report.oddities.altered++;
		// Not before the first page: readings are made ahead of their turn.
		if (!this.#begun) this.#seen.begin({apart: this.#apart});
		this.#begun = true;
		const kept: AuditRecord[] = [];
		let fresh = 0;
		for (const record of records) {
			if (record.isRow === false) {
				this.noRows++;
				this.#report.oddities.noRows++;
				continue;
			}
			const isInside = this.#isInside(record);
			const seen = this.#seen.add(record, isInside);
			if (seen === 'repeat') {
				this.#report.duplicates++;
				continue;
			}
			fresh++;
			this.#note(record, {isInside, seen});
			if (!isInside) continue;
			this.inside++;
			this.#report.inside++;
			if (seen !== 'known' && seen !== 'known-other') kept.push(record);
		}
		this.#report.written += kept.length;
		this.delivered += fresh;
		return {kept, rows: records.length, fresh};
	}

	/** A row without a readable time belongs to whatever window it was delivered to. */
	#isInside({time}: AuditRecord): boolean {
		return time === undefined || (time >= this.#window.from && time < this.#window.to);
	}

	/** Notes what is strange about a row. */
	#note({id, time}: AuditRecord, {isInside, seen}: {isInside: boolean; seen: Seen}): void {
		const {oddities} = this.#report;
		if (seen === 'other' || seen === 'known-other') oddities.ambiguous++;
		if (isInside && seen === 'changed') this.#report.changed++;
		if ((id === undefined && this.#source.id !== null) || time === undefined) oddities.unreadable++;
		if (isInside || time === undefined) return;
		const {range} = this.#source;
		const {unitMs} = range;
		// A row's time may be cut to a coarser unit than it was asked with.
		if (time < (this.#asked.start + 1) * unitMs - stepMs(range) || time >= (this.#asked.end + 1) * unitMs) oddities.outOfRange++;
	}
}
