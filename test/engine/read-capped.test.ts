import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {nothingLearned, type CappedReader} from '../../src/engine/capped-page.ts';
import {Lanes} from '../../src/engine/lanes.ts';
import type {OffsetPagination} from '../../src/sources/pagination.ts';
import {newReport} from '../../src/engine/problems.ts';
import {readCapped} from '../../src/engine/read-capped.ts';
import type {AuditRecord} from '../../src/base/record.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

interface Row {
	readonly id: string;
	readonly time: number;
	readonly type: string;
}

interface Api {
	readonly start: 'inclusive' | 'exclusive';
	readonly end: 'inclusive' | 'exclusive';
	readonly counts: 'rows' | 'pages';
	readonly totals: 'honest' | 'saturating';
	readonly order?: 'ascending' | 'descending';
	readonly largestPage?: number;
}

const apis: Api[] = (['inclusive', 'exclusive'] as const).flatMap(start =>
	(['inclusive', 'exclusive'] as const).flatMap(end =>
		(['rows', 'pages'] as const).flatMap(counts =>
			(['honest', 'saturating'] as const).map(totals => ({start, end, counts, totals})))));

const origin = Date.UTC(2026, 10, 1);

/** Reads a range of a fake API with a cap, and tells what came of it and how many requests it took. */
async function read({rows, to = 86_400_000, cap = 1000, pageSize = 20, api, concurrency = 4, between, stated = (_request, total) => total}: {
	rows: readonly Row[]; to?: number; cap?: number; pageSize?: number; api: Api; concurrency?: number; between?: (requests: number) => readonly Row[];
	/** The total that a request states, by its number from 1. */
	stated?: (request: number, total: number) => number;
}) {
	let requests = 0;
	let stored = rows.toSorted((a, b) => a.time - b.time);
	const pagination: OffsetPagination = {style: 'offset', offsetParameter: 'offset', sizeParameter: 'page_size', defaultSize: pageSize, maxSize: pageSize, total: ['data', 'total'], cap, counts: 'unknown'};
	const source = {
		name: 'fake', endpoint: {method: 'GET', path: '/fake'}, pagination, rows: ['data', 'items'], id: 'id', time: 'time', window: {defaultMs: 86_400_000},
		range: {start: 'from', end: 'to', unitMs: 1, startBound: 'unknown', endBound: 'unknown'},
		splitBy: {parameter: 'log_type', field: 'type', all: '0', values: ['1', '2', '3']},
	} as unknown as SourceDefinition;
	const report = newReport();
	const reader: CappedReader = {
		source, pagination, pageSize, concurrency, lanes: new Lanes(concurrency), verbose: () => undefined, debug: () => undefined,
		learned: nothingLearned(), splittable: true,
		async fetchPage(parameters) {
			const request = ++requests;
			const added = between?.(requests) ?? [];
			if (added.length > 0) stored = [...stored, ...added].toSorted((a, b) => a.time - b.time);
			const {from = 0, to: end = 0, offset = 0, log_type: type = '0'} = parameters as Record<string, number> & {log_type?: string};
			const selected = stored.filter(row => (api.start === 'inclusive' ? row.time >= from : row.time > from) && (api.end === 'inclusive' ? row.time <= end : row.time < end) && (type === '0' || row.type === type));
			if (api.order === 'descending') selected.reverse();
			const size = Math.min(pageSize, api.largestPage ?? pageSize);
			const first = api.counts === 'rows' ? offset : offset * size;
			const items = selected.slice(0, cap).slice(first, first + size);
			const body = {code: 0, data: {items, total: String(stated(request, api.totals === 'saturating' ? Math.min(cap, selected.length) : selected.length))}};
			return {text: JSON.stringify(body), body, altered: false};
		},
	};
	const records: AuditRecord[] = [];
	for await (const batch of readCapped({from: origin, to: origin + to}, reader, report)) records.push(...batch);
	return {ids: records.map(({id}) => id ?? ''), times: records.map(({time}) => time ?? 0), requests, report, fewest: Math.ceil(rows.length / Math.min(pageSize, api.largestPage ?? pageSize))};
}

const row = (index: number, offsetMs: number, type = '1'): Row => ({id: `r${index}`, time: origin + Math.floor(offsetMs), type});
const evenly = (count: number, ms = 86_400_000) => Array.from({length: count}, (_, index) => row(index, (index * ms) / count));
const sortedIds = (rows: readonly Row[]) => rows.map(({id}) => id).toSorted();

/** Evenly spread rows, and others within one second. */
const withBurst = (spread: number, burst: number) => [...evenly(spread), ...Array.from({length: burst}, (_, index) => row(spread + burst + index, 43_200_000 + (index * 1000) / burst))];

/** Reads the rows, each exactly once, and gives the requests that it took for each of the fewest possible. */
async function requestsPerFewest(rows: readonly Row[], how: {api: Api; cap: number; pageSize: number}): Promise<number> {
	const {ids, requests, report, fewest} = await read({rows, ...how});
	expect(ids.toSorted()).toEqual(sortedIds(rows));
	expect(report.problems).toEqual([]);
	return requests / fewest;
}

describe.each(apis)('start $start, end $end, offset counts $counts, totals $totals', api => {
	it('delivers evenly spread rows exactly once with at most 5 % more requests than the fewest possible', async () => {
		expect(await requestsPerFewest(evenly(4000), {api, cap: 1000, pageSize: 10})).toBeLessThanOrEqual(1.05);
	});

	it('delivers a burst of as many rows as three queries reach inside one second exactly once with at most 15 % more requests', async () => {
		expect(await requestsPerFewest(withBurst(2000, 3000), {api, cap: 1000, pageSize: 10})).toBeLessThanOrEqual(1.15);
	});

	it('names the instant and what stays behind when one millisecond holds more than a query reaches', async () => {
		const rows = [...evenly(300), ...Array.from({length: 1200}, (_, index) => row(1000 + index, 43_200_001))];
		const {ids, report} = await read({rows, api});
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids.length).toBeGreaterThanOrEqual(1299);
		expect(report.problems).toHaveLength(1);
		expect(report.problems[0]).toMatchObject({kind: 'capped', since: origin + 43_200_001});
		expect(report.problems[0]?.detail).toMatch(api.totals === 'honest' ? /^200 rows of the instant 2026-11-01T12:00:00\.001Z/ : /^an unknown number of rows/);
	});

	it('splits a crowded millisecond by log type before it gives up', async () => {
		const rows = [...evenly(300), ...Array.from({length: 2400}, (_, index) => row(1000 + index, 43_200_001, String(1 + (index % 3))))];
		const {ids, report} = await read({rows, api});
		expect(ids.toSorted()).toEqual(sortedIds(rows));
		expect(report.problems).toEqual([]);
	});
});

it('delivers 50,000 rows, 30,000 of them inside one second, exactly once', async () => {
	const api: Api = {start: 'exclusive', end: 'inclusive', counts: 'pages', totals: 'saturating'};
	expect(await requestsPerFewest(withBurst(20_000, 30_000), {api, cap: 10_000, pageSize: 100})).toBeLessThanOrEqual(1.15);
});

it('delivers arbitrary rows exactly once under every reading of the documentation', async () => {
	await fc.assert(fc.asyncProperty(
		fc.array(fc.tuple(fc.integer({min: 0, max: 399}), fc.integer({min: 1, max: 40})), {maxLength: 40}), fc.constantFrom(...apis),
		fc.integer({min: 2, max: 30}), fc.integer({min: 1, max: 5}), fc.constantFrom('ascending' as const, 'descending' as const),
		async (bursts, api, pageSize, concurrency, order) => {
			let index = 0;
			const rows = bursts.flatMap(([offset, count]) => Array.from({length: count}, () => row(index++, offset)));
			const perInstant = Math.max(0, ...rows.map(({time}) => rows.filter(other => other.time === time).length));
			fc.pre(perInstant * 3 < 180);
			const {ids, report} = await read({rows, to: 400, cap: 180, pageSize, api: {...api, order}, concurrency});
			expect(ids.toSorted()).toEqual(sortedIds(rows));
			expect(report.problems).toEqual([]);
		},
	), {numRuns: 300});
});

it('follows an API that serves smaller pages than asked for', async () => {
	const rows = evenly(3500);
	const {ids, report} = await read({rows, api: {start: 'inclusive', end: 'inclusive', counts: 'pages', totals: 'honest', largestPage: 7}});
	expect(ids.toSorted()).toEqual(sortedIds(rows));
	expect(report.problems).toEqual([]);
});

it('notices rows that arrive while a window is read, and delivers them once too', async () => {
	const rows = evenly(700);
	const late = row(9999, 1000);
	const {ids, report} = await read({rows, api: {start: 'inclusive', end: 'exclusive', counts: 'rows', totals: 'honest'}, between: requests => requests === 9 ? [late] : []});
	expect(ids.toSorted()).toEqual(sortedIds([...rows, late]));
	expect(report.problems).toEqual([]);
});

it.each(apis)('does not read as many pages as one answer states, where the next ones state what there is: %o', async api => {
	const rows = evenly(50);
	for (const lie of [1, 2, 3, 4]) {
		const {ids, requests, report} = await read({rows, api, stated: (request, total) => request === lie ? 1_000_000_000 : total});
		expect(ids.toSorted()).toEqual(sortedIds(rows));
		expect(report.problems).toEqual([]);
		expect(requests).toBeLessThan(30);
	}
});

it('delivers rows oldest first', async () => {
	const {times} = await read({rows: evenly(5000), api: {start: 'inclusive', end: 'inclusive', counts: 'rows', totals: 'honest'}});
	expect(times).toEqual(times.toSorted((a, b) => a - b));
});

it('asks the fewest requests where everything fits into one query', async () => {
	const {requests, fewest} = await read({rows: evenly(390), pageSize: 40, api: {start: 'inclusive', end: 'inclusive', counts: 'rows', totals: 'honest'}});
	expect(requests).toBe(fewest);
});

describe.each(['honest', 'saturating'] as const)('with %s totals', totals => {
	const api: Api = {start: 'inclusive', end: 'inclusive', counts: 'rows', totals};

	it('names what stays behind when a crowded millisecond holds rows of no listed type', async () => {
		const rows = [...evenly(300), ...Array.from({length: 1600}, (_, index) => row(1000 + index, 43_200_001, ['1', '2', '9'][index % 3]))];
		const {ids, report} = await read({rows, api});
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids.length < rows.length).toBe(report.problems.some(({kind}) => kind === 'capped'));
	});

	it('loses nothing when rows arrive just after a part was cut to fit', async () => {
		const rows = evenly(3000);
		const late = Array.from({length: 50}, (_, index) => row(9000 + index, 5 + index));
		for (const at of [2, 3, 4, 5]) {
			const {ids, report} = await read({rows, api, between: requests => requests === at ? late : []});
			expect(report.problems).toEqual([]);
			expect(new Set(ids).size).toBe(ids.length);
			// Rows that arrive behind the reading are the next run's; those it had not passed yet are here.
			expect(ids.length).toBeGreaterThanOrEqual(rows.length);
			for (const {id} of rows) expect(ids).toContain(id);
		}
	});

	it('tells pages from rows although a row arrives between the first two requests', async () => {
		const rows = evenly(2500);
		const {ids, report} = await read({rows, api: {...api, counts: 'pages'}, between: requests => requests === 2 ? [row(9999, 1)] : []});
		expect(report.problems).toEqual([]);
		for (const {id} of rows) expect(ids).toContain(id);
	});

	it('reads consecutive crowded milliseconds with few more requests than the fewest possible', async () => {
		const rows = Array.from({length: 8 * 500}, (_, index) => row(index, 43_200_000 + Math.floor(index / 500)));
		const {ids, report, requests, fewest} = await read({rows, api});
		expect(ids.toSorted()).toEqual(sortedIds(rows));
		expect(report.problems).toEqual([]);
		expect(requests).toBeLessThanOrEqual(fewest * 1.5);
	});
});
