import type {SearchKind} from '../../sources/app-log-kinds.ts';
import {isJsonObject} from '../json-object.ts';
import type {SandboxOptions} from '../options.ts';
import {createPageTokens} from '../page-token.ts';
import {BadParameter} from '../parameters.ts';
import {seedOf} from '../random.ts';
import {createReader, type Filter, type Selection} from '../selection.ts';
import {filterOf, type FilterValues} from './matching.ts';
import {consoleSearches, type ConsoleRow} from './searches.ts';
import {generatedConsoleTimeline, listedConsoleTimeline} from './timeline.ts';

/** The half-open time range of a search, in Unix milliseconds. */
export interface ConsoleRange {
	readonly from: number;
	readonly to: number;
}

/** A search as every wire shape can say it. */
export interface ConsoleQuery {
	readonly range: ConsoleRange;
	readonly filters: FilterValues;
}

/** Where a page starts: behind so many rows, or behind the row of a cursor; undefined is the first page. */
export type PageStart = {readonly skip: number} | {readonly after: string | undefined};

/** One page of the table, and what is known beside it. */
export interface ConsolePage {
	readonly rows: readonly ConsoleRow[];
	readonly total: number;
	readonly hasNext: boolean;
	/** Behind the last row of the page; undefined where the page is empty. */
	readonly cursor: string | undefined;
}

/** The rows of one search, read page by page. */
export interface ConsoleLog {
	/** @throws BadParameter for a cursor that is not one of this query. */
	page(query: ConsoleQuery, start: PageStart, size: number, nowMs: number): ConsolePage;
	count(query: ConsoleQuery, nowMs: number): number;
}

/** One row in so many reaches the console late, where any does. */
const oneLateIn = 4;

/** The rows of a search as the options want them. */
export function createConsoleLog(
	kind: SearchKind,
	{seed = 1, recordsPerDay = 1000, order = 'descending', rows: listed, lateClientMs = 0}: Omit<SandboxOptions, 'now' | 'sleep'>,
): ConsoleLog {
	const search = consoleSearches[kind];
	const rows = listed?.[search.source];
	const timeline = rows === undefined ? generatedConsoleTimeline(search, {seed, recordsPerDay}) : listedConsoleTimeline(rows);
	const reader = createReader(timeline);
	const cursors = createPageTokens(JSON.stringify([seed, recordsPerDay, order, kind]));
	const lateMs = kind === 'client' ? lateClientMs : 0;

	function selectionOf({range: {from, to}, filters}: ConsoleQuery, nowMs: number): Selection {
		const existing = Math.min(to, nowMs + 1);
		const filter = filterOf(filters);
		return {from, to: existing, filter: lateMs > 0 && existing > nowMs - lateMs ? arrivedBy(nowMs, filter) : filter};
	}

	/** As the filter, for the rows that have reached the console by now. */
	function arrivedBy(nowMs: number, filter: Filter | undefined): Filter {
		const isLate = (row: unknown): boolean =>
			isJsonObject(row) && Number(row['time']) > nowMs - lateMs && seedOf(seed, 'late', String(row['id'])) % oneLateIn === 0;
		return {key: `${nowMs} ${filter?.key ?? ''}`, matches: row => !isLate(row) && (filter?.matches(row) ?? true)};
	}

	return {
		page(query, start, size, nowMs) {
			const selection = selectionOf(query, nowMs);
			const text = JSON.stringify(query);
			const cursor = 'after' in start ? start.after : undefined;
			const after = cursor === undefined ? undefined : cursors.read(text, cursor);
			if (cursor !== undefined && after === undefined) throw new BadParameter('after', 'is not a cursor of this query');
			const found = reader.take(selection, order, {...(after === undefined ? {} : {after}), skip: 'skip' in start ? start.skip : 0}, size + 1);
			const positions = found.slice(0, size);
			const last = positions.at(-1);
			return {
				rows: positions.map(position => timeline.row(position)),
				total: reader.count(selection),
				hasNext: found.length > size,
				cursor: last === undefined ? undefined : cursors.issue(text, last),
			};
		},
		count: (query, nowMs) => reader.count(selectionOf(query, nowMs)),
	};
}
