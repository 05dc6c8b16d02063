import {stepMs} from '../engine/windows.ts';
import type {SourceDefinition} from './types.ts';

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
