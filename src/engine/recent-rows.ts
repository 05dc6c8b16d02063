import {hash} from 'node:crypto';
import type {AuditRecord} from '../base/record.ts';

/** Such rows are rare, and those of neighbouring windows come close together. */
const rememberedRows = 50_000;

/**
 * Rows whose time cannot be read. Which window they belong to cannot be told, so each that is served one takes it; and
 * windows ask a little beyond their ends, where a row is served to two.
 */
export class TimelessRows {
	readonly #seen = new RecentRows(rememberedRows);

	/** The records without those that were among earlier ones, with the same identity, the same content and no time. */
	fresh(records: readonly AuditRecord[]): readonly AuditRecord[] {
		const isFresh = ({id, time, text}: AuditRecord) => time !== undefined || id === undefined || this.#seen.add(id, text) !== 'same';
		return records.every(({time}) => time !== undefined) ? records : records.filter(isFresh);
	}
}

/** Numbers of 32 bits in a digest. */
export const digestWords = 4;

/** No text in UTF-8 holds this byte. */
const notUtf8 = Buffer.of(0xff);

/**
 * Puts 128 bits of SHA-256 over a text into `into[at]` and the three places behind it, to tell whether the text came
 * before. Rows are dropped on the strength of it, so nothing weaker will do: whoever chooses the texts would find two
 * that are taken for one.
 */
export function hashText(text: string, into: Int32Array, at = 0): void {
	// As UTF-8, all halves of surrogate pairs would become the same U+FFFD.
	const bytes = text.isWellFormed() ? text : Buffer.concat([notUtf8, Buffer.from(text, 'utf16le')]);
	const digest = hash('sha256', bytes, 'buffer');
	for (let word = 0; word < digestWords; word++) into[at + word] = digest.readInt32LE(word * 4);
}

/** Numbers per row: a digest of the identity, and one of the text. */
const rowWords = 2 * digestWords;

const firstSlots = 256;

/** Beyond this share of its places a table grows. */
const fullest = 0.8;

/**
 * The rows seen last, by identity and text: at least the last `capacity` different ones, at most twice as many. Of each
 * only digests are kept, in flat tables: a million strings that come and go would cost the garbage collector more than
 * all the rest of a row, and the process more memory than all the rest of a run.
 */
export class RecentRows {
	readonly #capacity: number;
	/** Rows are put into the first; when it is full, it takes the place of the second. */
	#newer = new RowTable();
	#older = new RowTable();

	constructor(capacity: number) {
		this.#capacity = capacity;
	}

	/** Remembers a row: `new`, the `same` as one seen before, or `different` content under a known identity. */
	add(id: string, text: string): 'new' | 'same' | 'different' {
		hashText(id, row, 0);
		hashText(text, row, digestWords);
		// Zero marks a place that is free.
		if (row[0] === 0) row[0] = 1;
		const known = this.#newer.find() ?? this.#older.find();
		if (known !== undefined) return known;
		if (this.#newer.size >= this.#capacity) {
			[this.#newer, this.#older] = [this.#older, this.#newer];
			this.#newer.clear();
		}
		this.#newer.add();
		return 'new';
	}
}

/** The row in question; passed on here because an object for every row would have to be collected again. */
const row = new Int32Array(rowWords);

/** A hash table with open addressing that grows as rows come in. Asks and takes the row in `row`. */
class RowTable {
	size = 0;
	#slots = firstSlots;
	#words = new Int32Array(firstSlots * rowWords);

	find(): 'same' | 'different' | undefined {
		const at = this.#place(row, 0);
		if (this.#isFree(at)) return undefined;
		return this.#isEqual(at + digestWords, row, digestWords) ? 'same' : 'different';
	}

	add(): void {
		if (this.size >= this.#slots * fullest) this.#grow();
		this.#words.set(row, this.#place(row, 0));
		this.size++;
	}

	clear(): void {
		this.#words.fill(0);
		this.size = 0;
	}

	/** Where the row with the identity at `words[from]` stands, or would stand. */
	#place(words: Int32Array, from: number): number {
		let at = ((words[from] ?? 0) & (this.#slots - 1)) * rowWords;
		while (!this.#isFree(at) && !this.#isEqual(at, words, from)) at = (at + rowWords) % this.#words.length;
		return at;
	}

	/** Whether the digest at this place is the one at `words[from]`. */
	#isEqual(at: number, words: Int32Array, from: number): boolean {
		for (let word = 0; word < digestWords; word++) if (this.#words[at + word] !== words[from + word]) return false;
		return true;
	}

	#isFree(at: number): boolean {
		return this.#words[at] === 0;
	}

	#grow(): void {
		const old = this.#words;
		this.#slots *= 2;
		this.#words = new Int32Array(this.#slots * rowWords);
		for (let from = 0; from < old.length; from += rowWords) {
			if (old[from] !== 0) this.#words.set(old.subarray(from, from + rowWords), this.#place(old, from));
		}
	}
}
