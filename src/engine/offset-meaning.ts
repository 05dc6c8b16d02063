/**
 * What an API's `offset` counts. Where the documentation leaves it open, the first window with a second page tells, and
 * the whole run remembers.
 */
export type OffsetMeaning = 'rows' | 'pages';

/** The offset that asks for page `index` (from 0) of pages of `size` rows. */
export function offsetOf(index: number, size: number, meaning: OffsetMeaning): number {
	return meaning === 'rows' ? index * size : index;
}

/**
 * The offset to ask for to find out, given that page 0 held `size` rows: `size` itself where that many pages lie beyond the
 * cap, so that it costs nothing when rows are counted; else 1, so that it costs nothing when pages are. What total is stated
 * does not matter: it may be wrong.
 */
export function telltaleOffset(size: number, cap: number): number {
	return size * size >= cap ? size : 1;
}

/**
 * Whether so many rows arrived between page 0 and the answer to `telltaleOffset` that it looks the same either way.
 * `rows`: rows of page 0, `moved`: by how much the total moved.
 */
export function isMeaningHidden(asked: number, {rows, moved}: {rows: number; moved: number}): boolean {
	return asked === 1 && moved !== 0 && (Math.abs(moved) + 1) * 2 > rows;
}

/**
 * What the answer to `telltaleOffset` tells. `known`: rows of it that page 0 held, `rows`: rows in it.
 *
 * Asked for `size`: counted in rows it is the second page, counted in pages it lies beyond the cap and is empty. Asked
 * for 1: counted in pages it is the second page, counted in rows it is page 0 again but for one row.
 */
export function meaningOf(asked: number, {rows, known}: {rows: number; known: number}): OffsetMeaning {
	if (asked > 1) return rows > 0 ? 'rows' : 'pages';
	// Rows that arrive meanwhile shift a page by a few: most of it decides.
	return known > 0 && known * 2 >= rows ? 'rows' : 'pages';
}
