import {createLru} from './lru.ts';
import {lowerBound, type Position, type Timeline} from './timeline.ts';

export type Order = 'ascending' | 'descending';

/** The rows with `from <= time < to` that a filter lets through; times in the source's unit. */
export interface Selection {
	readonly from: number;
	readonly to: number;
	readonly filter: Filter | undefined;
}

/** A test of rows. Filters with the same key are the same filter. */
export interface Filter {
	readonly key: string;
	readonly matches: (row: unknown) => boolean;
}

/** Reads selections of one timeline. */
export interface Reader {
	/** How many rows there are. */
	count(selection: Selection): number;
	/** Up to `count` rows in this order: those beyond the row `after`, then without the first `skip` of them. */
	take(selection: Selection, order: Order, start: {after?: Position; skip?: number}, count: number): Position[];
}

/** The rows of one block that belong to a selection, oldest first. */
interface Members {
	readonly size: number;
	/** The index in the block of the nth member. */
	at(nth: number): number;
	/** How many members have an index below this one. */
	below(index: number): number;
}

/** Indexes in the cache of filtered days: 2 million are 8 MB. */
const maxCachedIndexes = 2_000_000;

/** A reader that goes block by block, so that only filters ever look at rows which are not in the page. */
export function createReader(timeline: Timeline): Reader {
	const filtered = createLru<Uint32Array>(maxCachedIndexes, indexes => indexes.length + 1);

	function membersOf(block: number, {from, to, filter}: Selection): Members {
		const low = timeline.countBefore(block, from);
		const high = timeline.countBefore(block, to);
		if (filter === undefined) {
			const size = Math.max(0, high - low);
			return {size, at: nth => low + nth, below: index => Math.min(size, Math.max(0, index - low))};
		}
		const all = filtered.get(`${block} ${filter.key}`, () => matching(block, filter));
		const indexes = all.subarray(rank(all, low), rank(all, high));
		return {size: indexes.length, at: nth => indexes[nth] ?? 0, below: index => rank(indexes, index)};
	}

	function matching(block: number, filter: Filter): Uint32Array {
		const count = timeline.countBefore(block, Infinity);
		const indexes: number[] = [];
		for (let index = 0; index < count; index++) {
			if (filter.matches(timeline.row({block, index}))) indexes.push(index);
		}
		return Uint32Array.from(indexes);
	}

	return {
		count(selection) {
			let total = 0;
			for (const block of blocksOf(timeline, selection, 'ascending')) total += membersOf(block, selection).size;
			return total;
		},
		take(selection, order, {after, skip = 0}, count) {
			const taken: Position[] = [];
			let toSkip = skip;
			for (const block of blocksOf(timeline, selection, order)) {
				if (taken.length >= count) break;
				if (after !== undefined && (order === 'ascending' ? block < after.block : block > after.block)) continue;
				const members = membersOf(block, selection);
				let first = 0;
				let end = members.size;
				if (block === after?.block) {
					if (order === 'ascending') first = members.below(after.index + 1);
					else end = members.below(after.index);
				}
				const available = end - first;
				const skipped = Math.min(toSkip, available);
				toSkip -= skipped;
				for (let nth = skipped; nth < available && taken.length < count; nth++) {
					taken.push({block, index: members.at(order === 'ascending' ? first + nth : end - 1 - nth)});
				}
			}
			return taken;
		},
	};
}

function* blocksOf(timeline: Timeline, {from, to}: Selection, order: Order): Generator<number, void, undefined> {
	if (from >= to) return;
	const {first, last} = timeline.blocks(from, to);
	if (order === 'ascending') {
		for (let block = first; block <= last; block++) yield block;
	} else {
		for (let block = last; block >= first; block--) yield block;
	}
}

function rank(sorted: Uint32Array, value: number): number {
	return lowerBound(sorted.length, index => (sorted[index] ?? 0) < value);
}
