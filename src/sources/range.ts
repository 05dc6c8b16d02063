import {Temporal} from 'temporal-polyfill';
import {DAY, formatDuration} from '../base/duration.ts';
import type {SourceDefinition} from './types.ts';

/**
 * The smallest piece of time that rows can be told apart by and asked for, in milliseconds. Where rows say their time more
 * coarsely than the range does, windows that end between two of their units would each leave a row at the border to the other.
 */
export function stepMs({unitMs, rowUnitMs = unitMs}: SourceDefinition['range']): number {
	return Math.max(unitMs, rowUnitMs);
}

/** The start of the unit that an instant is in, or the whole units of a length: rows of a unit still under way would be cut in two. */
export function wholeUnits(ms: number, unitMs: number): number {
	return Math.floor(ms / unitMs) * unitMs;
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

/** How far back a source can be asked. */
export type Reach = Pick<SourceDefinition, 'reachMs' | 'reachZone'>;

/** The first instant that a request may start at, in Unix milliseconds; `-Infinity` where it may start at any time. @param now Unix milliseconds */
export function earliestStart({reachMs, reachZone}: Reach, now: number): number {
	if (reachMs === undefined) return -Infinity;
	return reachZone === undefined ? now - reachMs : startOfDay(now, reachZone, 1 - Math.round(reachMs / DAY));
}

/** When a start goes out of reach, in Unix milliseconds; `Infinity` where it never does. @param start Unix milliseconds */
export function leavesReachAt({reachMs, reachZone}: Reach, start: number): number {
	if (reachMs === undefined) return Infinity;
	return reachZone === undefined ? start + reachMs : startOfDay(start, reachZone, Math.round(reachMs / DAY));
}

/** The first instant of the day that so many days later is than an instant's, by the calendar of a zone. All in Unix milliseconds. */
export function startOfDay(ms: number, timezone: string, daysLater = 0): number {
	const day = Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(timezone).toPlainDate();
	return day.add({days: daysLater}).toZonedDateTime(timezone).epochMilliseconds;
}

/** How far back a source can be asked, for people: `7d`, or `7 days by the calendar of Asia/Shanghai, today included`. */
export function reachText({reachMs = 0, reachZone}: Reach): string {
	return reachZone === undefined
		? formatDuration(reachMs)
		: `${Math.round(reachMs / DAY)} days by the calendar of ${reachZone}, today included`;
}
