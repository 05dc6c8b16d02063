import type {Sleep} from '../base/context.ts';
import type {BudgetLimit} from '../base/transport.ts';

/** One attempt's place in the budget. Exactly one of `answered` and `lost` settles it. */
export interface Place {
	/** The request goes out now (the place was taken a moment earlier). */
	sent(): void;
	/** Its connection is open, and it is on its way only now; not told where that cannot be seen. */
	written(): void;
	/** The answer's head came in. */
	answered(): void;
	/** No answer: whether and when the request arrived stays unknown. */
	lost(): void;
	/** The answer was a refusal for rate: no other request goes out for `waitMs`, and the margin widens. */
	refused(waitMs: number): void;
}

interface Slot {
	sentAt: number;
	/** Nothing had been answered when it was sent: it may have waited for a connection, as far as can be seen. */
	cold: boolean;
	/** When the last possible moment of arrival is known: the answer's time, or the time of giving up. */
	settledAt?: number;
	lost?: boolean;
}

/** Ends a pause early. */
const awake = new Error('awake');

const longestPauseMs = 2 ** 31 - 1;

/** Answers without a refusal after which half of what refusals added to the margin is taken back. */
const forgivenAfter = 1000;

/**
 * A request budget over a sliding window of attempts, retries included.
 *
 * The server counts arrivals; the client knows when it sent a request and when the answer came. Arrival lies
 * between the two, and no trip is shorter than the shortest one seen. So a place is free again one period after it
 * was sent, plus what that very trip took longer than the shortest: the next request, however fast it travels,
 * then arrives a full period after the first. Waiting for the answer instead would waste the latency of every
 * request; ignoring jitter would be refused. As long as nothing is known of how short a trip can be, and for a trip
 * still under way, that waste is the price; a trip longer than the period is judged by the spread seen so far.
 */
export class Budget {
	readonly limit: BudgetLimit;
	/** Milliseconds spent waiting for a place, all requests together. */
	waitedMs = 0;
	/** Monotonic time until which the next request waits, while one does. */
	waitingUntil: number | undefined;

	readonly #monotonic: () => number;
	readonly #sleep: Sleep;
	readonly #trips = new Trips();
	readonly #leastMarginMs: number;
	#slots: Slot[] = [];
	/** Slots that make it worth looking for free ones among them. */
	#crowd = 0;
	#marginMs: number;
	#widenedAt = -Infinity;
	#answersSinceChange = 0;
	#anyAnswer = false;
	#pausedUntil = -Infinity;
	#turn: Promise<unknown> = Promise.resolve();
	#wake: (() => void) | undefined;

	constructor(limit: BudgetLimit, {monotonic, sleep}: {monotonic: () => number; sleep: Sleep}) {
		this.limit = limit;
		this.#monotonic = monotonic;
		this.#sleep = sleep;
		// Clocks here count whole milliseconds and timers fire a little early or late.
		this.#leastMarginMs = Math.min(50, Math.max(5, limit.perMs / 500));
		this.#marginMs = this.#leastMarginMs;
	}

	/** Requests that still count against the budget now. */
	get used(): number {
		const now = this.#monotonic();
		const freeAt = this.#judge();
		return this.#slots.filter(slot => freeAt(slot) > now).length;
	}

	/**
	 * Waits for a place, first come first served.
	 * @throws the signal's reason when it aborts first.
	 */
	take(signal: AbortSignal): Promise<Place> {
		const turn = this.#turn.then(() => this.#takeNext(signal));
		this.#turn = turn.then(() => undefined, () => undefined);
		return turn;
	}

	async #takeNext(signal: AbortSignal): Promise<Place> {
		for (;;) {
			signal.throwIfAborted();
			const now = this.#monotonic();
			const nextAt = Math.max(this.#pausedUntil, this.#placeFreeAt(now));
			if (nextAt <= now) return this.#occupy(now);
			this.waitingUntil = nextAt;
			await this.#waitUntil(nextAt, signal);
			this.waitingUntil = undefined;
			this.waitedMs += this.#monotonic() - now;
		}
	}

	/** When a place is free: `-Infinity` for at once, `Infinity` while only an answer can tell. */
	#placeFreeAt(now: number): number {
		if (this.#slots.length < Math.min(this.limit.requests, this.#crowd)) return -Infinity;
		const freeAt = this.#judge();
		this.#slots = this.#slots.filter(slot => freeAt(slot) > now);
		// A budget of thousands is not searched for every request, nor are thousands of old slots kept.
		this.#crowd = 2 * this.#slots.length + 64;
		if (this.#slots.length < this.limit.requests) return -Infinity;
		let earliest = Infinity;
		for (const slot of this.#slots) earliest = Math.min(earliest, freeAt(slot));
		return earliest;
	}

	/** Waits for a time (perhaps infinity), for news of a request under way, or for the signal, whichever is first. */
	async #waitUntil(time: number, signal: AbortSignal): Promise<void> {
		const nap = new AbortController();
		const wake = () => {
			nap.abort(awake);
		};
		signal.addEventListener('abort', wake, {once: true});
		this.#wake = wake;
		const pauseMs = Number.isFinite(time) ? Math.ceil(time - this.#monotonic()) : longestPauseMs;
		try {
			await this.#sleep(pauseMs, nap.signal);
		} catch (error) {
			if (error !== awake) throw error;
		} finally {
			signal.removeEventListener('abort', wake);
			this.#wake = undefined;
		}
	}

	#occupy(now: number): Place {
		const slot: Slot = {sentAt: now, cold: !this.#anyAnswer};
		this.#slots.push(slot);
		return {
			sent: () => {
				slot.sentAt = this.#monotonic();
				slot.cold = !this.#anyAnswer;
			},
			written: () => {
				slot.sentAt = this.#monotonic();
				slot.cold = false;
			},
			answered: () => {
				this.#settle(slot, false);
				this.#anyAnswer = true;
				this.#trips.add((slot.settledAt ?? slot.sentAt) - slot.sentAt, slot);
				this.#forgive();
			},
			lost: () => {
				this.#settle(slot, true);
			},
			refused: waitMs => {
				this.#pausedUntil = Math.max(this.#pausedUntil, this.#monotonic() + waitMs);
				this.#widen(slot);
			},
		};
	}

	#settle(slot: Slot, lost: boolean): void {
		slot.settledAt = this.#monotonic();
		slot.lost = lost;
		this.#wake?.();
	}

	/** Requests that were under way when one of them was refused tell nothing new by being refused, too. */
	#widen({sentAt}: Slot): void {
		this.#answersSinceChange = 0;
		if (sentAt <= this.#widenedAt) return;
		this.#widenedAt = this.#monotonic();
		this.#marginMs = Math.min(this.limit.perMs, Math.max(this.#marginMs * 2, this.limit.perMs / 50));
	}

	#forgive(): void {
		if (++this.#answersSinceChange < forgivenAfter) return;
		this.#answersSinceChange = 0;
		this.#marginMs = (this.#marginMs + this.#leastMarginMs) / 2;
	}

	/** Tells of a slot when its place is free again, by the trips seen so far. */
	#judge(): (slot: Slot) => number {
		const {perMs} = this.limit;
		const margin = this.#marginMs;
		const {shortest, spread} = this.#trips;
		return ({sentAt, settledAt, lost}) => {
			if (settledAt === undefined) {
				// Under way for longer than a period while trips can be shorter: only its answer tells when it arrived.
				return shortest !== undefined && perMs <= shortest ? sentAt + perMs + spread + margin : Infinity;
			}
			if (lost === true || shortest === undefined) return settledAt + perMs + margin;
			return sentAt + perMs + Math.max(0, settledAt - sentAt - shortest) + margin;
		};
	}
}

/** Round trips remembered; a route that has become slower is believed after so many. */
const remembered = 128;

interface Trip {
	readonly ms: number;
	readonly cold: boolean;
}

/**
 * Round trips of late, in milliseconds: how short one can be, and how far apart they lie.
 *
 * A request that goes out before anything was answered opens a connection first, and often many do at once: its trip
 * looks longer than the way is. As long as there are only such cold trips, nothing is known of how short one can be.
 */
export class Trips {
	readonly #trips: Trip[] = [];

	/** Takes note of a trip that has ended. */
	add(ms: number, {cold}: {cold: boolean}): void {
		this.#trips.push({ms, cold});
		if (this.#trips.length > remembered) this.#trips.shift();
	}

	/** The longest trip less the shortest one; 0 while none is known. */
	get spread(): number {
		const all = this.#trips.map(({ms}) => ms);
		return all.length === 0 ? 0 : Math.max(...all) - Math.min(...all);
	}

	/**
	 * The shortest that a trip is likely to be, undefined while that cannot be told. Among few trips the shortest is
	 * hardly the shortest possible: it is taken for shorter by what so many trips leave open.
	 */
	get shortest(): number | undefined {
		const warm = this.#trips.filter(({cold}) => !cold).length;
		return warm === 0 ? undefined : Math.max(0, Math.min(...this.#trips.map(({ms}) => ms)) - 2 * this.spread / warm);
	}
}
