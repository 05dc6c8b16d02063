import {setImmediate} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import type {PageParameters} from '../../src/engine/pager.ts';
import {newReport} from '../../src/engine/problems.ts';
import {readCapped} from '../../src/engine/read-capped.ts';
import {cappedReader, drain, idsOf, rowsFrom, serving, type Answer, type Asked, type CappedOptions, type Page, type Row} from './capped-reader.ts';

/** Reads a window of an API that reaches 100 rows in pages of 10, and tells what came and by which requests. `altered`: offsets of answers that had to be altered. */
async function read(answer: (asked: Asked, count: number) => Answer, {from = 100, to = 400, altered = [], ...options}: CappedOptions & {from?: number; to?: number; altered?: readonly number[]} = {}) {
	const {reader, asked, told} = cappedReader(answer, options);
	const report = newReport();
	let inFlight = 0;
	let most = 0;
	const fetchPage = async (parameters: PageParameters) => {
		most = Math.max(most, ++inFlight);
		await setImmediate();
		inFlight--;
		const fetched = await reader.fetchPage(parameters);
		return {...fetched, altered: altered.includes(Number(parameters['offset']))};
	};
	const all = {...reader, fetchPage};
	const {ids, batches} = await drain(readCapped({from, to}, all, report));
	return {ids, batches, report, told, most, reader: all, requests: asked.map(({start, end, offset}) => `${start}-${end} @${offset}`)};
}

const evenly = (count: number) => rowsFrom(100, count);
const once = (ids: readonly string[], rows: readonly Row[]) => expect(ids.toSorted()).toEqual(idsOf(rows).toSorted());
/** Requests for these pages of a range. */
const pagesOf = (range: string, first: number, last: number) => Array.from({length: last - first + 1}, (_, index) => `${range} @${(first + index) * 10}`);

describe('a window in several stretches', () => {
	const rows = evenly(250);
	const planned = ['100-400 @0', '100-400 @90', '199-400 @90', '298-400 @0'];
	const pages = [...pagesOf('100-199', 1, 8), ...pagesOf('199-298', 0, 8), ...pagesOf('298-400', 1, 5)];
	const sizes = [...Array.from({length: 9}, () => 10), 9, ...Array.from({length: 9}, () => 10), 9, 10, 10, 10, 10, 10, 2];

	it.each(['honest', 'saturating'])('asks for every page once, and takes %s totals for what they say of it', async totals => {
		const {ids, batches, requests, report, told} = await read(serving(rows, {saturating: totals === 'saturating'}));
		expect(ids).toEqual(idsOf(rows));
		expect(batches).toEqual(sizes);
		expect(requests.toSorted()).toEqual([...planned, ...totals === 'honest' ? [] : ['298-400 @90'], ...pages].toSorted());
		expect(report).toEqual({...newReport(), inside: 250, written: 250, total: 250});
		expect(told).toEqual([]);
	});

	it.each(['exclusive', 'inclusive'] as const)('needs one request more to find out that its ends are %s', async end => {
		const {ids, requests} = await read(serving(rows, {end}), {endBound: 'unknown'});
		expect(ids).toEqual(idsOf(rows));
		expect(requests).toHaveLength(planned.length + pages.length + 1);
	});

	it('asks for its second page once where that came of finding out what the offset counts', async () => {
		const many = evenly(290);
		const {ids, requests} = await read(serving(many, {counts: 'pages', cap: 200}), {counts: 'unknown', cap: 200});
		expect(ids).toEqual(idsOf(many));
		expect(new Set(requests).size).toBe(requests.length);
		expect(requests).toHaveLength(31);
	});

	it('asks how many rows a stretch has where no page of its own says it', async () => {
		const {ids, requests} = await read(serving(evenly(35), {cap: 20}), {cap: 20});
		expect(ids).toEqual(idsOf(evenly(35)));
		expect(requests.toSorted()).toEqual(['100-119 @10', '100-400 @0', '100-400 @10', '119-400 @0', '119-400 @10']);
	});

	it.each([1, 98, 100])('asks how many rows a stretch has where its own pages say another number than %i', async total => {
		const {ids, requests, report} = await read(asked => ({...serving(rows)(asked) as Page, ...asked.end === 199 && asked.offset < 90 ? {total} : {}}));
		expect(requests.filter(request => request === '100-199 @90')).toHaveLength(1);
		expect(requests).toHaveLength(planned.length + pages.length + 1);
		expect(ids).toEqual(idsOf(rows));
		expect(report).toEqual({...newReport(), inside: 250, written: 250, total: 250});
	});

	it('adds up what was strange about them', async () => {
		const strange = new Map<string, Partial<Row>>([['r150', {time: undefined}], ['r151', {time: 9999}], ['r153', {id: 'r152'}], ['r250', {time: undefined}], ['r251', {time: 9999}], ['r253', {id: 'r252'}]]);
		const {ids, report} = await read(asked => {
			const {rows: served, total} = serving(rows)(asked) as Page;
			return {total, rows: [...served.map(row => ({...row, ...strange.get(row.id)})), ...asked.offset === 40 ? served.slice(0, 1) : []]};
		}, {altered: [50]});
		expect(ids).toEqual(idsOf(rows.filter(({id}) => id !== 'r151' && id !== 'r251').map(row => ({...row, ...strange.get(row.id)}))));
		expect(report).toMatchObject({problems: [], duplicates: 3, changed: 0, inside: 248, written: 248, oddities: {unreadable: 2, noRows: 0, outOfRange: 2, ambiguous: 2, altered: 3}, total: 250});
	});

	it('lets a failure surface after the pages before it', async () => {
		const ids: string[] = [];
		const {reader} = cappedReader(asked => {
			if (asked.end === 199 && asked.offset === 50) throw new Error('no answer');
			return serving(rows)(asked);
		}, {concurrency: 3});
		const reading = async () => {
			for await (const batch of readCapped({from: 100, to: 400}, reader, newReport())) ids.push(...batch.map(({id}) => id ?? ''));
		};
		await expect(reading()).rejects.toThrow('no answer');
		expect(ids).toEqual(idsOf(rows.slice(0, 50)));
	});

	it('keeps as many requests in flight as it may, and leaves the way free for the next window', async () => {
		const {most, reader} = await read(serving(rows), {concurrency: 3});
		expect(most).toBe(3);
		const single = await read(serving(rows));
		expect(single.most).toBe(1);
		expect((await drain(readCapped({from: 100, to: 400}, single.reader, newReport()))).ids).toEqual(idsOf(rows));
		expect((await drain(readCapped({from: 100, to: 400}, reader, newReport()))).ids).toEqual(idsOf(rows));
	});
});

describe('a window that changes while it is read', () => {
	it('has the stretch read again in which a row came late, and no other', async () => {
		const before = evenly(250);
		const late = [...before.slice(0, 20), {id: 'late', time: 120}, ...before.slice(20)];
		const {ids, requests, report, told} = await read((asked, count) => serving(count < 6 ? before : late)(asked));
		once(ids, late);
		expect(report).toEqual({...newReport(), duplicates: 1, inside: 251, written: 251, total: 251});
		expect(told).toEqual(['window read 1 of at most 3 times: the number of rows kept changing while they were read; the last total was 100, 98 were delivered']);
		// As many as a query reaches are in it by now: it is cut.
		expect(requests.slice(11, 14)).toEqual(['100-199 @90', '100-199 @0', '100-150 @0']);
		expect(requests.filter(request => request.startsWith('199-298'))).toHaveLength(9);
	});

	it('that has grown past the cap is cut, and nothing of it written again', async () => {
		const grown = [...evenly(95), ...Array.from({length: 60}, (_, index) => ({id: `late${index}`, time: 195 + index}))];
		const {ids, batches, report, told} = await read((asked, count) => serving(count < 6 ? evenly(95) : grown)(asked));
		once(ids, grown);
		expect(batches).not.toContain(0);
		expect(report.problems).toEqual([]);
		expect(told).toHaveLength(1);
	});

	it('that has grown into a crowded instant is not written again either', async () => {
		const crowd = Array.from({length: 120}, (_, index) => ({id: `crowd${index}`, time: 150}));
		const {ids, report} = await read((asked, count) => serving(count < 6 ? crowd.slice(0, 60) : crowd)(asked));
		expect(ids.toSorted()).toEqual(idsOf(crowd.slice(0, 100)).toSorted());
		expect(report.problems).toMatchObject([{kind: 'capped', since: 150, until: 151}]);
	});

	it('is read three times at most', async () => {
		const {told, report} = await read((asked, count) => ({...serving(evenly(25))(asked) as Page, total: 25 + count}));
		expect(told).toHaveLength(3);
		expect(report.problems).toMatchObject([{kind: 'unstable', since: 100, until: 400}]);
		expect(report.total ?? 0).toBe(0);
	});
});

describe('a window in one stretch', () => {
	it('is read one page further where its last one is full', async () => {
		const {ids, requests} = await read(serving(evenly(30)));
		expect(ids).toEqual(idsOf(evenly(30)));
		expect(requests).toEqual(['100-400 @0', '100-400 @10', '100-400 @20', '100-400 @30']);
	});

	it('brings no empty batch for a page of its neighbour', async () => {
		const {batches, report} = await read(serving([...evenly(10), {id: 'past', time: 110}], {end: 'inclusive'}), {to: 110});
		expect(batches).toEqual([10]);
		expect(report.problems).toEqual([]);
	});

	it('is read as far as there are rows where its total cannot be', async () => {
		const {ids, report, requests, told} = await read(asked => ({...serving(evenly(25))(asked) as Page, total: 1_000_000}));
		expect(ids).toEqual(idsOf(evenly(25)));
		expect(report.problems).toEqual([{kind: 'total_mismatch', since: 100, until: 400, detail: 'the API states 1000000 rows and delivered 25'}]);
		expect(told).toHaveLength(3);
		expect(requests).toEqual(['100-400 @0', '100-400 @90', ...[1, 2, 3].flatMap(() => pagesOf('100-400', 0, 3))]);
	});

	it('holds nothing where nothing is served', async () => {
		expect(await read(serving([]))).toMatchObject({ids: [], batches: [], requests: ['100-400 @0'], report: {problems: [], total: 0}});
	});
});
