import {describe, expect, it} from 'vitest';
import {newReport} from '../../src/engine/problems.ts';
import type {PageParameters} from '../../src/engine/pager.ts';
import {compareTotal, readWindow} from '../../src/engine/read-window.ts';
import type {Window} from '../../src/engine/windows.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

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
		expect(report).toEqual({...newReport(), inside: 25, written: 25, total: 25});
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
		const {report, told, ids} = await read(count => spread(100).slice(0, 25 + count));
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

	/** The ranges that are asked for when the first half of a window of 60,000 rows states so many, and the second so many. */
	const rangesOf = async (first: number, second: number) => {
		const {asked} = await read(() => spread(7), {total: (_, {start, end}) => end - start === 101 ? 60_000 : end === 150 ? first : start === 149 && end === 200 ? second : 1});
		return new Set(asked.map(({start_time: start, end_time: end}) => `${start}-${end}`));
	};

	it.each([[50_000, 50_001, false], [34_999, 50_002, true], [34_999, 50_003, false]])('of which one half states %i rows is believed to have %i in the other: %s', async (first, second, isCut) => {
		const ranges = await rangesOf(first, second);
		expect(ranges).toContain('149-200');
		expect(ranges.has('149-175')).toBe(isCut);
	});

	it('that has grown when it is read again is not cut any more: what was written would be written again', async () => {
		const rows = spread(25);
		const {asked, ids} = await read(() => rows, {total: count => count < 3 ? 25 : count === 3 ? 26 : 60_000});
		expect(new Set(asked.map(({start_time: start, end_time: end}) => `${start}-${end}`))).toEqual(new Set(['99-200']));
		expect(ids).toEqual(idsOf(rows));
	});

	it('of which less comes when it is read again, with another total still, says what the last reading was', async () => {
		const rows = spread(25);
		const {told} = await read(count => count <= 3 ? rows : rows.slice(1), {total: () => 27});
		expect(told[0]).toContain('the API states 27 rows and delivered 25');
		expect(told[1]).toContain('the API states 27 rows and delivered 24');
	});

	it('of a single instant is read whole, however many rows it has', async () => {
		const rows = Array.from({length: 7}, (_, index): Row => ({id: `r${index}`, time: 100}));
		const {ids, report} = await read(() => rows, {total: () => 60_000, range: {from: 100_000, to: 101_000}});
		expect(ids).toEqual(idsOf(rows));
		expect(report.problems).toMatchObject([{kind: 'total_mismatch'}]);
	});
});

describe('a page without a list of rows', () => {
	/** Reads a window of a source whose answers hold just this, and tells how often it was asked. */
	const readOf = async (source: SourceDefinition, data: Record<string, unknown>) => {
		let requests = 0;
		const report = newReport();
		const body = {code: 0, data};
		const rows: string[] = [];
		const reading = readWindow(window, {source, pageSize: 10, verbose: () => undefined, fetchPage: async () => {
			requests++;
			return {text: JSON.stringify(body), body, altered: false};
		}}, report);
		for await (const batch of reading) rows.push(...batch.map(({text}) => text));
		return {requests, report, rows};
	};
	const tokens: SourceDefinition = sources['feishu-openapi'];
	const {more, ...cursors} = sources['feishu-openapi'].pagination;

	it('is an empty one where a total says so, and is not asked for again', async () => {
		const {requests, report} = await readOf(sources['trae-openapi'], {pagination: {page: 1, page_size: 10, total: 0}});
		expect(requests).toBe(1);
		expect(report.problems).toEqual([]);
	});

	it('is asked for once more where nothing counts the rows, and then believed', async () => {
		const {requests, report} = await readOf(tokens, {has_more: false});
		expect(requests).toBe(2);
		expect(report.problems).toEqual([]);
		expect((await readOf({...tokens, pagination: cursors}, {})).report.problems).toEqual([]);
		expect(more).toEqual(['data', 'has_more']);
	});

	it.each([true, 1])('is a problem where the API says that there is more: %j', async flag => {
		let left = 2;
		const source: SourceDefinition = {...tokens, pagination: {...sources['feishu-openapi'].pagination, loose: true}};
		const report = newReport();
		const reading = readWindow(window, {source, pageSize: 10, verbose: () => undefined, fetchPage: async () => {
			const body = {code: 0, data: left-- > 0 ? {has_more: flag, page_token: 'a'} : {items: [], has_more: false}};
			return {text: JSON.stringify(body), body, altered: false};
		}}, report);
		for await (const batch of reading) expect(batch).toEqual([]);
		expect(report.problems).toEqual([{kind: 'unreadable', since: 100_000, until: 200_000, detail: 'a page has no list of rows (data.items), and the API says that there is more'}]);
	});

	it('is unusable where there is no place for one', async () => {
		await expect(read(() => [], {total: () => -1})).rejects.toThrow(/^trae-openapi: GET \/\S+: the answer states no total/);
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
