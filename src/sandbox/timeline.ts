import {DAY} from '../base/duration.ts';
import type {SampleRandom} from '../sources/types.ts';
import {dayTimes} from './day.ts';
import {createLru} from './lru.ts';
import {mix, sampleRandom, seedOf} from './random.ts';

/** Where a row stands: its block, and its index among the block's rows, oldest first. */
export interface Position {
	readonly block: number;
	readonly index: number;
}

/** An explicit row: its time in the source's unit, and the row as the API writes it. */
export interface ListedRow {
	readonly id: string;
	readonly time: number;
	readonly row: unknown;
}

/**
 * All rows of one source, oldest first, in numbered blocks whose times never overlap. Times are in the source's
 * unit. A block's rows never change, so a position names the same row forever.
 */
export interface Timeline<Row = unknown> {
	/** The blocks that may hold rows with `from <= time < to`. */
	blocks(from: number, to: number): {readonly first: number; readonly last: number};
	/** How many rows of the block are older than `time`. */
	countBefore(block: number, time: number): number;
	/** The row's body. */
	row(position: Position): Row;
	/** How far back a request reaches that names no start, in the source's unit. */
	readonly reach: number;
}

/** What generated rows are made of. */
export interface RowMaker<Row> {
	/** Rows of different names differ. */
	readonly name: string;
	/** Milliseconds per unit of time. */
	readonly unitMs: number;
	readonly sample: (random: SampleRandom, row: {id: string; time: number}) => Row;
}

/** As if the vendor kept this much: without it a request with no start would read back to 1970. */
const reachMs = 180 * DAY;

/** Rows in the cache of days: 2 million times are 8 MB. */
const maxCachedRows = 2_000_000;

/**
 * Generated rows, the same for the same seed, over any range since 1970: `recordsPerDay` in each UTC day, made
 * when they are asked for. One block is one day.
 */
export function generatedTimeline<Row>(
	{name, unitMs, sample}: RowMaker<Row>, {seed, recordsPerDay}: {seed: number; recordsPerDay: number},
): Timeline<Row> {
	const unitsPerDay = DAY / unitMs;
	const days = createLru<Uint32Array>(maxCachedRows, times => times.length);

	function timesOf(day: number): Uint32Array {
		return days.get(String(day), () => dayTimes(seedOf(seed, name, day), recordsPerDay, unitMs));
	}

	return {
		reach: reachMs / unitMs,
		blocks(from, to) {
			return {first: Math.max(0, Math.floor(from / unitsPerDay)), last: Math.ceil(to / unitsPerDay) - 1};
		},
		countBefore(day, time) {
			const sinceMidnight = time - day * unitsPerDay;
			// Whole days need no look at their times: that is what makes long ranges and deep pages cheap.
			if (sinceMidnight <= 0) return 0;
			if (sinceMidnight >= unitsPerDay) return recordsPerDay;
			const times = timesOf(day);
			return lowerBound(times.length, index => (times[index] ?? 0) < sinceMidnight);
		},
		row({block, index}) {
			const time = block * unitsPerDay + (timesOf(block)[index] ?? 0);
			const salt = seedOf(seed, name, 'row', block);
			const random = sampleRandom(mix(salt ^ Math.imul(index + 1, 0x9e_37_79_b1)));
			return sample(random, {id: rowId(time * unitMs, index, salt), time});
		},
	};
}

/**
 * An id as the vendors make them, a decimal number of 19 digits: seconds in the upper 32 bits; below, the row's
 * index in its day, scattered by an odd factor, which keeps it unique among the rows of the day.
 */
function rowId(timeMs: number, index: number, salt: number): string {
	const scattered = (Math.imul(index, 0x9e_37_79_b1) ^ salt) >>> 0;
	return String((BigInt(Math.floor(timeMs / 1000)) << 32n) | BigInt(scattered));
}

/** A timeline of exactly these rows. Rows of equal time keep their order. */
export function listedTimeline(rows: readonly ListedRow[]): Timeline {
	const sorted = rows.toSorted((a, b) => a.time - b.time);
	return {
		reach: Infinity,
		blocks: () => ({first: 0, last: 0}),
		countBefore: (_block, time) => lowerBound(sorted.length, index => (sorted[index]?.time ?? 0) < time),
		row: ({index}) => sorted[index]?.row,
	};
}

/** The least index in [0, length] for which `isBefore` no longer holds; it must hold for a leading part only. */
export function lowerBound(length: number, isBefore: (index: number) => boolean): number {
	let low = 0;
	let high = length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (isBefore(middle)) low = middle + 1;
		else high = middle;
	}
	return low;
}
