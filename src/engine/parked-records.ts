import {deflateRawSync, inflateRawSync} from 'node:zlib';
import type {AuditRecord} from '../record.ts';
import {MemoryPool} from './memory-pool.ts';
import {endAt, mostBytesOf, putRecord, recordAt} from './record-bytes.ts';

/** A batch that may take more stays as it is: such batches are few, and a copy would be large. */
const mostDraftBytes = 4 * 1024 * 1024;

/** Log lines are so much alike that more effort gains little. */
const packing = {level: 1};

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

	/** Takes a batch in. @param packed compressed, to a tenth or so: worth it where there is time for nothing else */
	park(records: AuditRecord[], packed = false): ParkedBatch {
		const mostBytes = records.reduce((sum, record) => sum + mostBytesOf(record), 0);
		if (mostBytes > mostDraftBytes) return {...unparked(records), bytes: Math.floor(mostBytes / 3)};
		if (this.#draft.length < mostBytes) this.#draft = Buffer.allocUnsafeSlow(mostBytes);
		let end = 0;
		for (const record of records) end = putRecord(record, this.#draft, end);
		const bytes = this.#draft.subarray(0, end);
		if (packed) return packedBatch(deflateRawSync(bytes, packing));
		const memory = this.#pool.take(end);
		memory.set(bytes);
		return this.#pooledBatch(memory, end);
	}

	// Functions of their own: what is made in `park` would hold on to the records as well.
	#pooledBatch(memory: Buffer, bytes: number): ParkedBatch {
		return {
			bytes,
			take: () => {
				const records = recordsIn(memory, bytes);
				this.#pool.give(memory);
				return records;
			},
		};
	}
}

function packedBatch(packed: Buffer): ParkedBatch {
	return {
		bytes: packed.length,
		take() {
			const memory = inflateRawSync(packed);
			return recordsIn(memory, memory.length);
		},
	};
}

/** A batch that need not wait. */
export function unparked(records: AuditRecord[]): ParkedBatch {
	return {bytes: 0, take: () => records};
}

function recordsIn(memory: Buffer, end: number): AuditRecord[] {
	const records: AuditRecord[] = [];
	for (let start = 0; start < end; start = endAt(memory, start)) records.push(recordAt(memory, start));
	return records;
}
