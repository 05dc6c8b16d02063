import {randomFillSync} from 'node:crypto';
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

const unitsAtOnce = 16 * 1024;

// The primes of xxHash: multiplying by them loses nothing and spreads well.
const firstPrime = 0x9e37_79b1 | 0;

const secondPrime = 0x85eb_ca77 | 0;

/** A copy of the text; eight bytes more, so that every text can be filled up to whole rounds. */
const units = new Int32Array(unitsAtOnce / 2 + 2);

const bytes = Buffer.from(units.buffer);

/** Where every hash of this process starts: whoever knew it could write two texts that are taken for one. */
const seeds = randomFillSync(new Int32Array(2));

/**
 * Puts 64 bits over all UTF-16 units of a text into `into[at]` and `into[at + 1]`, to tell whether it came before. They
 * mean nothing to another process. Texts that differ in one round of four units only never share them.
 *
 * Reads the units out of a copy. Asking the string for one after the other costs six times as much: it may be a slice of
 * another string, of one byte or two a unit, and looks each time which it is.
 */
export function hashText(text: string, into: Int32Array, at = 0): void {
	let first = (seeds[0] ?? 0) ^ text.length;
	let second = seeds[1] ?? 0;
	for (let start = 0; start < text.length; start += unitsAtOnce) {
		let count = bytes.write(text.length <= unitsAtOnce ? text : text.slice(start, start + unitsAtOnce), 'utf16le');
		while (count % 8 !== 0) bytes[count++] = 0;
		const end = count >>> 2;
		for (let index = 0; index < end; index += 2) {
			first = Math.imul(first ^ (units[index] ?? 0), firstPrime);
			second = Math.imul(second ^ (units[index + 1] ?? 0), secondPrime);
			first = (((first << 13) | (first >>> 19)) + second) | 0;
			second ^= first >>> 15;
		}
	}
	into[at] = first;
	into[at + 1] = second;
}

/** Numbers per row: two for the identity, two for the text. */
const rowWords = 4;

const firstSlots = 256;

/** Beyond this share of its places a table grows. */
const fullest = 0.8;

/**
 * The rows seen last, by identity and text: at least the last `capacity` different ones, at most twice as many. Of each
 * only hashes are kept, in flat tables: a million strings that come and go would cost the garbage collector more than
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
		hashText(text, row, 2);
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
		return this.#words[at + 2] === row[2] && this.#words[at + 3] === row[3] ? 'same' : 'different';
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
		const first = words[from];
		const second = words[from + 1];
		let at = ((first ?? 0) & (this.#slots - 1)) * rowWords;
		while (!this.#isFree(at) && (this.#words[at] !== first || this.#words[at + 1] !== second)) at = (at + rowWords) % this.#words.length;
		return at;
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
