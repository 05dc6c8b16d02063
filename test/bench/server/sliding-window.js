/** A request budget as a server counts it: at most `limit` arrivals in any `perMs` milliseconds; refused ones do not count. */
export class SlidingWindow {
	#limit;
	#perMs;
	/** The times of the last `limit` arrivals, in a ring. */
	#times;
	#next = 0;

	/**
	 * @param {number} limit
	 * @param {number} perMs
	 */
	constructor(limit, perMs) {
		this.#limit = limit;
		this.#perMs = perMs;
		this.#times = new Float64Array(limit).fill(-Infinity);
	}

	/**
	 * Counts an arrival, or says in how many milliseconds there is room for it.
	 * @param {number} now
	 * @returns {number} 0 when it was let in
	 */
	arrive(now) {
		const waitMs = (this.#times[this.#next] ?? 0) + this.#perMs - now;
		if (waitMs > 0) return waitMs;
		this.#times[this.#next] = now;
		this.#next = (this.#next + 1) % this.#limit;
		return 0;
	}
}
