import {describe, expect, it} from 'vitest';
import {newReport} from '../../src/engine/problems.ts';
import type {PageParameters} from '../../src/engine/pager.ts';
import {compareTotal, readWindow} from '../../src/engine/read-window.ts';
import type {Window} from '../../src/engine/windows.ts';
import {sources} from '../../src/sources/index.ts';

interface Row {
	readonly id: string;
	/** Unix seconds. */
	readonly time: number;
}

const window = {from: 100_000, to: 200_000};

/** Reads a window of a Trae-like API, by page numbers and totals, whose rows may change from request to request. */
async function read(rows: (count: number) => readonly Row[], {pageSize = 10, range = window, total}: {
	pageSize?: number; range?: Window; total?: (count: number, asked: {start: number; end: number}) => number;
} = {}) {
	const asked: PageParameters[] = [];
	const told: string[] = [];
	const report = newReport();
	const batches: string[][] = [];
	const reading = readWindow(range, {
		source: sources['trae-openapi'], pageSize,
		verbose: message => {
			told.push(message);
		},
		async fetchPage(parameters) {
			asked.push(parameters);
			const {start_time: start, end_time: end, page, page_size: size} = parameters as Record<'start_time' | 'end_time' | 'page' | 'page_size', number>;
			const found = rows(asked.length).filter(({time}) => time >= start && time <= end);
			const items = found.slice((page - 1) * size, page * size).map(({id, time}) => ({log_id: id, operation_time: time}));
			const body = {code: 0, data: {items, pagination: {page, page_size: size, total: total?.(asked.length, {start, end}) ?? found.length}}};
			return {text: JSON.stringify(body), body, altered: false};
		},
	}, report);
	for await (const batch of reading) batches.push(batch.map(({id}) => id ?? ''));
	return {asked, told, report, batches, ids: batches.flat()};
}

const spread = (count: number, prefix = 'r') => Array.from({length: count}, (_, index): Row => ({id: `${prefix}${index}`, time: 100 + Math.floor((index * 100) / count)}));
const idsOf = (rows: readonly Row[]) => rows.map(({id}) => id);

describe('a window of numbered pages', () => {
	it('is read page by page, once, where its total holds still', async () => {
		const rows = spread(25);
		const {batches, asked, report, told} = await read(() => rows);
		expect(batches.flat()).toEqual(idsOf(rows));
		expect(batches.map(({length}) => length)).toEqual([10, 10, 5]);
		expect(asked.map(({page}) => page)).toEqual([1, 2, 3]);
		expect(report).toEqual({...newReport(), total: 25});
		expect(told).toEqual([]);
	});

	it('is asked for with a range in which every row of it is, and cut to itself', async () => {
		const {asked, ids} = await read(() => [{id: 'before', time: 99}, {id: 'first', time: 100}, {id: 'last', time: 199}, {id: 'after', time: 200}]);
		expect(asked[0]).toMatchObject({start_time: 99, end_time: 200});
		expect(ids).toEqual(['first', 'last']);
	});

	it('brings no empty batch', async () => {
		expect((await read(() => [{id: 'before', time: 99}])).batches).toEqual([]);
	});

	it('is read again when its total moved, and what was written is not repeated', async () => {
		const rows = spread(25);
		const more = [...rows, {id: 'late', time: 199}];
		const {ids, asked, report, told} = await read(count => count < 2 ? rows : more);
		expect(ids.toSorted()).toEqual(idsOf(more).toSorted());
		expect(asked).toHaveLength(6);
		expect(report).toMatchObject({problems: [], total: 26});
		expect(told).toEqual(['window read 1 of at most 3 times: the number of rows kept changing while they were read; the last total was 26, 26 were delivered']);
	});

	it('counts strange rows of the last reading only', async () => {
		const odd = [...spread(25), {id: '', time: 150}];
		const {report} = await read(count => count < 2 ? odd : [...odd, {id: 'late', time: 199}]);
		expect(report.oddities.unreadable).toBe(1);
	});

	it('that will not hold still is a problem after three readings', async () => {
		const {report, told, ids} = await read(count => spread(25 + count));
		expect(report.problems).toEqual([{kind: 'unstable', since: 100_000, until: 200_000, detail: expect.stringMatching(/^the number of rows kept changing/) as string}]);
		expect(report.total).toBeUndefined();
		expect(told).toHaveLength(3);
		expect(new Set(ids).size).toBe(ids.length);
	});

	it('whose total is another than what comes is a problem, with everything that came', async () => {
		const rows = spread(25);
		const {report, ids, told} = await read(() => rows, {total: () => 27});
		expect(ids).toEqual(idsOf(rows));
		expect(report.problems).toEqual([{kind: 'total_mismatch', since: 100_000, until: 200_000, detail: 'the API states 27 rows and delivered 25'}]);
		expect(told[2]).toBe('window read 3 of at most 3 times: the API states 27 rows and delivered 25');
	});

	it.each([[50_000, ['99-200']], [50_001, ['99-150', '149-200']], [80_000, ['99-150', '149-200']], [80_001, ['99-133', '132-167', '166-200']]])(
		'of %i rows is read in parts whose identities fit in memory', async (stated, ranges) => {
			const rows = spread(7);
			const {asked, ids} = await read(() => rows, {total: (_, {start, end}) => end - start === 101 ? stated : rows.filter(({time}) => time >= start && time <= end).length});
			expect([...new Set(asked.map(({start_time: start, end_time: end}) => `${start}-${end}`))].slice(ranges.length === 1 ? 0 : 1)).toEqual(ranges);
			expect(ids.toSorted()).toEqual(idsOf(rows));
		},
	);

	it('of a single instant is read whole, however many rows it has', async () => {
		const rows = Array.from({length: 7}, (_, index): Row => ({id: `r${index}`, time: 100}));
		const {ids, report} = await read(() => rows, {total: () => 60_000, range: {from: 100_000, to: 101_000}});
		expect(ids).toEqual(idsOf(rows));
		expect(report.problems).toMatchObject([{kind: 'total_mismatch'}]);
	});
});

it('adds up totals that fit, and says what does not', () => {
	const report = newReport();
	expect(compareTotal(report, {total: undefined, totalMoved: true, delivered: 7})).toEqual({kind: 'complete'});
	expect(report.total).toBeUndefined();
	expect(compareTotal(report, {total: 7, totalMoved: false, delivered: 7})).toEqual({kind: 'complete'});
	expect(compareTotal(report, {total: 3, totalMoved: false, delivered: 3})).toEqual({kind: 'complete'});
	expect(report.total).toBe(10);
	expect(compareTotal(report, {total: 7, totalMoved: true, delivered: 7})).toEqual({
		kind: 'incomplete', problem: 'unstable', detail: 'the number of rows kept changing while they were read; the last total was 7, 7 were delivered',
	});
	expect(compareTotal(report, {total: 7, totalMoved: false, delivered: 6})).toEqual({kind: 'incomplete', problem: 'total_mismatch', detail: 'the API states 7 rows and delivered 6'});
	expect(report.total).toBe(10);
});
