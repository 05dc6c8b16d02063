import {setImmediate} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {
	askBeyond, askPage, askPastEnd, endsFull, fits, isMeaningKnown, labelOf, learnMeaning, nothingLearned, pageRowsOf, pagesUpTo, partOf, reachOf, type Part,
} from '../../src/engine/capped-page.ts';
import type {PageParameters} from '../../src/engine/pager.ts';
import {ApiError} from '../../src/base/errors.ts';
import {cappedReader, idsOf, pageOf, rowsAt, rowsFrom, serving, type Answer, type Asked, type CappedOptions} from './capped-reader.ts';

const part: Part = {from: 100, to: 200, asked: {start: 100, end: 200}};
const nobody = (): Answer => {
	throw new Error('nothing should be asked');
};
const silent = (options?: CappedOptions) => cappedReader(nobody, options).reader;
const page = (count: number, total: number) => pageOf(rowsFrom(0, count), total);

describe('a part', () => {
	it('is asked for as wide as is necessary for all that is known', () => {
		const open = {startBound: 'unknown', endBound: 'unknown'} as const;
		const askedOf = (options: CappedOptions) => partOf({from: 5000, to: 9000}, silent({unitMs: 1000, ...options}));
		expect(askedOf({})).toEqual({from: 5000, to: 9000, asked: {start: 5, end: 9}});
		expect(askedOf(open).asked).toEqual({start: 4, end: 9});
		expect(askedOf({...open, learned: {startInclusive: true}}).asked).toEqual({start: 5, end: 9});
		expect(askedOf({...open, learned: {endInclusive: true}}).asked).toEqual({start: 4, end: 8});
		expect(askedOf({learned: {startInclusive: true, endInclusive: true}}).asked).toEqual({start: 5, end: 9});
		expect(askedOf({endBound: 'inclusive', learned: {endInclusive: true}}).asked).toEqual({start: 5, end: 8});
	});

	it.each([[100, 10, 10, 100], [95, 10, 10, 90], [100, 10, 7, 91], [10, 10, 10, 10], [5, 10, 3, 3], [100, 10, 0, 0]])('under a cap of %i, in pages of %i that hold %i, is reached as far as row %i', (cap, pageSize, size, reach) => {
		expect(reachOf(silent({cap, pageSize}), size)).toBe(reach);
		expect(reachOf(silent({cap, pageSize, learned: {pageRows: size}}))).toBe(reach);
	});

	it('is reached in pages as large as are asked for where no other size is known', () => {
		expect(reachOf(silent({cap: 95}))).toBe(90);
	});

	it.each([[100, 10, 99, true], [100, 10, 100, false], [95, 10, 89, true], [95, 10, 90, false], [100, 7, 91, false], [100, 7, 90, true], [100, 15, 99, true], [100, 15, 100, false]])('under a cap of %i, in pages that hold %i, fits with %i rows: %s', (cap, size, total, expected) => {
		expect(fits(total, silent({cap}), size)).toBe(expected);
		expect(fits(total, silent({cap, learned: {pageRows: size}}))).toBe(expected);
	});

	it.each([[7, 20, 7], [10, 20, 10], [7, 7, 10], [0, 20, 10], [7, 3, 10]])('shows by a page 0 with %i of %i rows that a full one holds %i', (rows, total, size) => {
		expect(pageRowsOf(page(rows, total), silent())).toBe(size);
	});

	it.each([
		[10, 20, true], [10, 21, false], [10, 10, true], [7, 7, false], [7, 14, true], [0, 0, false], [0, 20, false], [10, 90, true], [10, 100, false],
	])('whose page 0 has %i of %i rows ends with a full page, and one more in reach: %s', (rows, total, expected) => {
		expect(endsFull(total, page(rows, total), silent())).toBe(expected);
	});

	it('has pages up to its total, which may become known with the second', () => {
		expect([...pagesUpTo(() => 25, 10)]).toEqual([1, 2]);
		expect([...pagesUpTo(() => 20, 10)]).toEqual([1]);
		expect([...pagesUpTo(() => 10, 10)]).toEqual([]);
		expect([...pagesUpTo(() => 25, 0)]).toEqual([]);
		const totals = [35, 20];
		expect([...pagesUpTo(() => totals.shift() ?? 0, 10)]).toEqual([1]);
	});
});

describe('a page', () => {
	it('is asked for by range, size and offset, and by what narrows the query', async () => {
		const {reader, asked} = cappedReader(serving(rowsFrom(100, 30)));
		const {records, total, altered} = await askPage(part, 20, reader);
		expect(records.map(({id}) => id)).toEqual(idsOf(rowsFrom(120, 10)));
		expect({total, altered}).toEqual({total: 30, altered: false});
		await askPage(part, 0, {...reader, narrowed: {type: '2'}});
		expect(asked).toEqual([{start: 100, end: 200, offset: 20, size: 10, type: '0'}, {start: 100, end: 200, offset: 0, size: 10, type: '2'}]);
	});

	it.each([undefined, null, -1, '-1', 'many', 1.5])('with the total %j is unusable', async total => {
		await expect(askPage(part, 0, cappedReader(() => ({rows: [], total})).reader)).rejects.toThrow(expect.objectContaining({
			name: 'ApiError', message: 'capped: POST /rows: the answer states no total (data.total)', hint: 'the API does not answer as documented; run with --debug',
		}) as Error);
	});

	it('may state a total of nothing', async () => {
		expect(await askPage(part, 0, cappedReader(() => ({rows: [], total: '0'})).reader)).toEqual({records: [], altered: false, total: 0});
	});

	it('without a place for rows is named as what was asked', async () => {
		const {reader} = cappedReader(nobody);
		const body = {code: 0, data: {items: 'none', total: 0}};
		await expect(askPage(part, 0, {...reader, fetchPage: async () => ({text: JSON.stringify(body), body, altered: true})})).rejects.toThrow(`${labelOf(reader)}: data.items is no array`);
		expect(labelOf(reader)).toBe('capped: POST /rows');
	});

	it('shows whether the ends of its range are part of it', async () => {
		const learnt = async (...times: number[]) => {
			const {reader} = cappedReader(() => ({rows: rowsAt(...times), total: times.length}), {unitMs: 1000});
			await askPage({from: 5000, to: 9000, asked: {start: 5, end: 9}}, 0, reader);
			const {startInclusive, endInclusive} = reader.learned;
			return {startInclusive, endInclusive};
		};
		expect(await learnt(6, 7, 8)).toEqual({startInclusive: false, endInclusive: false});
		expect(await learnt(6, 5, 8)).toEqual({startInclusive: true, endInclusive: false});
		expect(await learnt(6, 9, 8)).toEqual({startInclusive: false, endInclusive: true});
	});

	it('does not take back what another one has shown of the ends', async () => {
		const {reader} = cappedReader(() => ({rows: [], total: 0}), {learned: {startInclusive: true, endInclusive: true}});
		await askPage(part, 0, reader);
		expect(reader.learned).toMatchObject({startInclusive: true, endInclusive: true});
	});

	it.each([
		[[[1, 1, 2]], true], [[[2, 2, 1]], false], [[[1, 1]], undefined], [[[]], undefined], [[[undefined, 1, undefined, 2]], true],
		[[[1, 2], [2, 1]], false], [[[2, 1], [1, 2]], false], [[[1, 2], [3, 3]], true],
	])('after pages with rows at %j says whether rows come oldest first: %s', async (pages, ascending) => {
		const {reader} = cappedReader((_, count) => ({rows: rowsAt(...pages[count - 1] ?? []), total: 3}));
		for (const _ of pages) await askPage(part, 0, reader);
		expect(reader.learned.ascending).toBe(ascending);
	});
});

describe('a page that may lie beyond the cap', () => {
	it('is there, or is none where the API refuses its offset', async () => {
		expect((await askBeyond(part, 20, cappedReader(serving(rowsFrom(100, 30))).reader))?.total).toBe(30);
		expect(await askBeyond(part, 100, cappedReader(() => 'refused').reader)).toBeUndefined();
	});

	it('fails as every other does where the API refuses anything else', async () => {
		const asking = async (error: Error, isDocumented: boolean) => {
			const {reader} = cappedReader(() => {
				throw error;
			});
			const {badParameter, ...source} = reader.source;
			expect(badParameter?.code).toBe(1001);
			return askBeyond(part, 100, isDocumented ? reader : {...reader, source});
		};
		const other = new ApiError('no scope', {vendorCode: 7});
		await expect(asking(other, true)).rejects.toBe(other);
		await expect(asking(other, false)).rejects.toBe(other);
		const uncoded = new ApiError('not as documented');
		await expect(asking(uncoded, false)).rejects.toBe(uncoded);
		const broken = Object.assign(new Error('a bug'), {vendorCode: 1001});
		await expect(asking(broken, true)).rejects.toBe(broken);
	});
});

describe('what the offset counts', () => {
	it('is not asked for where the documentation says it', async () => {
		const reader = silent({counts: 'pages'});
		expect(await learnMeaning(part, page(10, 30), reader)).toBeUndefined();
		expect(await learnMeaning(part, page(10, 30), reader, {afresh: true})).toBeUndefined();
		expect(reader.learned.meaning).toBe('pages');
	});

	it('is not asked for before there is a second page', async () => {
		for (const first of [page(0, 0), page(0, 30), page(10, 10), page(7, 3)]) expect(await learnMeaning(part, first, silent({counts: 'unknown'}))).toBeUndefined();
	});

	it.each([
		// Ten pages of ten rows are beyond a cap of 100: offset 10 is the second page where rows are counted.
		[100, 'rows', 'empty', [10], true], [100, 'pages', 'empty', [10], false], [100, 'pages', 'refused', [10], false],
		// They are not beyond a cap of 1000: offset 1 is the second page where pages are counted.
		[1000, 'pages', 'empty', [1], true], [1000, 'rows', 'empty', [1], false],
	] as const)('under a cap of %i, %s, with %s pages beyond it, is found out by offsets %j, with the second page at once: %s', async (cap, counts, beyondCap, offsets, isSecond) => {
		const {reader, asked, told} = cappedReader(serving(rowsFrom(100, 30), {cap, counts, beyondCap}), {cap, counts: 'unknown'});
		const second = await learnMeaning(part, await askPage(part, 0, reader), reader);
		expect(asked.slice(1).map(({offset}) => offset)).toEqual(offsets);
		expect(reader.learned.meaning).toBe(counts);
		expect(second?.records.map(({id}) => id)).toEqual(isSecond ? idsOf(rowsFrom(110, 10)) : undefined);
		expect(told).toEqual([`capped: POST /rows: offset counts ${counts}`]);
	});

	it('is asked for again only where rows may have moved meanwhile', async () => {
		const {reader, asked} = cappedReader(serving(rowsFrom(100, 30), {cap: 1000}), {cap: 1000, counts: 'unknown', learned: {meaning: 'pages'}});
		const first = pageOf(rowsFrom(100, 10), 30);
		expect(await learnMeaning(part, first, reader)).toBeUndefined();
		expect(asked).toEqual([]);
		await learnMeaning(part, await askPage(part, 0, reader), reader, {afresh: true});
		expect(reader.learned.meaning).toBe('rows');
	});

	/** A reader whose second request is answered when it is released, and a way to wait until it has been sent. */
	const held = (answer: (asked: Asked, count: number) => Answer) => {
		const {reader, asked} = cappedReader(answer, {cap: 1000, counts: 'unknown'});
		let release: () => void = () => undefined;
		const gate = new Promise<void>(resolve => {
			release = resolve;
		});
		return {asked, release: () => release(), first: askPage(part, 0, reader), reader: {...reader, fetchPage: async (parameters: PageParameters) => {
			await gate;
			return reader.fetchPage(parameters);
		}}};
	};

	it('is asked for once, and waited for by all who want to know meanwhile', async () => {
		const {reader, asked, release, first} = held(serving(rowsFrom(100, 30), {cap: 1000}));
		const learning = learnMeaning(part, await first, reader);
		await setImmediate();
		const others = [learnMeaning(part, await first, reader), isMeaningKnown(reader)];
		await setImmediate();
		release();
		expect(await Promise.all([learning, ...others])).toEqual([undefined, undefined, true]);
		expect(asked).toHaveLength(2);
	});

	it('is left to the next one to find out where the request for it fails', async () => {
		const {reader, asked, release, first} = held((request, count) => count === 2 ? 'refused' : serving(rowsFrom(100, 30), {cap: 1000})(request));
		const failed = learnMeaning(part, await first, reader);
		await setImmediate();
		const next = learnMeaning(part, await first, reader);
		release();
		await expect(failed).rejects.toThrow('refused');
		await next;
		expect(reader.learned.meaning).toBe('rows');
		expect(asked).toHaveLength(3);
	});

	it('is not told by a second page that might have moved by as much as a page, and is asked for three times more at most', async () => {
		const {reader, asked} = cappedReader(({offset}, count) => ({rows: rowsFrom(offset + count * 10, 10), total: 30 + count * 9}), {cap: 1000, counts: 'unknown'});
		await learnMeaning(part, await askPage(part, 0, reader), reader);
		expect(asked.map(({offset}) => offset)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
	});

	it('is told by the first second page that has not moved', async () => {
		const {reader, asked} = cappedReader(({offset}, count) => ({rows: rowsFrom((count < 2 ? 0 : 10) + offset * 10, 10), total: count < 2 ? 30 : 40}), {cap: 1000, counts: 'unknown'});
		const second = await learnMeaning(part, await askPage(part, 0, reader), reader);
		expect(asked.map(({offset}) => offset)).toEqual([0, 1, 0, 1]);
		expect(second?.records.map(({id}) => id)).toEqual(idsOf(rowsFrom(20, 10)));
	});
});

describe('the page after a full last one', () => {
	it.each([['rows', 20], ['pages', 2]] as const)('is asked for by what the offset counts, %s: %i', async (counts, offset) => {
		const {reader, asked} = cappedReader(serving(rowsFrom(100, 30), {counts}), {counts});
		const after = await askPastEnd(part, {first: pageOf(rowsFrom(100, 10), 20), index: 2}, reader);
		expect(asked.map(request => request.offset)).toEqual([offset]);
		expect({...after, records: after.records.map(({id}) => id)}).toEqual({records: idsOf(rowsFrom(120, 10)), altered: false, total: 30});
	});

	it.each([['rows', ['r110']], ['pages', idsOf(rowsFrom(110, 5))]] as const)('shows rows after the only one whatever the offset counts, as %s', async (counts, ids) => {
		const {reader, asked} = cappedReader(serving(rowsFrom(100, 15), {counts}), {counts: 'unknown'});
		const first = await askPage(part, 0, reader);
		const after = await askPastEnd(part, {first, index: 1}, reader);
		expect(asked[1]?.offset).toBe(1);
		expect(after.records.map(({id}) => id)).toEqual(ids);
	});
});

it('knows nothing at first', () => {
	expect(nothingLearned()).toEqual({
		meaning: undefined, learning: undefined, startInclusive: false, endInclusive: false, endExclusive: false, learningEnd: undefined, ascending: undefined, pageRows: undefined,
	});
});
