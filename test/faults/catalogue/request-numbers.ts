/** Some of the whole numbers from 1 on, as ranges whose ends belong to them. */
export type RequestNumbers = ReadonlyArray<{readonly from: number; readonly to: number}>;

/** Reads `3`, `2-5,9` or `4-` (from the fourth on); undefined when the text is nothing like it. */
export function parseRequestNumbers(text: string): RequestNumbers | undefined {
	const ranges: Array<{from: number; to: number}> = [];
	for (const part of text.split(',')) {
		const [, first, dash, last] = /^ *([1-9]\d{0,14})(?:( *- *)([1-9]\d{0,14})?)? *$/.exec(part) ?? [];
		if (first === undefined) return undefined;
		const from = Number(first);
		const to = dash === undefined ? from : last === undefined ? Infinity : Number(last);
		if (to < from) return undefined;
		ranges.push({from, to});
	}
	return ranges;
}

export function hasNumber(numbers: RequestNumbers, number: number): boolean {
	return numbers.some(({from, to}) => from <= number && number <= to);
}
