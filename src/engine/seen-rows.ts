import {hash} from 'node:crypto';
import type {AuditRecord} from '../base/record.ts';

/** Numbers of 32 bits in a digest. */
const digestWords = 4;

/** No text in UTF-8 holds this byte. */
const notUtf8 = Buffer.of(0xff);

/**
 * The SHA-256 of a text, a character for each byte (a buffer costs three times as much), to tell whether the text came before. Rows are dropped on the strength of it, so nothing weaker
 * will do: whoever chooses the texts would find two that are taken for one.
 * @param salt goes before the text
 */
export function digestOf(text: string, salt = ''): string {
	// As UTF-8, all halves of surrogate pairs would become the same U+FFFD.
	return hash('sha256', text.isWellFormed() ? salt + text : Buffer.concat([notUtf8, Buffer.from(salt + text, 'utf16le')]), 'binary');
}

/** 32 bits of a digest, from this place on. */
export function wordOf(digest: string, at: number): number {
	return digest.charCodeAt(at) | (digest.charCodeAt(at + 1) << 8) | (digest.charCodeAt(at + 2) << 16) | (digest.charCodeAt(at + 3) << 24);
}

const firstSlots = 256;

/** Beyond this share of its places a table grows. */
const fullest = 0.8;

/**
 * Numbers for each of many texts, by 128 bits of their digests, in a flat table: a million strings that come and go would
 * cost the garbage collector more than all the rest of a row, and the process more memory than all the rest of a run.
 */
class DigestTable {
	/** Numbers and digests, one behind the other; `place` says where. */
	words: Int32Array;
	readonly #width: number;
	#slots = firstSlots;
	#size = 0;

	/** @param values numbers for each text */
	constructor(values: number) {
		this.#width = digestWords + values;
		this.words = new Int32Array(firstSlots * this.#width);
	}

	/** Where in `words` the numbers of a text stand, all of them 0 for one that was not asked for before. */
	place(text: string): number {
		const digest = digestOf(text);
		for (let word = 0; word < digestWords; word++) wanted[word] = wordOf(digest, word * 4);
		// Zero marks a place that is free.
		if (wanted[0] === 0) wanted[0] = 1;
		let at = this.#find(wanted, 0);
		if (this.words[at] === 0) {
			if (this.#size >= this.#slots * fullest) {
				this.#grow();
				at = this.#find(wanted, 0);
			}
			this.words.set(wanted, at);
			this.#size++;
		}
		return at + digestWords;
	}

	/** The places of all texts. */
	* places(): Generator<number, void, undefined> {
		for (let at = 0; at < this.words.length; at += this.#width) if (this.words[at] !== 0) yield at + digestWords;
	}

	#find(words: Int32Array, from: number): number {
		let at = ((words[from] ?? 0) & (this.#slots - 1)) * this.#width;
		while (this.words[at] !== 0 && !this.#isEqual(at, words, from)) at = (at + this.#width) % this.words.length;
		return at;
	}

	#isEqual(at: number, words: Int32Array, from: number): boolean {
		for (let word = 0; word < digestWords; word++) if (this.words[at + word] !== words[from + word]) return false;
		return true;
	}

	#grow(): void {
		const old = this.words;
		this.#slots *= 2;
		this.words = new Int32Array(this.#slots * this.#width);
		for (let from = 0; from < old.length; from += this.#width) {
			if (old[from] !== 0) this.words.set(old.subarray(from, from + this.#width), this.#find(old, from));
		}
	}
}

/** The digest in question; an object for every row would have to be collected again. */
const wanted = new Int32Array(digestWords);

/**
 * What a row is beside those before it:
 * - `new`; `other`: new, and another content of an id of this reading; `changed`: of one that only earlier readings had;
 * - `known`: an earlier reading had it; `known-other`: and this one has another content of its id;
 * - `repeat`: this reading had it.
 */
export type Seen = 'new' | 'other' | 'changed' | 'known' | 'known-other' | 'repeat';

/**
 * The rows of one range, through any number of readings of it, without a limit. A row with an id is the same as another
 * when their texts are. Readings of rows without an id are multisets: the n-th of one is the n-th of another.
 */
export class SeenRows {
	/** Of texts with an id, and of ids: twice the number of the reading that had them last, and 1 more once one was kept. */
	readonly #texts = new DigestTable(1);
	readonly #ids = new DigestTable(1);
	/** Of texts without an id: how many were kept, and how many this reading has had. */
	readonly #withoutId = new DigestTable(2);
	#reading = 1;

	/** Begins another reading. @param options.apart its rows without an id are other rows than those before. Default false */
	begin({apart = false}: {apart?: boolean} = {}): void {
		this.#reading++;
		const {words} = this.#withoutId;
		for (const at of this.#withoutId.places()) words[at + 1] = apart ? words[at] ?? 0 : 0;
	}

	/**
	 * Takes the next row of this reading.
	 * @param isKept whether it is one to be kept; others are only told from each other
	 */
	add({id, text}: AuditRecord, isKept = true): Seen {
		if (id === undefined) return isKept ? this.#addWithoutId(text) : 'new';
		const place = this.#texts.place(text);
		const before = this.#texts.words[place] ?? 0;
		if (before >> 1 === this.#reading) return 'repeat';
		const idPlace = this.#ids.place(id);
		const idBefore = this.#ids.words[idPlace] ?? 0;
		this.#texts.words[place] = this.#mark(before, isKept);
		this.#ids.words[idPlace] = this.#mark(idBefore, isKept);
		const isOther = idBefore >> 1 === this.#reading;
		if ((before & 1) === 1) return isOther ? 'known-other' : 'known';
		return isOther ? 'other' : (idBefore & 1) === 1 ? 'changed' : 'new';
	}

	#addWithoutId(text: string): Seen {
		const place = this.#withoutId.place(text);
		const {words} = this.#withoutId;
		const count = (words[place + 1] ?? 0) + 1;
		words[place + 1] = count;
		if (count <= (words[place] ?? 0)) return 'known';
		words[place] = count;
		return 'new';
	}

	#mark(before: number, isKept: boolean): number {
		return (this.#reading << 1) | (before & 1) | (isKept ? 1 : 0);
	}
}

/** Such rows are rare, and each is told: beyond so many, memory starts afresh. */
const mostTimeless = 1_000_000;

/**
 * Rows whose time cannot be read. Which window they belong to cannot be told, so each that is served one takes it; and
 * windows ask a little beyond their ends, where a row is served to two.
 */
export class TimelessRows {
	#seen = new SeenRows();
	#count = 0;

	/** The records without those that were among earlier ones, with the same identity, the same content and no time. */
	fresh(records: readonly AuditRecord[]): readonly AuditRecord[] {
		return records.every(({time}) => time !== undefined) ? records : records.filter(record => this.#isFresh(record));
	}

	#isFresh(record: AuditRecord): boolean {
		if (record.time !== undefined || record.id === undefined) return true;
		if (this.#seen.add(record) === 'repeat') return false;
		if (++this.#count % mostTimeless === 0) this.#seen = new SeenRows();
		return true;
	}
}
