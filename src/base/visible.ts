/*
 * Characters that act instead of being seen. They are shown as JSON would write them, so that nothing from the outside
 * can end a cell, forge a line, drive a terminal or hide what follows.
 */

const names: Readonly<Record<string, string>> = {'\n': '\\n', '\t': '\\t', '\r': '\\r'};

const plain = /^[\u0020-\u007e]*$/;
const plainLines = /^[\n\u0020-\u007e]*$/;
/**
 * Controls, format characters (bidi overrides, zero-width, tags), lone surrogates, line and paragraph separators, and
 * letters that no font shows. Variation selectors stay: they choose how the emoji before them looks.
 */
const unseen = /(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const unseenOnLines = /(?!\n)(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const unseenInJson = /(?![\n\t])(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The text as a table shows it: nothing in it moves the cursor, is invisible or changes the order of others. */
export function visibleInTable(text: string): string {
	return isPlain(text) ? text : text.replaceAll(unseen, escape);
}

/** As `visibleInTable`, for text of several lines: line feeds stay. */
export function visibleOnLines(text: string): string {
	return plainLines.test(text) ? text : text.replaceAll(unseenOnLines, escape);
}

/** JSON text that stands for the same value, with nothing unseen in it but the white space between its tokens. */
export function visibleInJson(text: string): string {
	return text.replaceAll(unseenInJson, character =>
		Array.from({length: character.length}, (_, index) => unitEscape(character.charCodeAt(index))).join(''),
	);
}

/** A message quoted from the outside is cut after this many characters. */
const longestQuote = 300;

/** Text from the outside as one harmless line of at most 300 characters, to be quoted in a message. */
export function printable(text: string): string {
	// The rest could not be seen anyway, and may be a hundred megabytes.
	const start = cutText(text, 8 * longestQuote);
	const line = visibleInTable(start.replaceAll(/\s+/g, ' ').trim());
	return line.length > longestQuote || start.length < text.length ? `${cutText(line, longestQuote)}…` : line;
}

/** Whether every character is printable ASCII, so that the text is as wide as it is long. */
export function isPlain(text: string): boolean {
	return plain.test(text);
}

/** Controls other than tab and line ends, and lone surrogates. */
const unseenInCell = /(?![\t\n\r])[\p{Cc}\p{Cs}]/gu;

/** Controls other than those and surrogates, lone or not: all that may be unseen, found without a look at pairs. */
const maybeUnseenInCell = /[^\t\n\r -~\u00a0-\ud7ff\ue000-\uffff]/;

/** The text as a csv cell keeps it: tabs and line ends stay, other controls and lone surrogates are shown. */
export function visibleInCell(text: string): string {
	return maybeUnseenInCell.test(text) ? text.replaceAll(unseenInCell, escape) : text;
}

function escape(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return names[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : unitEscape(code));
}

function unitEscape(code: number): string {
	return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** The text's first `length` code units, or one less where that would split a surrogate pair. */
export function cutText(text: string, length: number): string {
	const last = text.charCodeAt(length - 1);
	return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
