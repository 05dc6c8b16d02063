import {DAY} from '../base/duration.ts';
import {windowsOf, type PlannedQuery} from '../engine/window-plan.ts';
import type {Window} from '../engine/windows.ts';
import {earliestStart, stepMs} from '../sources/range.ts';
import {outsideGaps, withoutWindow, type Gap} from './gaps.ts';
import {endOfPartition} from './layout.ts';
import type {ArchiveStanding} from './manifest.ts';
import type {SegmentIndex} from './range.ts';

/** Known rows held in memory at once, about: a window that is read again is as long as that allows. */
const mostKnownRows = 200_000;

/** Between planning a window and its first request, which must not start out of reach by then. */
const headStartMs = 5000;

/** A clock that was ahead, and is right again, is made up for as long as it was ahead by no more than this. */
const longestSetbackMs = DAY;

/** The time that a run reads, in the order in which it does. */
export interface RunPlan {
	/** What is left open and can still be asked for. */
	readonly gaps: readonly Gap[];
	/** What is read again, for rows that came late. */
	readonly overlap: readonly Window[];
	/** What no run has read and the source no longer gives out. */
	readonly unreachable: Window | undefined;
	/** What no run has read; empty where its ends are equal. */
	readonly fresh: Window;
}

export interface RunPlanOptions {
	readonly standing: ArchiveStanding;
	/** The archive's first instant, Unix milliseconds. */
	readonly since: number;
	readonly query: PlannedQuery;
	readonly overlapMs: number;
	readonly lagMs: number;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: number;
}

/** What a run has to do, as the clock on this side stands. */
export function planRun({standing, since, query, overlapMs, lagMs, now}: RunPlanOptions): RunPlan {
	const {source} = query;
	const unitMs = stepMs(source.range);
	const reach = Math.ceil(earliestStart(source, now + headStartMs) / unitMs) * unitMs;
	const covered = standing.until;
	const due = wholeUnits(now - lagMs, unitMs);
	const until = Math.max(covered, due);
	const start = Math.min(until, Math.max(covered, reach));
	// Where the clock was ahead when this much was covered, rows of that time are still arriving.
	const again = Math.max(Math.min(covered, due), covered - longestSetbackMs) - overlapMs;
	const overlap = {from: Math.max(since, again, reach), to: covered};
	return {
		gaps: reach === -Infinity ? standing.gaps : withoutWindow(standing.gaps, {from: -Infinity, to: reach}),
		overlap: overlap.from < overlap.to ? outsideGaps([overlap], standing.gaps) : [],
		unreachable: covered < start ? {from: covered, to: start} : undefined,
		fresh: {from: start, to: until},
	};
}

/** The start of the unit that an instant is in: rows of a unit still under way would be cut in two. */
export function wholeUnits(ms: number, unitMs: number): number {
	return Math.floor(ms / unitMs) * unitMs;
}

/** How the next window is cut. */
export interface WindowRules {
	readonly query: PlannedQuery;
	/** The longest that it may be, in milliseconds. */
	readonly lengthMs: number;
	readonly now: () => number;
}

/** The first window of `[from, to)`: never across a UTC midnight, and as the query's source wants its windows. */
export function nextWindow({from, to}: Window, {query, lengthMs, now}: WindowRules): Window {
	const until = Math.min(to, endOfPartition(from));
	const [first = {from, to: until}] = windowsOf({...query, since: from, until, windowMs: lengthMs}, from, now);
	return first;
}

/** Cuts a window that is read again, so that the rows known of each part fit in memory. */
export function* partsOf(window: Window, segments: SegmentIndex, rules: WindowRules): Generator<Window, void, undefined> {
	const unitMs = stepMs(rules.query.source.range);
	for (let {from} = window; from < window.to;) {
		let part = nextWindow({from, to: window.to}, rules);
		while (part.to - from > unitMs && knownRows(part, segments) > mostKnownRows) {
			part = {from, to: from + Math.max(1, Math.floor((part.to - from) / 2 / unitMs)) * unitMs};
		}
		yield part;
		from = part.to;
	}
}

/** About how many rows of a window the segments hold. */
function knownRows(window: Window, segments: SegmentIndex): number {
	let sum = 0;
	for (const {from, to, records} of segments.within(window)) {
		sum += records * (Math.min(window.to, to) - Math.max(window.from, from)) / (to - from);
	}
	return sum;
}
