import type {SourceDefinition} from './types.ts';

/**
 * The smallest piece of time that rows can be told apart by and asked for, in milliseconds. Where rows say their time more
 * coarsely than the range does, windows that end between two of their units would each leave a row at the border to the other.
 */
export function stepMs({unitMs, rowUnitMs = unitMs}: SourceDefinition['range']): number {
	return Math.max(unitMs, rowUnitMs);
}

export type RangeRules = Pick<SourceDefinition, 'range' | 'window'>;

/**
 * The longest window in milliseconds whose request stays within the source's cap, counted strictly: both ends
 * inclusive. `Infinity` where there is no cap.
 */
export function longestWindowMs({range, window}: RangeRules): number {
	if (window.maxMs === undefined) return Infinity;
	const askedBeyond = (range.startBound === 'unknown' ? 1 : 0) + (range.endBound === 'inclusive' ? 0 : 1);
	return Math.floor((Math.floor(window.maxMs / range.unitMs) - askedBeyond) * range.unitMs / stepMs(range)) * stepMs(range);
}
