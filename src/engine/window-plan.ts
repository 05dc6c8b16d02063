import {DAY, HOUR} from '../base/duration.ts';
import {systemTimezone} from '../base/system-timezone.ts';
import type {Query} from '../query/query.ts';
import {leavesReachAt, startOfDay, stepMs} from '../sources/range.ts';
import {countWindows, type Window} from './windows.ts';

/** A window may be so many times as long as it is away from what has gone out of reach: time enough to read it. */
const reachGrowth = 7;

/** What decides how a range is cut. */
export type PlannedQuery = Pick<Query, 'source' | 'since' | 'until' | 'windowMs' | 'followsVolume' | 'timezone'>;

/**
 * Cuts `[from, query.until)` into the windows of a query, oldest first: each as long as allowed, or by calendar days in
 * the query's time zone where the source has it so. Next to what a source no longer lets one ask for, windows are short,
 * because that edge moves on while they are read; `now` is looked at as each is cut.
 */
export function* windowsOf(query: PlannedQuery, from: number, now: () => number): Generator<Window, void, undefined> {
	const {source, until, windowMs} = query;
	const byDays = followsDays(query);
	for (let start = from; start < until;) {
		const leftMs = leavesReachAt(source, start) - now();
		const reachableLengthMs = reachableMs(leftMs, stepMs(source.range));
		// A day of the calendar goes at once: then short windows only cost time.
		const lengthMs = Math.min(windowMs, source.reachZone === undefined ? reachableLengthMs : Math.max(HOUR, reachableLengthMs));
		// The day that goes out of reach next does so all at once, and must not take the beginning of another with it.
		const nextDay = source.reachZone !== undefined && leftMs <= DAY ? startOfDay(start, source.reachZone, 1) : Infinity;
		const end = Math.min(until, start + lengthMs, byDays ? endOfDayPart(start, query) : Infinity, nextDay);
		yield {from: start, to: end};
		start = end;
	}
}

/** The number of windows that `windowsOf` cuts, as the clock stands now. */
export function countWindowsOf(query: PlannedQuery, from: number, now: () => number): number {
	const {source, until, windowMs} = query;
	// A year of five-minute windows is not cut to be counted.
	if (source.window.days === undefined && source.reachMs === undefined) return countWindows(from, until, windowMs);
	let count = 0;
	for (const _ of windowsOf(query, from, now)) count++;
	return count;
}

/** Whether a query's windows are its calendar days: those of the console are, where that takes no more windows. */
function followsDays(query: PlannedQuery): boolean {
	const {source, since, until, windowMs} = query;
	if (source.window.days !== 'where-no-more') return source.window.days === 'always';
	let days = 0;
	for (let start = since; start < until; start = endOfDayPart(start, query)) days++;
	return days <= countWindows(since, until, windowMs);
}

/** The end of the day that `start` is in; of a part of it where a day is longer than a window may be (its clocks change). */
function endOfDayPart(start: number, {source, timezone = systemTimezone(), windowMs}: PlannedQuery): number {
	const unitMs = stepMs(source.range);
	const end = startOfDay(start, timezone, 1);
	const parts = Math.ceil((end - start) / windowMs);
	return parts === 1 ? end : start + Math.min(windowMs, Math.ceil((end - start) / parts / unitMs) * unitMs);
}

/** The longest window that starts so many milliseconds after what is out of reach, in whole units. */
function reachableMs(distanceMs: number, unitMs: number): number {
	return Math.max(1, Math.floor(distanceMs * reachGrowth / unitMs)) * unitMs;
}
