import type {Sleep} from '../context.ts';
import type {AuditRecord} from '../record.ts';
import {RecordPark, type ParkedBatch} from './parked-records.ts';

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
