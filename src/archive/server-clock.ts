/** When a reading's first answer was served. */
export interface FirstAnswer {
	/** Unix milliseconds by the server's clock; undefined before there is one, and where the server does not say. */
	at: number | undefined;
	/** How far that was ahead of the clock on this side, in milliseconds. */
	aheadMs: number;
}

/**
 * What the server's clock said. A clock on this side may be wrong by hours; rows up to the moment of an answer can only be
 * in it when that moment has passed over there.
 */
export class ServerClock {
	/** The latest that it said, in Unix milliseconds. */
	latest: number | undefined;
	readonly #waiting = new Set<FirstAnswer>();
	readonly #now: () => number;

	/** @param now wall-clock time on this side in Unix milliseconds */
	constructor(now: () => number) {
		this.#now = now;
	}

	/** Begins a reading. An answer to another reading under way may count as its first: that errs on the early side. */
	begin(): FirstAnswer {
		const first: FirstAnswer = {at: undefined, aheadMs: 0};
		this.#waiting.add(first);
		return first;
	}

	/** An answer came that was served at this time. */
	answered(at: number): void {
		this.latest = Math.max(this.latest ?? at, at);
		for (const first of this.#waiting) Object.assign(first, {at, aheadMs: at - this.#now()});
		this.#waiting.clear();
	}
}
