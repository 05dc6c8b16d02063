/*
 * Characters that act instead of being seen. They are shown as JSON would write them, so that nothing in a record
 * can end a cell, drive a terminal or hide what follows.
 */

const names: Readonly<Record<string, string>> = {'\n': '\\n', '\t': '\\t', '\r': '\\r'};

const plain = /^[\u0020-\u007e]*$/;
/** Controls, format characters (bidi overrides, zero-width), lone surrogates, line and paragraph separators. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text as a table shows it: nothing in it moves the cursor, is invisible or changes the order of others. */
export function visibleInTable(text: string): string {
	return isPlain(text) ? text : text.replaceAll(unseen, escape);
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
	const digits = code.toString(16);
	return names[character] ?? (code > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`);
}

/** The text's first `length` code units, or one less where that would split a surrogate pair. */
export function cutText(text: string, length: number): string {
	const last = text.charCodeAt(length - 1);
	return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
