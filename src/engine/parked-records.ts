import type {AuditRecord} from '../record.ts';
import {MemoryPool} from './memory-pool.ts';
import {endAt, mostBytesOf, putRecord, recordAt} from './record-bytes.ts';

/** A batch that may take more stays as it is: such batches are few, and a copy would be large. */
const mostDraftBytes = 4 * 1024 * 1024;

/** A batch of records that waits for its turn. */
export interface ParkedBatch {
	/** Bytes that it takes, about. */
	readonly bytes: number;
	/** The records again; to be called once. */
	take(): AuditRecord[];
}

/**
 * Keeps batches of records that have to wait as bytes outside of the heap. As objects they would survive so many rounds of
 * the garbage collector that it takes them for permanent: then twice as much lies about dead as is alive.
 */
export class RecordPark {
	readonly #pool = new MemoryPool();
	#draft = Buffer.alloc(0);

	/** Takes a batch in. */
	park(records: AuditRecord[]): ParkedBatch {
		const mostBytes = records.reduce((sum, record) => sum + mostBytesOf(record), 0);
		if (mostBytes > mostDraftBytes) return {...unparked(records), bytes: Math.floor(mostBytes / 3)};
		if (this.#draft.length < mostBytes) this.#draft = Buffer.allocUnsafeSlow(mostBytes);
		let end = 0;
		for (const record of records) end = putRecord(record, this.#draft, end);
		const memory = this.#pool.take(end);
		memory.set(this.#draft.subarray(0, end));
		return this.#parked(memory, end);
	}

	/** A function of its own: what is made in `park` would hold on to the records as well. */
	#parked(memory: Buffer, bytes: number): ParkedBatch {
		return {
			bytes,
			take: () => {
				const records: AuditRecord[] = [];
				for (let start = 0; start < bytes; start = endAt(memory, start)) records.push(recordAt(memory, start));
				this.#pool.give(memory);
				return records;
			},
		};
	}
}

/** A batch that need not wait. */
export function unparked(records: AuditRecord[]): ParkedBatch {
	return {bytes: 0, take: () => records};
}
