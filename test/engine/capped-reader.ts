import {SeenRows} from '../../src/engine/seen-rows.ts';
import {nothingLearned, type CappedReader, type CountedPage, type Learned} from '../../src/engine/capped-page.ts';
import {Lanes} from '../../src/engine/lanes.ts';
import type {OffsetPagination} from '../../src/sources/pagination.ts';
import {ApiError} from '../../src/base/errors.ts';
import type {AuditRecord} from '../../src/base/record.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

/** A row; its time in units of the source. */
export interface Row {
	readonly id: string;
	readonly time: number | undefined;
	readonly type?: string;
}

/** What one request asks for. */
export interface Asked {
	readonly start: number;
	readonly end: number;
	readonly offset: number;
	readonly size: number;
	/** `0` where every type is asked for. */
	readonly type: string;
}

/** The rows of one answer, and the total that it states as it stands there. */
export interface Page {
	readonly rows: readonly Row[];
	readonly total: unknown;
}

/** A page, or `refused`: a wrong parameter. */
export type Answer = Page | 'refused';

export interface CappedOptions {
	readonly cap?: number;
	readonly pageSize?: number;
	readonly counts?: OffsetPagination['counts'];
	readonly concurrency?: number;
	readonly unitMs?: number;
	readonly startBound?: SourceDefinition['range']['startBound'];
	readonly endBound?: SourceDefinition['range']['endBound'];
	readonly learned?: Partial<Learned>;
	readonly splittable?: boolean;
	/** Whether queries can be narrowed to a type. Default true. */
	readonly hasTypes?: boolean;
}

/** A reader of an API that answers as told, beginning with request 1, and what it was asked for. */
export function cappedReader(answer: (asked: Asked, count: number) => Answer, {
	cap = 100, pageSize = 10, counts = 'rows', concurrency = 1, unitMs = 1, startBound = 'inclusive', endBound = 'exclusive', learned = {}, splittable = false, hasTypes = true,
}: CappedOptions = {}): {reader: CappedReader; asked: Asked[]; told: string[]} {
	const asked: Asked[] = [];
	const told: string[] = [];
	const pagination: OffsetPagination = {style: 'offset', offsetParameter: 'offset', sizeParameter: 'size', defaultSize: pageSize, maxSize: pageSize, total: ['data', 'total'], cap, counts};
	const source = {
		name: 'capped', endpoint: {method: 'POST', path: '/rows'}, pagination, rows: ['data', 'items'], id: 'id', time: 'time', window: {defaultMs: 86_400_000},
		range: {start: 'from', end: 'to', unitMs, startBound, endBound}, badParameter: {code: 1001, message: 'bad parameter'},
		...hasTypes ? {splitBy: {parameter: 'type', field: 'type', all: '0', values: ['1', '2']}} : {},
	} as unknown as SourceDefinition;
	const reader: CappedReader = {
		source, pagination, pageSize, concurrency, lanes: new Lanes(concurrency), splittable, learned: {...nothingLearned(), ...learned},
		verbose: message => void told.push(message), debug: message => void told.push(message),
		async fetchPage(parameters) {
			const {from, to, offset, size, type = '0'} = parameters as Record<'from' | 'to' | 'offset' | 'size', number> & {type?: string};
			const request = {start: from, end: to, offset, size, type};
			asked.push(request);
			const answered = answer(request, asked.length);
			if (answered === 'refused') throw new ApiError('refused', {vendorCode: 1001});
			const body = {code: 0, data: {items: answered.rows, total: answered.total}};
			return {text: JSON.stringify(body), body, altered: false};
		},
	};
	return {reader, asked, told};
}

/** How an API with these rows answers, oldest rows first: both ends as told, offsets counted in rows, totals that are right. */
export function serving(rows: readonly Row[], {cap = 100, end = 'exclusive', order = 'ascending', counts = 'rows', saturating = false, largestPage = Infinity, beyondCap = 'empty'}: {
	cap?: number; end?: 'inclusive' | 'exclusive'; order?: 'ascending' | 'descending'; counts?: 'rows' | 'pages'; saturating?: boolean; largestPage?: number; beyondCap?: 'empty' | 'refused';
} = {}): (asked: Asked) => Answer {
	return asked => {
		const selected = rows.filter(({time = 0, type}) => time >= asked.start && (end === 'inclusive' ? time <= asked.end : time < asked.end) && (asked.type === '0' || type === asked.type));
		if (order === 'descending') selected.reverse();
		const size = Math.min(asked.size, largestPage);
		const first = counts === 'rows' ? asked.offset : asked.offset * size;
		if (beyondCap === 'refused' && first + asked.size > cap) return 'refused';
		return {rows: selected.slice(0, cap).slice(first, first + size), total: String(saturating ? Math.min(cap, selected.length) : selected.length)};
	};
}

/** Rows at these times, named after their place. */
export function rowsAt(...times: ReadonlyArray<number | undefined>): Row[] {
	return times.map((time, index) => ({id: `r${index}`, time}));
}

/** So many rows, one at each unit. */
export function rowsFrom(first: number, count: number): Row[] {
	return Array.from({length: count}, (_, index) => ({id: `r${first + index}`, time: first + index}));
}

/** A page as `askPage` reads it, of rows in milliseconds. */
export function pageOf(rows: readonly Row[], total: number): CountedPage {
	return {records: rows.map(row => ({text: JSON.stringify(row), id: row.id, time: row.time})), altered: false, total};
}

/** Everything that is read, by id, and what the reading returns. */
export async function drain<T>(reading: AsyncGenerator<AuditRecord[], T, undefined>): Promise<{ids: string[]; batches: number[]; outcome: T}> {
	const ids: string[] = [];
	const batches: number[] = [];
	for (;;) {
		const step = await reading.next();
		if (step.done === true) return {ids, batches, outcome: step.value};
		ids.push(...step.value.map(({id}) => id ?? ''));
		batches.push(step.value.length);
	}
}

export const idsOf = (rows: readonly Row[]): string[] => rows.map(({id}) => id);

/** What is known when these rows were written by an earlier reading. */
export function seenOf(rows: readonly Row[]): SeenRows {
	const seen = new SeenRows();
	for (const record of pageOf(rows, rows.length).records) seen.add(record);
	return seen;
}
