import type {ApiAnswer} from '../http/client.ts';
import type {AuditRecord} from '../record.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {ProblemKind, WindowReport} from './problems.ts';
import {RecentIds} from './recent-ids.ts';
import {rowsOf} from './rows-of.ts';
import type {AskedRange, Window} from './windows.ts';

/** Rows further apart than this are not compared where a window is read only once; page tokens do not shift. */
const rememberedRows = 50_000;

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
	readonly #window: Window;
	readonly #asked: AskedRange;
	readonly #source: SourceDefinition;
	readonly #range: {readonly since: number; readonly until: number};
	readonly #report: WindowReport;
	readonly #written: Set<string> | undefined;
	readonly #repeated: boolean;
	readonly #seen: RecentIds;
	readonly #strange = {unreadable: 0, outOfRange: 0, altered: 0};

	constructor({window, asked, source, range, report, written, repeated}: {
		window: Window;
		/** The range that is asked for, in the source's units. */
		asked: AskedRange;
		source: SourceDefinition;
		/** The whole export's range, in Unix milliseconds. */
		range: {readonly since: number; readonly until: number};
		report: WindowReport;
		/** Ids written by earlier readings of this window, filled by this one; undefined where a window is read once. */
		written: Set<string> | undefined;
		/** An earlier reading of this window wrote its rows. */
		repeated: boolean;
	}) {
		this.#window = window;
		this.#asked = asked;
		this.#source = source;
		this.#range = range;
		this.#report = report;
		this.#written = written;
		this.#repeated = repeated;
		this.#seen = new RecentIds(written === undefined ? rememberedRows : Infinity);
	}

	/**
	 * Takes the next page.
	 * @throws ApiError when the answer holds no rows where they should be.
	 */
	take(answer: ApiAnswer, label: string): SiftedPage {
		const page = rowsOf(answer, this.#source, label);
		if (answer.altered) this.#strange.altered++;
		const kept: AuditRecord[] = [];
		let fresh = 0;
		for (const record of page) {
			if (record.id !== undefined && !this.#seen.add(record.id)) {
				this.#report.duplicates++;
				continue;
			}
			fresh++;
			if (this.#belongs(record)) kept.push(record);
		}
		this.delivered += fresh;
		return {kept, rows: page.length, fresh};
	}

	#belongs({id, time}: AuditRecord): boolean {
		if (id === undefined || time === undefined) this.#strange.unreadable++;
		// A row without an identity cannot be told from its copy in a repeated reading.
		if (id === undefined && this.#repeated) return false;
		if (time !== undefined && (time < this.#window.from || time >= this.#window.to)) {
			const {unitMs} = this.#source.range;
			const unasked = time < this.#asked.start * unitMs || time >= (this.#asked.end + 1) * unitMs;
			if (unasked && time >= this.#range.since && time < this.#range.until) this.#strange.outOfRange++;
			return false;
		}
		if (id === undefined || this.#written === undefined) return true;
		if (this.#written.has(id)) return false;
		this.#written.add(id);
		return true;
	}

	/** Puts what was strange into the window's report. */
	finish(): void {
		const add = (kind: ProblemKind, detail: string) => {
			this.#report.problems.push({kind, since: this.#window.from, until: this.#window.to, detail});
		};
		const {unreadable, outOfRange, altered} = this.#strange;
		if (unreadable > 0) add('unreadable', `${unreadable} rows without a readable id or time were written as they are`);
		if (outOfRange > 0) add('out_of_range', `${outOfRange} rows of other times than asked for were delivered here and not written`);
		if (altered > 0) add('altered', `${altered} pages were not valid UTF-8; the bytes in question are now U+FFFD`);
	}
}
