/** A piece of a text that is replaced. */
export interface Edit {
	readonly start: number;
	readonly end: number;
	readonly value: string;
}

/** The text with edits made, which are in its order and do not overlap. */
export function applied(text: string, edits: readonly Edit[]): string {
	let edited = '';
	let from = 0;
	for (const {start, end, value} of edits) {
		edited += text.slice(from, start) + value;
		from = end;
	}
	return edited + text.slice(from);
}

/** Edits in the order of the text, those that overlap made one: the outer one counts. */
export function merged(edits: readonly Edit[]): Edit[] {
	const kept: Edit[] = [];
	for (const edit of edits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
		const last = kept.at(-1);
		if (last === undefined || edit.start >= last.end) kept.push(edit);
		else if (edit.end > last.end) kept.splice(-1, 1, {...last, end: edit.end});
	}
	return kept;
}

/**
 * The edits of what a text stands for as edits of the text: of a string as edits of its JSON literal, say. Everything
 * else stays as it was spelled.
 * @param options.unit the length of the spelling of one character that begins at an index
 */
export function respelled(edits: readonly Edit[], {start, unit, spell}: {
	/** Where the spelling begins. */
	start: number;
	unit: (index: number) => number;
	/** Spells what is put in. */
	spell: (value: string) => string;
}): Edit[] {
	let index = start;
	let read = 0;
	const at = (position: number) => {
		for (; read < position; read++) index += unit(index);
		return index;
	};
	return edits.map(edit => ({start: at(edit.start), end: at(edit.end), value: spell(edit.value)}));
}
