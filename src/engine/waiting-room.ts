import {deflateRawSync, inflateRawSync} from 'node:zlib';
import type {Sleep} from '../base/context.ts';
import type {AuditRecord} from '../base/record.ts';
import {MemoryPool, endAt, mostBytesOf, putRecord, recordAt} from './record-bytes.ts';

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

/** Bytes of records that may wait at any time, of all windows together, however many they are. */
const bytesAtAnyTime = 4 * 1024 * 1024;

/** The same while the output starves, and records are packed before they wait. */
const bytesWhileStarving = 16 * 1024 * 1024;

/** The output starves when it has got nothing for so long: shorter pauses are those between two pages of a fast server. */
const starvingMs = 5;

/**
 * Where records of windows wait for their turn. What may wait depends on what everybody waits for: where the next page of
 * the window at the head is a matter of milliseconds, reading far ahead gains nothing and only takes memory. Where the
 * server or the budget takes its time, windows that go on keep the budget used, and there is time to pack what they bring.
 */
export class WaitingRoom {
	readonly #park = new RecordPark();
	readonly #sleep: Sleep;
	readonly #signal: AbortSignal;
	readonly #announce: () => void;
	#bytes = 0;
	/** How often the output got something. */
	#served = 0;
	#waitsForHead = false;
	/** The value of `#served` at which the output was found starving. */
	#starvedAt = -1;
	/** Somebody was turned away for the output not starving. */
	#isAsked = false;
	#isWatching = false;

	/** @param announce called when there is room again */
	constructor({sleep, signal, announce}: {sleep: Sleep; signal: AbortSignal; announce: () => void}) {
		this.#sleep = sleep;
		this.#signal = signal;
		this.#announce = announce;
	}

	/** Whether another page may be read ahead. Where it may not now, `announce` is called when that may have changed. */
	get hasRoom(): boolean {
		if (this.#bytes <= bytesAtAnyTime) return true;
		if (this.#starvedAt === this.#served) return this.#bytes <= bytesWhileStarving;
		this.#isAsked = true;
		this.#watch();
		return false;
	}

	/** Takes a batch in. */
	enter(records: AuditRecord[]): ParkedBatch {
		const batch = this.#park.park(records, this.#bytes > bytesAtAnyTime);
		this.#bytes += batch.bytes;
		return batch;
	}

	/** A batch's turn has come. */
	leave(batch: ParkedBatch): AuditRecord[] {
		this.#bytes -= batch.bytes;
		return batch.take();
	}

	/** The output gets something. */
	serve(): void {
		this.#served++;
		this.#waitsForHead = false;
	}

	/** The output could take something, but the window at the head has nothing yet. */
	starve(): void {
		this.#waitsForHead = true;
		if (this.#isAsked) this.#watch();
	}

	#watch(): void {
		if (this.#isWatching || !this.#waitsForHead) return;
		this.#isWatching = true;
		const served = this.#served;
		const look = () => {
			this.#isWatching = false;
			if (!this.#waitsForHead || served !== this.#served) {
				this.#watch();
				return;
			}
			this.#starvedAt = served;
			this.#isAsked = false;
			this.#announce();
		};
		// Nobody waits any more once the signal has ended the pause.
		this.#sleep(starvingMs, this.#signal).then(look, () => undefined);
	}
}
