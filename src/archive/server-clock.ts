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
	readonly #now: () => number;

	/** @param now wall-clock time on this side in Unix milliseconds */
	constructor(now: () => number) {
		this.#now = now;
	}

	/** An answer to this reading came that was served at this time. */
	answered(first: FirstAnswer, at: number): void {
		this.latest = Math.max(this.latest ?? at, at);
		if (first.at === undefined) Object.assign(first, {at, aheadMs: at - this.#now()});
	}
}
