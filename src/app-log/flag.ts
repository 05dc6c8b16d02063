const words: Readonly<Record<string, boolean>> = {true: true, false: false, 1: true, 0: false, yes: true, no: false, y: true, n: false};

/** Yes or no as services write it: a boolean, 0 or 1, or a word for it; undefined for anything else. */
export function readFlag(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	if (typeof value !== 'number' && typeof value !== 'string') return undefined;
	const word = String(value).toLowerCase();
	return Object.hasOwn(words, word) ? words[word] : undefined;
}
