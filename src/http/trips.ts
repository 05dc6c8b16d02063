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
