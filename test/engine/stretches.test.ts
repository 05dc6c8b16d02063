import {setImmediate} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import type {PageParameters} from '../../src/engine/pager.ts';
import {stretchesOf} from '../../src/engine/stretches.ts';
import {cappedReader, rowsFrom, serving, type Answer, type Asked, type CappedOptions, type Page, type Row} from './capped-reader.ts';

/** Cuts a window of an API that reaches 100 rows in pages of 10, and tells into what and by which requests. */
async function cut(answer: (asked: Asked, count: number) => Answer, {from = 100, to = 400, ...options}: CappedOptions & {from?: number; to?: number} = {}) {
	const {reader, asked} = cappedReader(answer, options);
	const pieces: string[] = [];
	for await (const piece of stretchesOf({from, to}, reader)) {
		if (piece.kind !== 'stretch') {
			pieces.push(`${piece.kind} ${piece.window.from}-${piece.window.to}`);
			continue;
		}
		const {part, pages, size, known, borrowed, within} = piece;
		const places = [...[...known.keys()].map(index => `${index} known`), ...[...borrowed.keys()].map(index => `${index} borrowed`)].join(', ');
		pieces.push(`${part.from}-${part.to} asked ${part.asked.start}-${part.asked.end} of ${within.start}-${within.end}: ${pages} × ${size}, ${places}`);
	}
	return {pieces, asked: asked.map(({start, end, offset}) => `${start}-${end} @${offset}`), learned: reader.learned};
}

const evenly = (count: number) => rowsFrom(100, count);
const crowd = (time: number, count: number): Row[] => Array.from({length: count}, (_, index) => ({id: `c${time}/${index}`, time}));

describe('a window that a query reaches whole', () => {
	it.each([[0, '1 × 0'], [7, '1 × 7'], [25, '3 × 10'], [30, '3 × 10'], [99, '10 × 10']])('is one stretch, with %i rows of so many pages: %s', async (count, pages) => {
		const {pieces, asked} = await cut(serving(evenly(count)));
		expect(pieces).toEqual([`100-400 asked 100-400 of 100-400: ${pages}, 0 known`]);
		expect(asked).toEqual(['100-400 @0']);
	});

	it('is none where there is no time in it', async () => {
		expect(await cut(serving([]), {from: 100, to: 100})).toMatchObject({pieces: [], asked: []});
	});
});

describe('a window with more rows than a query reaches', () => {
	it('is cut at the last row within reach, each time with one request and where the rest may fit with page 0', async () => {
		const {pieces, asked} = await cut(serving(evenly(250)));
		expect(pieces).toEqual([
			'100-199 asked 100-199 of 100-400: 10 × 10, 0 borrowed, 9 borrowed',
			'199-298 asked 199-298 of 199-400: 10 × 10, 9 borrowed',
			'298-400 asked 298-400 of 298-400: 6 × 10, 0 known',
		]);
		expect(asked).toEqual(['100-400 @0', '100-400 @90', '199-400 @90', '298-400 @0']);
	});

	it.each([[199, '199-400 @0'], [200, '199-400 @90']])('of %i rows is asked on by what is left of its total: %s', async (count, next) => {
		expect((await cut(serving(evenly(count)))).asked[2]).toBe(next);
	});

	it('is asked for at its last page within reach where totals stop at the cap, and that page used', async () => {
		const {pieces, asked} = await cut(serving(evenly(293), {saturating: true}));
		expect(pieces.at(-1)).toBe('298-400 asked 298-400 of 298-400: 10 × 10, 0 known, 9 known');
		expect(asked).toEqual(['100-400 @0', '100-400 @90', '199-400 @90', '298-400 @90', '298-400 @0']);
	});

	it('is cut by pages as large as the server makes them', async () => {
		const {pieces, asked, learned} = await cut(serving(evenly(250), {largestPage: 7}));
		expect(pieces).toEqual([
			'100-190 asked 100-190 of 100-400: 13 × 7, 0 borrowed, 12 borrowed',
			'190-280 asked 190-280 of 190-400: 13 × 7, 12 borrowed',
			'280-400 asked 280-400 of 280-400: 10 × 7, 0 known',
		]);
		expect(asked).toEqual(['100-400 @0', '100-400 @84', '190-400 @84', '280-400 @0']);
		expect(learned.pageRows).toBe(7);
	});

	it('does not use a last page that was asked for as if pages were larger', async () => {
		const {pieces} = await cut((asked, count) => serving(evenly(194), {saturating: true, ...count > 3 ? {largestPage: 7} : {}})(asked));
		expect(pieces.at(-1)).toBe('199-400 asked 199-400 of 199-400: 14 × 7, 0 known');
	});

	it('is cut before the last row within reach, and what is before it asked for, where that is on no full page', async () => {
		const {pieces} = await cut(request => {
			const {rows, total} = serving(evenly(250))(request) as Page;
			return {total, rows: request.offset === 90 && request.start === 100 ? rows.slice(0, 5) : rows};
		});
		expect(pieces[0]).toBe('100-193 asked 100-193 of 100-193: 10 × 10, 0 known');
	});

	it('is doubtful where there are no rows where the last ones within reach should be', async () => {
		const {pieces, asked} = await cut(request => ({...serving(evenly(25))(request) as Page, total: 1_000_000}));
		expect(pieces).toEqual(['doubtful 100-400']);
		expect(asked).toEqual(['100-400 @0', '100-400 @90']);
	});

	it('is one stretch after all where its total has come down', async () => {
		const {pieces} = await cut((asked, count) => ({...serving(evenly(99))(asked) as Page, total: count === 1 ? 120 : 99}));
		expect(pieces).toEqual(['100-400 asked 100-400 of 100-400: 10 × 10, 0 known, 9 known']);
	});
});

describe('what the offset counts', () => {
	it.each([
		[{}, 100, ['@90', '@90']], [{counts: 'pages'}, 100, ['@90', '@10', '@9', '@9']], [{counts: 'pages', beyondCap: 'refused'}, 100, ['@90', '@10', '@9', '@9']],
		[{counts: 'pages', cap: 200}, 200, ['@190', '@1', '@19']],
	] as const)('is found out by the last page: %j under a cap of %i', async (api, cap, offsets) => {
		const {asked, learned} = await cut(serving(evenly(250), api), {counts: 'unknown', cap});
		expect(asked.slice(1).filter(request => !request.endsWith('@0')).map(request => request.replace(/^.* /, ''))).toEqual(offsets);
		expect(learned.meaning).toBe('counts' in api ? 'pages' : 'rows');
		await learned.learning;
	});

	it('may bring the second page along', async () => {
		const {pieces} = await cut(serving(evenly(250), {counts: 'pages', cap: 200}), {counts: 'unknown', cap: 200});
		expect(pieces[0]).toBe('100-299 asked 100-299 of 100-400: 20 × 10, 0 borrowed, 1 borrowed, 19 borrowed');
	});

	it('is not found out by page 0 where a query reaches no other', async () => {
		const {asked} = await cut(serving(evenly(13), {cap: 10}), {counts: 'unknown', cap: 10});
		expect(asked.slice(0, 3)).toEqual(['100-400 @0', '100-400 @10', '100-400 @0']);
	});

	it('is not taken for known where the request for it failed', async () => {
		await expect(cut((asked, count) => {
			if (count === 2) throw new Error('no answer');
			return serving(evenly(250))(asked);
		}, {counts: 'unknown'})).rejects.toThrow('no answer');
	});
});

describe('whether an end is inclusive', () => {
	it('is asked for with the last page of the first stretch, which is its own then', async () => {
		const {pieces, asked, learned} = await cut(serving(evenly(250)), {endBound: 'unknown'});
		expect(pieces.slice(0, 2)).toEqual(['100-199 asked 100-199 of 100-400: 10 × 10, 9 known, 0 borrowed', '199-298 asked 199-298 of 199-400: 10 × 10, 9 borrowed']);
		expect(asked).toEqual(['100-400 @0', '100-400 @90', '100-199 @90', '199-400 @90', '298-400 @0']);
		expect(learned).toMatchObject({endInclusive: false, endExclusive: true});
	});

	it('changes what is asked for from then on', async () => {
		const {pieces, asked, learned} = await cut(serving(evenly(250), {end: 'inclusive'}), {endBound: 'unknown'});
		expect(pieces).toEqual([
			'100-199 asked 100-199 of 100-400: 10 × 10, 9 known, 0 borrowed',
			'199-298 asked 199-297 of 199-399: 10 × 10, 9 borrowed',
			'298-400 asked 298-399 of 298-399: 6 × 10, 0 known',
		]);
		expect(asked).toEqual(['100-400 @0', '100-400 @90', '100-199 @90', '199-399 @90', '298-399 @0']);
		expect(learned).toMatchObject({endInclusive: true, endExclusive: false});
	});

	it.each([{endInclusive: true}, {endExclusive: true}])('is asked for once in a run: %j', async learned => {
		expect((await cut(serving(evenly(250)), {endBound: 'unknown', learned})).pieces[0]).toContain('0 borrowed, 9 borrowed');
	});

	it('is not known after a request that failed, which surfaces where its page is read', async () => {
		const {reader} = cappedReader(asked => {
			if (asked.end === 199) throw new Error('no answer');
			return serving(evenly(250))(asked);
		}, {endBound: 'unknown'});
		const cutting = stretchesOf({from: 100, to: 400}, reader);
		const first = await cutting.next();
		await expect(first.value?.kind === 'stretch' ? first.value.known.get(9) : undefined).rejects.toThrow('no answer');
		await cutting.next();
		expect(reader.learned).toMatchObject({endInclusive: false, endExclusive: false});
	});

	it('is settled when a consumer that leaves has been left', async () => {
		const {reader} = cappedReader(serving(evenly(250)), {endBound: 'unknown'});
		const slow = {...reader, fetchPage: async (parameters: PageParameters) => {
			await setImmediate();
			return reader.fetchPage(parameters);
		}};
		for await (const piece of stretchesOf({from: 100, to: 400}, slow)) {
			expect(piece.kind).toBe('stretch');
			break;
		}
		expect(reader.learned.endExclusive).toBe(true);
	});

	it('that turns out with the last page is asked again without it', async () => {
		const rows = [...crowd(100, 50), ...crowd(101, 150)];
		const {pieces, asked} = await cut(serving(rows, {end: 'inclusive'}), {endBound: 'unknown', to: 101});
		expect(pieces).toEqual(['100-101 asked 100-100 of 100-100: 5 × 10, 0 known, 9 known']);
		expect(asked).toEqual(['100-101 @0', '100-101 @90', '100-100 @90', '100-100 @0']);
	});

	it('that turns out with a part cut to fit is asked again without it, and reaches as far as the crowd from then on', async () => {
		const {pieces, asked} = await cut(serving([...rowsFrom(145, 5), ...crowd(150, 150), ...rowsFrom(151, 3), ...crowd(160, 150)], {end: 'inclusive'}), {endBound: 'unknown'});
		expect(asked.slice(0, 5)).toEqual(['100-400 @0', '100-400 @90', '100-149 @0', '100-148 @0', '149-399 @90']);
		expect(pieces).toEqual(['100-149 asked 100-148 of 100-148: 1 × 4, 0 known', '149-150 asked 149-149 of 149-149: 1 × 1, 0 known', 'instant 150-151', '151-160 asked 151-159 of 151-159: 1 × 3, 0 known', 'instant 160-161', '161-400 asked 161-399 of 161-399: 1 × 0, 0 known']);
	});
});

describe('an instant with more rows than a query reaches', () => {
	it('stands alone, and so does what is before it and what is after it', async () => {
		const {pieces, asked} = await cut(serving([...rowsFrom(100, 50), ...crowd(150, 150), ...rowsFrom(151, 50)]));
		expect(pieces).toEqual(['100-149 asked 100-149 of 100-149: 5 × 10, 0 known', 'instant 149-150', 'instant 150-151', '151-400 asked 151-400 of 151-400: 5 × 10, 0 known, 9 known']);
		expect(asked).toEqual(['100-400 @0', '100-400 @90', '100-149 @0', '149-400 @90', '150-400 @90', '151-400 @90', '151-400 @0']);
	});

	it('says nothing about the order of rows', async () => {
		const {pieces, asked, learned} = await cut(serving([...crowd(100, 250), ...rowsFrom(101, 20), ...crowd(200, 150)]));
		expect(pieces).toEqual(['instant 100-101', '101-199 asked 101-199 of 101-199: 2 × 10, 0 known', 'instant 199-200', 'instant 200-201', '201-400 asked 201-400 of 201-400: 1 × 0, 0 known']);
		expect(asked).toEqual(['100-400 @0', '100-400 @90', '101-400 @90', '101-400 @0', '101-199 @0', '199-400 @0', '199-400 @90', '200-400 @0', '200-400 @90', '201-400 @0']);
		expect(learned.ascending).toBe(true);
		expect((await cut(serving(crowd(100, 250)), {to: 101})).learned.ascending).toBeUndefined();
	});

	it('shows the order of rows together with another one', async () => {
		const {asked} = await cut(serving([...crowd(100, 60), ...crowd(150, 150)]));
		expect(asked.slice(0, 5)).toEqual(['100-400 @0', '100-400 @90', '100-149 @0', '149-400 @90', '150-400 @0']);
	});

	it('is as long as a unit, and no longer than its window', async () => {
		expect((await cut(serving(crowd(5, 150)), {unitMs: 1000, from: 5000, to: 5400})).pieces).toEqual(['instant 5000-5400']);
		expect((await cut(serving([...crowd(5, 150), ...crowd(6, 120)]), {unitMs: 1000, from: 5000, to: 7000})).pieces).toEqual(['instant 5000-6000', 'instant 6000-7000']);
		expect((await cut(serving([...rowsFrom(3, 2), ...crowd(5, 150)]), {unitMs: 1000, from: 2000, to: 7000})).pieces).toEqual([
			'2000-4000 asked 2-4 of 2-4: 1 × 1, 0 known', 'instant 4000-5000', 'instant 5000-6000', '6000-7000 asked 6-7 of 6-7: 1 × 0, 0 known',
		]);
	});
});

describe('rows that do not come oldest first', () => {
	it.each([[false, 10], [true, 11]])('are cut by halving time, where totals stop at the cap %s, with %i requests', async (saturating, requests) => {
		const {pieces, asked, learned} = await cut(serving(evenly(250), {order: 'descending', saturating}));
		expect(pieces.map(piece => piece.replace(/ .*/, ''))).toEqual(['100-175', '175-250', '250-325', '325-400']);
		expect(asked).toHaveLength(requests);
		expect(learned.ascending).toBe(false);
	});

	it.each(['r100', 'r103', 'r190', 'r195', 'r199'])('are those of which one has no time: %s', async timeless => {
		const {pieces} = await cut(asked => {
			const {rows, total} = serving(evenly(250))(asked) as Page;
			return {total, rows: rows.map(({id, time}) => ({id, time: id === timeless ? undefined : time}))};
		});
		expect(pieces[0]?.replace(/ .*/, '')).toBe('100-175');
	});

	it('are those of which one has a time beyond all that was asked for: nothing is cut unit by unit for it', async () => {
		const {pieces, asked} = await cut((request, count) => {
			if (count > 500) throw new Error('endless');
			const {rows, total} = serving(evenly(250))(request) as Page;
			return {total, rows: rows.map(({id, time}) => ({id, time: id === 'r199' ? 9_000_000 : time}))};
		}, {to: 1_000_100});
		const bounds = pieces.map(piece => /(\d+)-(\d+)/.exec(piece)?.slice(1).map(Number) ?? []);
		expect(bounds.map(([from]) => from)).toEqual([100, ...bounds.slice(0, -1).map(([, to]) => to)]);
		expect(bounds.at(-1)?.[1]).toBe(1_000_100);
		expect(asked.length).toBeLessThan(80);
	});

	it.each([[0, 'page 0'], [90, 'the last page within reach']])('are those of which two stand the other way round on the page at offset %i, %s', async swapped => {
		const {pieces} = await cut(asked => {
			const answered = serving(evenly(250))(asked) as Page;
			return asked.offset === swapped ? {...answered, rows: [...answered.rows.slice(1, 2), ...answered.rows.slice(0, 1), ...answered.rows.slice(2)]} : answered;
		});
		expect(pieces[0]?.replace(/ .*/, '')).toBe('100-175');
	});
});
