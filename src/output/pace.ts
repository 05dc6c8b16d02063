/** As long as the work took, times this, it is not due again: it takes a tenth of the time at most. */
const pauses = 9;

/** Keeps work that is done again and again, and may be put off, to a share of the time. The first is due at once. */
export class Pace {
	readonly #monotonic: () => number;
	#endedAt = -Infinity;
	#tookMs = 0;

	/** @param monotonic milliseconds of a clock that never steps back */
	constructor(monotonic: () => number) {
		this.#monotonic = monotonic;
	}

	/** Whether the work is worth doing again by now. */
	get isDue(): boolean {
		return this.#monotonic() - this.#endedAt >= pauses * this.#tookMs;
	}

	/** Does the work, and measures it. */
	async run(work: () => Promise<void>): Promise<void> {
		const startedAt = this.#monotonic();
		await work();
		this.#endedAt = this.#monotonic();
		this.#tookMs = this.#endedAt - startedAt;
	}
}
