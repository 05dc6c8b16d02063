import {isAscii, isUtf8} from 'node:buffer';
import {toRecord} from '../../engine/rows-of.ts';
import {formatUtc} from '../../base/timezone.ts';
import type {AuditRecord} from '../../base/record.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import type {FindingKind} from './finding.ts';
import {hashText, type RowHashes} from './id-index.ts';
import {lineFeed, LineSplitter} from '../lines.ts';
import type {ListedSegment} from '../layout.ts';

/** What is wrong with the rows of a segment; one of each kind at most. */
export interface RowProblem {
	readonly kind: Extract<FindingKind, 'unreadable' | 'count' | 'out_of_window' | 'order'>;
	readonly detail: string;
}

/** Told each row in order, counted from 1; undefined for one that is no JSON. */
export type RowVisitor = (record: AuditRecord | undefined, row: number) => void;

/**
 * How the rows of a source are decoded. As Latin-1, which costs nothing, JSON is valid exactly when it is as UTF-8, as long
 * as the bytes are UTF-8 at all: that does where ids and times are found, and read, by ASCII alone.
 */
function encodingOf(source: SourceDefinition | undefined): 'latin1' | 'utf8' {
	return source === undefined || (source.readTime === undefined && isAscii(Buffer.from(`${source.id ?? ''}${source.time}`)))
		? 'latin1'
		: 'utf8';
}

/** An id as people know it, from a record that a `RowReader` gave. */
export function shownId(id: string, source: SourceDefinition): string {
	return Buffer.from(id, encodingOf(source)).toString();
}

/** After so many rows that are no JSON the others are only counted: half a gigabyte of line ends would take hours. */
const mostUnreadable = 10_000;

/** Takes the rows of a segment apart, as cheaply as possible: the records' texts and ids may be bytes written as characters. */
export class RowReader {
	rows = 0;
	/** The first row with bytes that are not UTF-8, or shortly before it. */
	notUtf8: number | undefined;
	/** The last row lacks its line feed. */
	unfinished = false;
	#unreadable = 0;
	readonly #splitter = new LineSplitter();
	readonly #source: SourceDefinition | undefined;
	readonly #encoding: 'latin1' | 'utf8';
	readonly #visit: RowVisitor;

	/** Without a source, ids and times stay unknown. */
	constructor(source: SourceDefinition | undefined, visit: RowVisitor) {
		this.#source = source;
		this.#encoding = encodingOf(source);
		this.#visit = visit;
	}

	/** Takes the next bytes of a segment. */
	push(chunk: Buffer): void {
		for (const lines of this.#splitter.push(chunk)) this.#read(lines);
	}

	/** Whether a row is under way that is longer than any row may be. */
	get isEndless(): boolean {
		return this.#splitter.isEndless;
	}

	/** Whether rows were only counted, because too many before them are no JSON. */
	get isHopeless(): boolean {
		return this.#unreadable >= mostUnreadable;
	}

	end(): void {
		const rest = this.#splitter.rest();
		this.unfinished = rest.length > 0;
		if (this.unfinished) this.#read(rest);
	}

	#read(lines: Buffer): void {
		if (this.notUtf8 === undefined && !isUtf8(lines)) this.notUtf8 = this.rows + 1;
		if (this.isHopeless) {
			for (const byte of lines) if (byte === lineFeed) this.rows++;
			if (lines.at(-1) !== lineFeed) this.rows++;
			return;
		}
		const text = lines.toString(this.#encoding);
		for (let start = 0; start < text.length;) {
			const feed = text.indexOf('\n', start);
			const end = feed < 0 ? text.length : feed;
			this.rows++;
			if (!this.isHopeless) {
				const record = this.#recordOf(text.slice(start, end));
				if (record === undefined) this.#unreadable++;
				this.#visit(record, this.rows);
			}
			start = end + 1;
		}
	}

	#recordOf(text: string): AuditRecord | undefined {
		let value: unknown;
		try {
			value = JSON.parse(text);
		} catch {
			// Whatever is wrong with it, it is no row.
			return undefined;
		}
		return this.#source === undefined ? {text, id: undefined, time: undefined} : toRecord(text, value, this.#source);
	}
}

/** Checks the rows of one segment against its line, and collects the hashes of those that have ids. */
export class RowsCheck {
	/** Of the rows that have an id, in their order; no more than the segment should have. */
	readonly hashes: RowHashes[] = [];
	/** Rows that could not be checked as the others: without an id, without a time. */
	withoutId = 0;
	withoutTime = 0;
	readonly #reader: RowReader;
	readonly #segment: ListedSegment;
	readonly #problems = new Map<RowProblem['kind'], {first: string; count: number}>();
	#latest = -Infinity;

	constructor(segment: ListedSegment, source: SourceDefinition | undefined) {
		this.#segment = segment;
		this.#reader = new RowReader(source, (record, row) => {
			this.#check(record, row);
		});
	}

	/** Takes the next bytes of the segment. */
	push(chunk: Buffer): void {
		this.#reader.push(chunk);
	}

	/** Whether there is no use in going on: a row that never ends. */
	get isEndless(): boolean {
		return this.#reader.isEndless;
	}

	/** Rows seen, and what is wrong with them. */
	end(): {rows: number; problems: RowProblem[]} {
		if (this.isEndless) this.#note('unreadable', `row ${this.#reader.rows + 1} does not end`);
		else this.#reader.end();
		const {rows, notUtf8, unfinished, isHopeless} = this.#reader;
		if (notUtf8 !== undefined) this.#note('unreadable', `bytes that are not UTF-8, from row ${notUtf8} on`);
		if (unfinished) this.#note('unreadable', 'its last row does not end with a line feed');
		const {records} = this.#segment;
		if (rows !== records) this.#note('count', `${rows} rows, not ${records}`);
		return {
			rows,
			problems: [...this.#problems].map(([kind, {first, count}]) => ({
				kind,
				detail:
					count === 1
						? first
						: `${first}, and ${count - 1} more${kind === 'unreadable' && isHopeless ? ': the rows after them were only counted' : ''}`,
			})),
		};
	}

	#check(record: AuditRecord | undefined, row: number): void {
		if (record === undefined) {
			this.#note('unreadable', `row ${row} is not JSON`);
			return;
		}
		const {id, time, text} = record;
		if (id === undefined) this.withoutId++;
		else if (this.hashes.length < this.#segment.records) this.hashes.push({id: hashText(id), content: hashText(text)});
		if (time === undefined) this.withoutTime++;
		else if (time < this.#segment.from || time >= this.#segment.to) this.#note('out_of_window', `row ${row} is of ${shownTime(time)}`);
		// Rows whose time cannot be read stand at the end; where a day was made one, at the ends of what it was made of.
		const at = time ?? (this.#segment.completes === 'day' ? this.#latest : Infinity);
		if (at < this.#latest) this.#note('order', `row ${row} is older than the row before it`);
		this.#latest = at;
	}

	#note(kind: RowProblem['kind'], detail: string): void {
		const noted = this.#problems.get(kind);
		if (noted === undefined) this.#problems.set(kind, {first: detail, count: 1});
		else noted.count++;
	}
}

function shownTime(ms: number): string {
	return Number.isNaN(new Date(ms).getTime()) ? `${ms} ms` : formatUtc(ms);
}
