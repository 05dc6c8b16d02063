import {type FileHandle, open} from 'node:fs/promises';
import type {AuditRecord} from '../base/record.ts';
import {writeFully} from '../output/block-writer.ts';
import {type MemoryPool, endAt, mostBytesOf, putRecord, recordAt, headBytes, timeAt} from './record-bytes.ts';

const readAheadBytes = 64 * 1024;

/** Reads the records of a file that `SortedRun.writeTo` wrote, one after the other. */
export class StoredRun {
	/** The next record's time, `Infinity` where it has none; undefined at the end. */
	time: number | undefined;
	/** The next record is not in memory yet: `load` must be called before anything else. */
	isDry = true;
	readonly #handle: FileHandle;
	#memory = Buffer.allocUnsafe(readAheadBytes);
	/** What of the memory is not taken yet. */
	#start = 0;
	#end = 0;

	private constructor(handle: FileHandle) {
		this.#handle = handle;
	}

	/** Opens a file; `load` comes next. */
	static async open(path: string): Promise<StoredRun> {
		return new StoredRun(await open(path));
	}

	/** Takes the next record. */
	take(): AuditRecord {
		const record = recordAt(this.#memory, this.#start);
		this.#start = endAt(this.#memory, this.#start);
		this.#look();
		return record;
	}

	/** Reads on, until there is a whole record or the file ends. */
	async load(): Promise<void> {
		this.#memory.copyWithin(0, this.#start, this.#end);
		this.#end -= this.#start;
		this.#start = 0;
		while (this.isDry) {
			const needed = this.#end < headBytes ? headBytes : endAt(this.#memory, 0);
			if (needed > this.#memory.length) this.#memory = Buffer.concat([this.#memory], needed);
			const {bytesRead} = await this.#handle.read(this.#memory, this.#end);
			if (bytesRead === 0) {
				if (this.#end > 0) throw new Error('a temporary file ends within a record');
				this.isDry = false;
				return;
			}
			this.#end += bytesRead;
			this.#look();
		}
	}

	async close(): Promise<void> {
		await this.#handle.close();
	}

	#look(): void {
		const rest = this.#end - this.#start;
		this.isDry = rest < headBytes || endAt(this.#memory, this.#start) > this.#end;
		this.time = this.isDry ? undefined : timeAt(this.#memory, this.#start);
	}
}

const chunkBytes = 1024 * 1024;

const blockBytes = 256 * 1024;

/** More than the index of any byte in a chunk: a place is the number of the chunk times this, plus the index in it. */
const chunkStride = 2 ** 32;

/** Collects records as bytes outside of the heap, and gives them back oldest first; equals stay in the order in which they came. */
export class SortedRun {
	readonly isDry = false;
	readonly #pool: MemoryPool;
	#chunks: Buffer[] = [];
	/** How much of the last chunk is taken. */
	#end = 0;
	#places: number[] = [];
	#times: number[] = [];
	/** Record numbers, oldest first, and how many of them have been taken. */
	#order = new Uint32Array(0);
	#taken = 0;

	constructor(pool: MemoryPool) {
		this.#pool = pool;
	}

	/** Takes a record in. */
	add(record: AuditRecord): void {
		const needed = mostBytesOf(record);
		let chunk = this.#chunks.at(-1);
		if (chunk === undefined || this.#end + needed > chunk.length) {
			chunk = this.#pool.take(Math.max(needed, chunkBytes));
			this.#chunks.push(chunk);
			this.#end = 0;
		}
		this.#places.push((this.#chunks.length - 1) * chunkStride + this.#end);
		this.#end = putRecord(record, chunk, this.#end);
		this.#times.push(record.time ?? Infinity);
	}

	/** Brings the records into order, to be taken or written. Nothing may be added from then on. */
	sort(): void {
		const times = this.#times;
		this.#order = Uint32Array.from(times, (_, index) => index);
		if (times.some((time, index) => time < (times[index - 1] ?? -Infinity))) this.#order.sort((a, b) => compare(times[a], times[b]) || a - b);
	}

	/** The next record's time, `Infinity` where it has none; undefined at the end. */
	get time(): number | undefined {
		const index = this.#order[this.#taken];
		return index === undefined ? undefined : this.#times[index];
	}

	/** Takes the next record. */
	take(): AuditRecord {
		const {chunk, start} = this.#next();
		return recordAt(chunk, start);
	}

	/** Writes all records to a new file. */
	async writeTo(handle: FileHandle): Promise<void> {
		let block = this.#pool.take(blockBytes);
		let filled = 0;
		let position = 0;
		while (this.time !== undefined) {
			const {chunk, start} = this.#next();
			const end = endAt(chunk, start);
			if (filled + end - start > block.length) {
				await writeFully(handle, block.subarray(0, filled), position);
				position += filled;
				filled = 0;
				if (end - start > block.length) block = Buffer.allocUnsafeSlow(end - start);
			}
			filled += chunk.copy(block, filled, start, end);
		}
		await writeFully(handle, block.subarray(0, filled), position);
		this.#pool.give(block);
	}

	/** Gives all memory back; records may be added again. */
	clear(): void {
		for (const chunk of this.#chunks) this.#pool.give(chunk);
		this.#chunks = [];
		this.#end = 0;
		this.#places = [];
		this.#times = [];
		this.#order = new Uint32Array(0);
		this.#taken = 0;
	}

	#next(): {chunk: Buffer; start: number} {
		const place = this.#places[this.#order[this.#taken++] ?? -1];
		const chunk = place === undefined ? undefined : this.#chunks[Math.floor(place / chunkStride)];
		if (place === undefined || chunk === undefined) throw new Error('there is no next record');
		return {chunk, start: place % chunkStride};
	}
}

/** `Infinity` less itself is no number. */
function compare(a = Infinity, b = Infinity): number {
	return a === b ? 0 : a - b;
}
