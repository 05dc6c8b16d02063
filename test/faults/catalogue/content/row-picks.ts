/** So many different indexes below `length`, all of them where there are not more. */
export function pickIndexes(length: number, count: number, random: () => number): ReadonlySet<number> {
	return new Set(shuffled(Array.from({length}, (_, index) => index), random).slice(0, count));
}

/** The values in any order. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
	return values.map(value => ({value, place: random()})).toSorted((a, b) => a.place - b.place).map(({value}) => value);
}

/** One of the values. @throws RangeError when there is none. */
export function pickFrom<T>(values: readonly T[], random: () => number): T {
	for (const value of values.slice(Math.floor(random() * values.length))) return value;
	throw new RangeError('nothing to pick from');
}
