/** Arrivals remembered one by one: enough for every budget run. */
const rememberedArrivals = 20_000;

/** What came to the log since the last reset, and how busy the process was meanwhile. */
export class Traffic {
	#requests = 0;
	#refusals = 0;
	/** Times of requests that were let in, in milliseconds. @type {number[]} */
	#arrivals = [];
	/** @type {number[]} */
	#perSecond = [];
	#startedAt = performance.now();
	#cpu = process.cpuUsage();

	/** Starts counting anew. */
	reset() {
		this.#requests = 0;
		this.#refusals = 0;
		this.#arrivals = [];
		this.#perSecond = [];
		this.#startedAt = performance.now();
		this.#cpu = process.cpuUsage();
	}

	/**
	 * Counts one request for rows.
	 * @param {number} now
	 * @param {boolean} refused
	 */
	count(now, refused) {
		this.#requests++;
		if (refused) {
			this.#refusals++;
			return;
		}
		const second = Math.floor((now - this.#startedAt) / 1000);
		this.#perSecond[second] = (this.#perSecond[second] ?? 0) + 1;
		if (this.#arrivals.length < rememberedArrivals) this.#arrivals.push(now);
	}

	/**
	 * @param {boolean} withArrivals
	 */
	report(withArrivals) {
		const {user, system} = process.cpuUsage(this.#cpu);
		const wallMs = performance.now() - this.#startedAt;
		return {
			requests: this.#requests,
			refusals: this.#refusals,
			cpuMs: (user + system) / 1000,
			wallMs,
			/** Share of one core, over the whole time since the reset. */
			busy: (user + system) / 1000 / wallMs,
			/** Requests let in by second; holes are seconds without one. */
			perSecond: Array.from(this.#perSecond, count => count ?? 0),
			...(withArrivals ? {arrivals: this.#arrivals} : {}),
		};
	}
}
