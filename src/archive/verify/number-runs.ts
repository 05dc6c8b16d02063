/** Numbers kept as runs: a manifest may claim to have lost any number of lines. */
export class NumberRuns {
	#runs: Array<readonly [first: number, last: number]> = [];

	/** Adds every number from `first` to `last`. */
	add(first: number, last = first): void {
		this.#runs.push([first, last]);
	}

	/** Takes one number out; whether it was there. */
	remove(number: number): boolean {
		const index = this.#runs.findIndex(([first, last]) => first <= number && number <= last);
		const run = this.#runs[index];
		if (run === undefined) return false;
		const [first, last] = run;
		const left: Array<readonly [number, number]> = [[first, number - 1], [number + 1, last]];
		this.#runs.splice(index, 1, ...left.filter(([start, end]) => start <= end));
		return true;
	}

	/** The runs in order, those that touch as one. */
	runs(): Array<readonly [first: number, last: number]> {
		const joined: Array<readonly [number, number]> = [];
		for (const [first, last] of this.#runs.toSorted(([a], [b]) => a - b)) {
			const before = joined.at(-1);
			if (before !== undefined && first <= before[1] + 1) joined[joined.length - 1] = [before[0], Math.max(before[1], last)];
			else joined.push([first, last]);
		}
		return joined;
	}
}
