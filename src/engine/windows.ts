import {type RangeRules, stepMs} from '../sources/range.ts';

/** A half-open stretch of time `[from, to)` in Unix milliseconds. */
export interface Window {
	readonly from: number;
	readonly to: number;
	/**
	 * Set where it is longer than by default, and cut anew if it holds more pages than this or more rows than are worth it. `Infinity`:
	 * only if the API does not accept its length.
	 */
	readonly mostPages?: number;
}

/** What a window asks the API for, in the source's units, both ends as the parameters carry them. */
export interface AskedRange {
	readonly start: number;
	readonly end: number;
}

/** The number of windows of `lengthMs` that `[since, until)` takes; 0 for an empty range. */
export function countWindows(since: number, until: number, lengthMs: number): number {
	return Math.max(0, Math.ceil((until - since) / lengthMs));
}

/**
 * The range to ask for so that every row of the window is delivered however the API reads its ends: one unit
 * further on each side that the documentation leaves open. Rows beyond the window belong to its neighbours.
 */
export function askedRange(window: Window, {range}: RangeRules): AskedRange {
	const {unitMs, rowUnitMs = unitMs} = range;
	const unitsPerStep = stepMs(range) / unitMs;
	// Rows that are finer than the range stand between its units, and an inclusive end may or may not hold those of its unit.
	const rowsAreFiner = rowUnitMs < unitMs;
	const first = rowsAreFiner ? Math.floor(window.from / unitMs) : Math.ceil(window.from / stepMs(range)) * unitsPerStep;
	const past = Math.ceil(window.to / stepMs(range)) * unitsPerStep;
	return {
		start: Math.max(0, range.startBound === 'unknown' ? first - 1 : first),
		end: range.endBound === 'inclusive' && !rowsAreFiner ? past - 1 : past,
	};
}

/** Cuts one window into `parts` of nearly equal length on whole units; fewer where there are not enough units. */
export function splitWindow(window: Window, parts: number, unitMs: number): Window[] {
	const first = Math.ceil(window.from / unitMs);
	const past = Math.ceil(window.to / unitMs);
	const count = Math.min(parts, past - first);
	const windows: Window[] = [];
	let from = window.from;
	for (let part = 1; part <= count; part++) {
		const to = part === count ? window.to : (first + Math.round(((past - first) * part) / count)) * unitMs;
		windows.push({from, to});
		from = to;
	}
	return windows;
}
