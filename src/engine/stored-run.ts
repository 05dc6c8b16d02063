import {open, type FileHandle} from 'node:fs/promises';
import type {AuditRecord} from '../record.ts';
import {endAt, headBytes, recordAt, timeAt} from './record-bytes.ts';

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
