import truncatedWidth from 'fast-string-truncated-width';
import type {Context} from '../../base/context.ts';
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

/** What a column of a table would take. */
export interface Wanted {
	/** Terminal columns that nearly all of its cells fit in. */
	readonly natural: number;
	/** Its cells may be cut. */
	readonly isProse: boolean;
}

/** Less of a text says nothing. */
const leastProse = 12;

/** The terminal columns that a column needs at least, to be there at all. */
export function leastWidth({natural, isProse}: Wanted): number {
	return isProse ? Math.min(natural, leastProse) : natural;
}

/**
 * The widths that columns get in a terminal, 0 for those that are left out: from left to right each gets what it needs at
 * least, as long as there is room; what then is left over goes to those that may be cut.
 */
export function fitColumns(wanted: readonly Wanted[], terminal: number): number[] {
	let room = terminal + gap.length;
	const widths = wanted.map(column => {
		const least = leastWidth(column);
		if (least === 0 || least + gap.length > room) return 0;
		room -= least + gap.length;
		return least;
	});
	return widths.map((width, index) => {
		const more = width === 0 ? 0 : Math.min(room, (wanted[index]?.natural ?? 0) - width);
		room -= more;
		return width + more;
	});
}

/**
 * How a table fits what it is written to: the width of a terminal, and whether failures are marked by colour there.
 * `FORCE_COLOR` and `NO_COLOR` decide before anything else, as other programs take them.
 * @param isWide nothing is to be left out or cut
 */
export function tableView(
	{stdout, env}: Pick<Context, 'stdout' | 'env'>, isWide = false,
): {readonly width?: number; readonly colour?: boolean} {
	if (stdout.isTTY !== true) return {colour: isForced(env)};
	const colour = isForced(env) || (env['FORCE_COLOR'] === undefined && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb');
	return {colour, ...isWide ? {} : {width: stdout.columns ?? 80}};
}

function isForced({FORCE_COLOR: forced}: Context['env']): boolean {
	return forced !== undefined && !['0', 'false'].includes(forced);
}
