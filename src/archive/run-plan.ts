import {DAY} from '../base/duration.ts';
import {windowsOf, type PlannedQuery} from '../engine/window-plan.ts';
import type {Window} from '../engine/windows.ts';
import type {Query} from '../query/query.ts';
import {earliestStart, stepMs, wholeUnits} from '../sources/range.ts';
import {outsideGaps, withoutWindow, type Gap} from './gaps.ts';
import {endOfPartition} from './layout.ts';
import type {ArchiveStanding} from './manifest.ts';
import {SegmentIndex} from './range.ts';

/** Known rows held in memory at once, about: what is read again is written in pieces that allow for it. */
const mostKnownRows = 200_000;

/** Pages of known rows that every run looks through again; what is older than these it leaves to the run that looks through all. */
const newestPages = 10;

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
	/** All of that but what is unreachable, as it is read: where windows follow the volume, one may hold both overlap and fresh time. */
	readonly stretches: ReadonlyArray<Window & {readonly purpose: 'gap' | 'overlap' | 'fresh'}>;
	/** The segments of the gaps and the overlap. */
	readonly index: SegmentIndex;
}

export interface RunPlanOptions {
	/** The archive's directory. */
	readonly dir: string;
	readonly standing: ArchiveStanding;
	/** The archive's first instant, Unix milliseconds. */
	readonly since: number;
	readonly query: PlannedQuery & Pick<Query, 'pageSize'>;
	readonly overlapMs: number;
	readonly lagMs: number;
	/** Look through all of the overlap, although the runs before did. Default false. */
	readonly isThorough?: boolean;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: number;
}

/**
 * What a run has to do, as the clock on this side stands. Of the overlap it is the newest pages, as long as that is not all;
 * the first run in each time as long as the overlap looks through all that came into the archive since the last such run
 * began, and the overlap before that: so a row is found that came late by no more than the overlap, that long after it came.
 * @throws DamagedManifestError
 */
export async function planRun({dir, standing, since, query, overlapMs, lagMs, isThorough = false, now}: RunPlanOptions): Promise<RunPlan> {
	const {source} = query;
	const unitMs = stepMs(source.range);
	const reach = Math.ceil(earliestStart(source, now + headStartMs) / unitMs) * unitMs;
	const covered = standing.until;
	const due = wholeUnits(now - lagMs, unitMs);
	const until = Math.max(covered, due);
	const start = Math.min(until, Math.max(covered, reach));
	// Where the clock was ahead when this much was covered, rows of that time are still arriving.
	const again = Math.max(Math.min(covered, due), covered - longestSetbackMs) - overlapMs;
	const begun = overlapMs === 0 ? covered : wholeUnits(covered, overlapMs);
	const earliest = Math.max(since, reach, overlapMs === 0 ? covered : Math.min(again, begun - overlapMs));
	const gaps = reach === -Infinity ? standing.gaps : withoutWindow(standing.gaps, {from: -Infinity, to: reach});
	const index = await SegmentIndex.of(dir, [...gaps, ...earliest < covered ? [{from: earliest, to: covered}] : []]);
	const isWhole = isThorough || due < covered || due >= begun + overlapMs;
	const from = isWhole ? earliest : newestFrom({from: Math.max(earliest, again), to: covered}, index, query);
	const overlap = from < covered ? outsideGaps([{from, to: covered}], standing.gaps) : [];
	const last = overlap.at(-1);
	const isJoined = query.followsVolume === true && last?.to === start && start < until;
	return {
		gaps, overlap, index,
		unreachable: covered < start ? {from: covered, to: start} : undefined,
		fresh: {from: start, to: until},
		stretches: [
			...gaps.map(gap => ({from: gap.from, to: gap.to, purpose: 'gap'} as const)),
			...(isJoined ? overlap.slice(0, -1) : overlap).map(window => ({...window, purpose: 'overlap'} as const)),
			{from: isJoined ? last.from : start, to: until, purpose: 'fresh'},
		],
	};
}

/** Where the newest pages of what is known of a window begin; its start where they are no more. */
function newestFrom({from, to}: Window, index: SegmentIndex, {source, pageSize}: RunPlanOptions['query']): number {
	const unitMs = stepMs(source.range);
	const isFew = (start: number) => knownRows({from: start, to}, index) <= newestPages * pageSize;
	if (from >= to || isFew(from)) return from;
	let [many, few] = [from, to];
	while (few - many > unitMs) {
		const middle = many + Math.ceil((few - many) / 2 / unitMs) * unitMs;
		if (middle >= few) break;
		if (isFew(middle)) few = middle;
		else many = middle;
	}
	return few;
}

/**
 * The first window of `[from, to)`: never across a UTC midnight, as the query's source wants its windows, and no longer than
 * a window is by default.
 */
export function nextWindow({from, to}: Window, query: PlannedQuery, now: () => number): Window {
	const until = Math.min(to, endOfPartition(from));
	const [first = {from, to: until}] = windowsOf({...query, since: from, until}, from, now);
	return first;
}

/**
 * Cuts a window as it is written: at UTC midnights, and so that the rows known of each piece fit in memory.
 * @param next the longest that the piece may be that begins a window. Default: up to midnight
 */
export function* piecesOf(
	window: Window, {index, unitMs, next = ({from, to}) => ({from, to: Math.min(to, endOfPartition(from))})}: {
		index: SegmentIndex; unitMs: number; next?: (window: Window) => Window;
	},
): Generator<Window, void, undefined> {
	for (let {from} = window; from < window.to;) {
		let piece = next({from, to: window.to});
		while (piece.to - from > unitMs && knownRows(piece, index) > mostKnownRows)
			piece = {from, to: from + Math.max(unitMs, wholeUnits((piece.to - from) / 2, unitMs))};
		yield piece;
		from = piece.to;
	}
}

/** About how many rows of a window the segments hold. */
export function knownRows(window: Window, segments: SegmentIndex): number {
	let sum = 0;
	for (const {from, to, records} of segments.within(window)) sum += records * (Math.min(window.to, to) - Math.max(window.from, from)) / (to - from);
	return sum;
}
