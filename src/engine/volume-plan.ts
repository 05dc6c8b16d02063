import * as z from 'zod';
import {DAY, HOUR, MINUTE} from '../base/duration.ts';
import {parseJson} from '../json/value.ts';
import type {Query} from '../query/query.ts';
import {longestWindowMs, stepMs, wholeUnits} from '../sources/range.ts';
import {isCounted} from './read-window.ts';
import {type PlannedQuery, windowsOf} from './window-plan.ts';
import type {Window} from './windows.ts';

/** Windows that are cut at a time: the rows in these decide how long the next are, whatever the concurrency. */
const slabWindows = 4;

/** No window is longer than this, in milliseconds, whatever the API allows: it is what a failure reads again. */
const longestMs = 30 * DAY;

const mostGrowth = 8;

/** Pages that a window is made to hold, and that it may come to hold, but for so many rows. */
const wantedPages = 16;
const mostPages = 50;
const mostRows = 10_000;

/** Pages that make even a window of the default length worth cutting: it is a checkpoint, and what a failure reads again. */
const fullPages = 200;

/** In so many milliseconds without as many rows, half of what is known of dense times is forgotten. */
const halfLifeMs = DAY;

/** What still moves is read by itself where a moved total would have more than so much read again. */
const newestMs = 10 * MINUTE;
const longMs = HOUR;

/** Given out in the place of a window while that depends on windows under way. */
export const later = 'later';

/** Why a window is too large: it holds so many rows in so many milliseconds, the API may refuse its length, or it could not be read in one piece. */
type TooLarge = {readonly rows: number; readonly spanMs: number} | 'refused' | 'failed';

/** A window that is longer than by default is better cut; nothing of it was let out. */
export class WindowTooLarge extends Error {
	override readonly name = 'WindowTooLarge';
	readonly found: TooLarge;

	/** @param cause what went wrong, where it is not its rows */
	constructor(found: TooLarge, cause?: string) {
		super(
			typeof found === 'object'
				? 'there are too many rows in this window'
				: `${found === 'refused' ? 'the API may refuse a range of this length' : 'this window was not read whole'} (${cause ?? 'no reason given'})`,
		);
		this.found = found;
	}
}

/** The longest that a window of a query may be, in milliseconds. */
export function longestMsOf({source, windowMs, followsVolume = false}: PlannedQuery): number {
	return followsVolume ? Math.max(windowMs, Math.min(longestWindowMs(source), longestMs)) : windowMs;
}

/** Rows that a window of a query may come to hold: one that is longer than by default gives up where it states more. */
export function mostRowsOf({pageSize}: Pick<Query, 'pageSize'>): number {
	return Math.min(mostRows, mostPages * pageSize);
}

/** Pages that a window may ask for when its rows so far cover this share of its time. Rows that stand close promise many more. */
export function mostPagesFor(share: number): number {
	return Math.max(1, Math.floor(mostPages * Math.sqrt(Math.min(1, share))));
}

const slab = z.object({
	from: z.number(),
	lengthMs: z.number(),
	/** Where its windows end. */
	ends: z.array(z.number()),
	/** Rows of those that are finished; null for one that failed. */
	rows: z.array(z.number().nullable()),
});

const planState = z.object({
	/** Where the next slab begins. */
	from: z.number(),
	/** How long its windows are, and how many. */
	lengthMs: z.number(),
	count: z.number(),
	/** The longest that the API accepts, as far as it is known. */
	longestMs: z.number(),
	/** The densest time of late, in rows a millisecond. */
	peak: z.number(),
	/** Little came last: the next slab waits for what the one before it brings. */
	isSparse: z.boolean(),
	/** From here on rows still arrive. */
	newestFrom: z.number(),
	/** Slabs whose rows have not been looked at yet, oldest first. */
	slabs: z.array(slab),
});

type PlanState = z.infer<typeof planState>;

type Slab = z.infer<typeof slab>;

export interface VolumePlanOptions {
	/** Where the plan begins, Unix milliseconds; it ends with the query. */
	readonly from: number;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** The state of the plan that this one continues. */
	readonly resumed?: string | undefined;
	/** The export ends after few pages, wherever they stand: windows may hold any number of them. Default false. */
	readonly isBrief?: boolean;
	/** Windows of more than a day end with one, by UTC: an archive has one file for it. Default false. */
	readonly isByDay?: boolean;
	/** Rows that it is likely to hold, in so many milliseconds of it. Default: nothing is known. */
	readonly expected?: {readonly rows: number; readonly spanMs: number};
}

/**
 * The windows of a query whose length follows the rows that there are: the whole range at first, if it fits on a page, then
 * slabs of equal windows, each as long as the slab before the last suggests, and the last itself where little comes. The
 * plan depends on nothing but the rows, so that it is the same whatever the concurrency, and after an interruption.
 */
export class VolumePlan {
	#state: PlanState;
	/** Windows of `slabs` that were given out. */
	#given = 0;
	readonly #query: Query;
	readonly #now: () => number;
	readonly #isBrief: boolean;
	readonly #isByDay: boolean;

	constructor(query: Query, {from, now, resumed, isBrief = false, isByDay = false, expected}: VolumePlanOptions) {
		this.#query = query;
		this.#isBrief = isBrief;
		this.#isByDay = isByDay;
		this.#now = now;
		const {source, since, until} = query;
		const longest = longestMsOf(query);
		const settled = now() - newestMs;
		const state = resumed === undefined ? undefined : planState.safeParse(parseJson(resumed)).data;
		this.#state = state !== undefined && positionOf(state) === from ? state : {
			from, lengthMs: longest, count: 1, longestMs: longest, peak: 0, isSparse: true, slabs: [],
			newestFrom: isCounted(source) && until - since > longMs && settled > from ? Math.min(until, settled) : until,
		};
		if (state === undefined && expected !== undefined && expected.rows > query.pageSize)
			this.#state = {...this.#state, count: slabWindows, lengthMs: this.#lengthFor(expected), peak: expected.rows / expected.spanMs};
		// Windows that are all of one length need not wait for one another.
		if (state === undefined && query.followsVolume !== true) this.#state = {...this.#state, count: slabWindows, isSparse: false};
		this.restart();
	}

	/** The windows, oldest first, and `later` while the next depends on those under way. Goes on for as long as any may be cut again. */
	* windows(): Generator<Window | typeof later, void, undefined> {
		for (;;) {
			const next = this.next();
			if (next !== undefined) yield next;
			else if (this.#state.slabs.every(({ends, rows}) => ends.length === rows.length)) return;
			else yield later;
		}
	}

	/** A window, in its turn, is finished. @param rows that it held; undefined for one that failed */
	done(rows: number | undefined): void {
		const current = this.#state.slabs.find(({ends, rows: {length}}) => length < ends.length);
		current?.rows.push(rows ?? null);
	}

	/** A window, in its turn, was too large: it and all after it are cut anew. */
	cut({from, to}: Window, {found}: WindowTooLarge): void {
		const {windowMs} = this.#query;
		const shorter = found === 'failed' ? windowMs : (to - from) / mostGrowth;
		const lengthMs = Math.min(this.#rounded(shorter), typeof found === 'object' ? this.#lengthFor(found) : Infinity);
		this.#state = {
			...this.#state, from, lengthMs, count: slabWindows, isSparse: true, slabs: [],
			longestMs: found === 'refused' ? Math.max(windowMs, lengthMs) : this.#state.longestMs,
		};
		this.#given = 0;
	}

	/** What was given out and is not finished is given out once more. */
	restart(): void {
		this.#given = this.#state.slabs.reduce((sum, {rows}) => sum + rows.length, 0);
	}

	/** What a plan needs to go on where this one stands, as far as windows are finished. */
	get state(): string {
		return JSON.stringify(this.#state);
	}

	get #wantedRows(): number {
		return Math.min(mostRows / 2, wantedPages * this.#query.pageSize);
	}

	#lengthFor({rows, spanMs}: {readonly rows: number; readonly spanMs: number}): number {
		return this.#rounded(this.#wantedRows * spanMs / Math.max(1, rows));
	}

	/** The next window; `later` while it depends on those under way, undefined when all are given out. */
	next(): Window | typeof later | undefined {
		const {slabs} = this.#state;
		let index = this.#given;
		for (const {from, ends} of slabs) {
			const to = ends[index];
			if (to !== undefined) {
				this.#given++;
				return this.#windowOf(ends[index - 1] ?? from, to);
			}
			index -= ends.length;
		}
		if (this.#state.from >= this.#query.until) return undefined;
		while (slabs.length > 1 || (slabs.length === 1 && this.#state.isSparse)) {
			const [first] = slabs;
			if (first === undefined || first.rows.length < first.ends.length) return later;
			this.#learn(first);
			slabs.shift();
			this.#given -= first.ends.length;
		}
		this.#cutSlab();
		return this.next();
	}

	#windowOf(from: number, to: number): Window {
		if (to - from <= this.#query.windowMs) return {from, to};
		return {from, to, mostPages: this.#isBrief ? Infinity : this.#state.count === 1 ? 1 : mostPages};
	}

	#cutSlab(): void {
		const {from, lengthMs, count, newestFrom} = this.#state;
		const until = from < newestFrom ? newestFrom : this.#query.until;
		const ends: number[] = [];
		for (let start = from; start < until && ends.length < count;) {
			const [{to} = {to: until}] = windowsOf({...this.#query, until, windowMs: lengthMs}, start, this.#now);
			start = this.#isByDay && to - start > DAY && to < until ? wholeUnits(to, DAY) : to;
			ends.push(start);
		}
		this.#state.slabs.push({from, lengthMs, ends, rows: []});
		this.#state.from = ends.at(-1) ?? until;
	}

	/** Settles by the rows of a slab how long the windows of the next are. */
	#learn({from, lengthMs, ends, rows}: Slab): void {
		const {pageSize, followsVolume} = this.#query;
		let most = 0;
		let peak = this.#state.peak * 2 ** (-((ends.at(-1) ?? from) - from) / halfLifeMs);
		for (const [index, to] of ends.entries()) {
			// Nothing is known of one that failed: neither more nor less is asked for.
			const found = rows[index] ?? this.#wantedRows;
			most = Math.max(most, found);
			if (rows[index] !== null) peak = Math.max(peak, found / (to - (ends[index - 1] ?? from)));
		}
		const room = this.#wantedRows / Math.max(1, most);
		const factor = room < 1 && most <= mostRowsOf(this.#query) ? 1 : Math.min(mostGrowth, 2 ** Math.floor(Math.log2(room)));
		this.#state = {...this.#state, peak, count: slabWindows, isSparse: followsVolume === true && most <= pageSize};
		this.#state.lengthMs = this.#rounded(Math.min(lengthMs * factor, mostRowsOf(this.#query) / peak));
	}

	/** A length that is no longer, and the default times a power of two; less than the default only where that is full. */
	#rounded(lengthMs: number): number {
		const {windowMs, pageSize, followsVolume, source: {range}} = this.#query;
		const {longestMs: most, peak} = this.#state;
		if (lengthMs >= most || followsVolume !== true) return most;
		const power = (ms: number) => Math.floor(Math.log2(ms / windowMs));
		const rounded = windowMs * 2 ** Math.max(Math.min(0, power(fullPages * pageSize / peak)), power(lengthMs));
		return Math.max(stepMs(range), wholeUnits(rounded, stepMs(range)));
	}
}

/** Where the first window begins that is not finished. */
function positionOf({from, slabs}: PlanState): number {
	const current = slabs.find(({ends, rows}) => rows.length < ends.length);
	return current === undefined ? from : current.ends[current.rows.length - 1] ?? current.from;
}
