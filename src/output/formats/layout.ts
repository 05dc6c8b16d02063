import truncatedWidth from 'fast-string-truncated-width';
import {cutText, isPlain} from '../../base/visible.ts';

/** Spaces between the columns of a table. */
export const gap = '  ';

const ellipsis = '…';

/** Terminal columns that a text takes: East Asian wide characters and emoji take two. */
export function displayWidth(text: string): number {
	return isPlain(text) ? text.length : truncatedWidth(text).width;
}

/** A text as it stands in a table, and the terminal columns it takes there. */
export interface Shown {
	readonly text: string;
	readonly width: number;
}

/** The text, cut with `…` where it is wider than `limit` (at least 1). */
export function fit(text: string, limit: number): Shown {
	if (isPlain(text)) {
		return text.length <= limit ? {text, width: text.length} : {text: text.slice(0, limit - 1) + ellipsis, width: limit};
	}
	const {width, truncated, index} = truncatedWidth(text, {limit, ellipsis, ellipsisWidth: 1});
	if (!truncated) return {text, width};
	// The library's index may stand within a surrogate pair, and its width is the limit rather than the sum.
	let cut = cutText(text, index);
	while (displayWidth(cut) >= limit) cut = cutText(cut, cut.length - 1);
	return {text: cut + ellipsis, width: displayWidth(cut) + 1};
}

/** Columns up to this wide (a time with milliseconds) stay whole while the wider ones keep `leastWide` each. */
const sparedWidth = 23;
const leastWide = 8;

/**
 * The widths that columns of these natural widths get in a terminal. The widest give way first, down to a common
 * width, so that narrow columns stay readable; columns that cannot even have one character are left out at the end. The
 * column at `whole` (a time, which says nothing when cut) is not cut as long as the others have room beside it.
 */
export function fitWidths(natural: readonly number[], terminal: number, whole = -1): number[] {
	const kept = natural[whole];
	const rest = terminal - (kept ?? 0) - gap.length;
	if (kept !== undefined && natural.length > 1 && rest >= (natural.length - 1) * (leastWide + gap.length) - gap.length) {
		const others = fitWidths(natural.filter((_, index) => index !== whole), rest);
		return [...others.slice(0, whole), kept, ...others.slice(whole)];
	}
	const count = Math.max(1, Math.min(natural.length, Math.floor((terminal + gap.length) / (1 + gap.length))));
	const fitted = natural.slice(0, count);
	let room = terminal - gap.length * (count - 1);
	const wide = fitted.filter(width => width > sparedWidth);
	const spares = room - sum(fitted) + sum(wide) >= wide.length * leastWide;
	const narrowestFirst = fitted.map((width, index) => ({width, index})).toSorted((a, b) => a.width - b.width);
	for (const [position, {width, index}] of narrowestFirst.entries()) {
		const granted = spares && width <= sparedWidth ? width : Math.max(1, Math.min(width, Math.floor(room / (count - position))));
		fitted[index] = granted;
		room -= granted;
	}
	// The last column needs no padding: what is left over costs nothing there and may show longer values later.
	if (room > 0) fitted[count - 1] = (fitted[count - 1] ?? 0) + room;
	return fitted;
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
