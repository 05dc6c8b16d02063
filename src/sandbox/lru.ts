/** Keeps the most recently used values whose weights sum up to at most a limit; the newest is always kept. */
export interface WeightedLru<Value> {
	/** The value of a key, made when it is not there. */
	get(key: string, make: () => Value): Value;
}

/** An empty cache. The weight of a value must never change and counts in whatever unit the limit is given in. */
export function createLru<Value>(maxWeight: number, weightOf: (value: Value) => number): WeightedLru<Value> {
	const kept = new Map<string, Value>();
	let weight = 0;
	return {
		get(key, make) {
			const found = kept.get(key);
			if (found !== undefined) {
				// A map lists its keys in the order of their insertion: the least recently used one comes first.
				kept.delete(key);
				kept.set(key, found);
				return found;
			}
			const made = make();
			kept.set(key, made);
			weight += weightOf(made);
			for (const [oldest, value] of kept) {
				if (weight <= maxWeight || oldest === key) break;
				kept.delete(oldest);
				weight -= weightOf(value);
			}
			return made;
		},
	};
}
