import {describe, expect, it} from 'vitest';
import type {FittingInputs} from '../../src/engine/capped-page.ts';
import {newReport} from '../../src/engine/problems.ts';
import {readPart} from '../../src/engine/read-instant.ts';
import {SeenRows} from '../../src/engine/seen-rows.ts';
import {cappedReader, drain, idsOf, pageOf, rowsAt, rowsFrom, serving, type Answer, type Asked, type CappedOptions, type Page} from './capped-reader.ts';

/** Reads 100 units of time, unless told otherwise, once. */
async function read(answer: (asked: Asked, count: number) => Answer, {from = 100, to = 200, repeated = false, seen = new SeenRows(), first, isDoubtful, ...options}: CappedOptions & Partial<Pick<FittingInputs, 'first' | 'isDoubtful'>> & {
	from?: number; to?: number; repeated?: boolean; seen?: SeenRows;
} = {}) {
	const {reader, asked} = cappedReader(answer, options);
	const report = newReport();
	const inputs: FittingInputs = {first, reader, report, seen, ...isDoubtful === undefined ? {} : {isDoubtful}};
	const {ids, batches, outcome} = await drain(readPart({from, to, asked: {start: from, end: to}}, inputs, {isRepeated: repeated, isLast: false}));
	return {ids, batches, outcome, report, reader, offsets: asked.map(({offset}) => offset)};
}

/** Rows of one unit of time. */
const crowd = (count: number) => rowsAt(...Array.from({length: count}, () => 100));

describe('a part that fits', () => {
	it.each([[0, [0], []], [7, [0], [7]], [10, [0, 10], [10]], [25, [0, 10, 20], [10, 10, 5]], [20, [0, 10, 20], [10, 10]]])('with %i rows is read from offsets %j, and past a full page to see that it is the last', async (count, expected, sizes) => {
		const rows = rowsFrom(100, count);
		const {ids, batches, outcome, offsets, report} = await read(serving(rows));
		expect(ids).toEqual(idsOf(rows));
		expect(batches).toEqual(sizes);
		expect(offsets).toEqual(expected);
		expect(outcome).toEqual({kind: 'complete', inside: count});
		expect(report).toEqual({...newReport(), inside: count, written: count, total: count});
	});

	it('is read on from a page that is there already', async () => {
		const rows = rowsFrom(100, 25);
		const {ids, offsets} = await read(serving(rows), {first: pageOf(rows.slice(0, 10), 25)});
		expect(ids).toEqual(idsOf(rows));
		expect(offsets).toEqual([10, 20]);
	});

	it('is read on from the second page where that came of finding out what the offset counts', async () => {
		const rows = rowsFrom(100, 25);
		const {ids, offsets} = await read(serving(rows), {counts: 'unknown'});
		expect(ids).toEqual(idsOf(rows));
		expect(offsets).toEqual([0, 10, 20]);
	});

	it('brings no empty batches where rows belong to a neighbour', async () => {
		const neighbours = rowsAt(...Array.from({length: 21}, () => 110));
		const end = {end: 'inclusive'} as const;
		expect((await read(serving(neighbours, end), {to: 110})).batches).toEqual([]);
		expect((await read(serving([...rowsFrom(100, 10), ...rowsAt(110)], end), {to: 110})).batches).toEqual([10]);
		const hidden = ({offset}: Asked): Answer => ({rows: offset === 0 ? rowsFrom(100, 10) : [{id: 'past', time: 110}], total: 10});
		expect((await read(hidden, {to: 110})).batches).toEqual([10]);
	});

	it('was not read whole when its total moved, and is read no further than that', async () => {
		const {outcome, offsets, batches} = await read((asked, count) => ({...serving(rowsFrom(100, 25))(asked) as Page, total: count === 1 ? 19 : 20}));
		expect(outcome).toMatchObject({kind: 'incomplete', problem: 'unstable', inside: 20});
		expect(offsets).toEqual([0, 10]);
		expect(batches).toEqual([10, 10]);
	});

	it('was not when its total had moved once, even if it has moved back', async () => {
		const {outcome} = await read((asked, count) => ({...serving(rowsFrom(100, 25))(asked) as Page, total: count === 2 ? 24 : 25}));
		expect(outcome).toMatchObject({kind: 'incomplete', problem: 'unstable', inside: 25});
	});

	it('is found to hold more than it states by the page after its last one', async () => {
		const rows = rowsFrom(100, 25);
		const {outcome, ids, batches} = await read(asked => ({...serving(rows)(asked) as Page, total: 20}));
		expect(outcome).toEqual({kind: 'incomplete', problem: 'total_mismatch', detail: 'the API states 20 rows and delivered 25', inside: 25});
		expect(ids).toEqual(idsOf(rows));
		expect(batches).toEqual([10, 10, 5]);
	});

	it('is found to have grown by the page after its last one', async () => {
		const {outcome} = await read((asked, count) => ({...serving(rowsFrom(100, 25))(asked) as Page, total: count === 3 ? 25 : 20}));
		expect(outcome).toMatchObject({kind: 'incomplete', problem: 'unstable', detail: expect.stringContaining('the last total was 25, 25 were delivered') as string});
	});

	it('is read as far as there are rows, whatever it states', async () => {
		const {outcome, offsets} = await read(asked => ({...serving(rowsFrom(100, 25))(asked) as Page, total: 95}));
		expect(offsets).toEqual([0, 10, 20, 30]);
		expect(outcome).toMatchObject({problem: 'total_mismatch', inside: 25});
	});

	it.each([[{}, 'pages', [0, 1, 2]], [{repeated: true}, 'rows', [0, 1, 10, 20]], [{isDoubtful: true}, 'rows', [0, 1, 10, 20]]] as const)('finds out again what the offset counts where that may have been a mistake: %j', async (how, meaning, expected) => {
		const {reader, offsets} = await read(serving(rowsFrom(100, 25), {cap: 1000}), {cap: 1000, counts: 'unknown', learned: {meaning: 'pages'}, ...how});
		expect(reader.learned.meaning).toBe(meaning);
		expect(offsets).toEqual(expected);
	});

	it('does not repeat rows without an identity when it is read again', async () => {
		const answer = (): Answer => ({rows: [{id: '', time: 105}], total: 1});
		const seen = new SeenRows();
		expect((await read(answer, {seen})).ids).toEqual(['']);
		expect((await read(answer, {repeated: true, seen})).ids).toEqual([]);
	});
});

describe('a part that does not fit', () => {
	it.each([[150, {}], [100, {}], [92, {largestPage: 7}]])('with %i rows is cut in two before anything is written: %j', async (count, served) => {
		const {outcome, ids, offsets} = await read(serving(rowsFrom(100, count), served), {to: 300});
		expect(outcome).toEqual({kind: 'too-many', total: count, parts: [{from: 100, to: 200}, {from: 200, to: 300}]});
		expect(ids).toEqual([]);
		expect(offsets).toEqual([0]);
	});

	it('is read as far as a query reaches where it is a single instant', async () => {
		const {outcome, ids, offsets} = await read(serving(crowd(150)), {to: 101});
		expect(ids).toEqual(idsOf(crowd(100)));
		expect(offsets).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
		expect(outcome).toEqual({kind: 'incomplete', problem: 'total_mismatch', detail: 'the API states 150 rows and delivered 100', inside: 100});
	});

	it('may hold more where its total stands at the cap', async () => {
		const {outcome, report} = await read(serving(crowd(150), {saturating: true}), {to: 101});
		expect(outcome).toEqual({kind: 'incomplete', inside: 100, problem: 'capped', detail: 'it holds at least 100 rows, and a query reaches 100'});
		expect(report.total).toBeUndefined();
	});

	it('is read again before that is said, where it has grown to the cap meanwhile', async () => {
		const {outcome} = await read((asked, count) => ({...serving(crowd(150))(asked) as Page, total: count === 1 ? 99 : 100}), {to: 101});
		expect(outcome).toMatchObject({problem: 'unstable', inside: 100});
		const whole = await read(asked => ({...serving(crowd(150))(asked) as Page, total: 99}));
		expect(whole.outcome).toMatchObject({problem: 'total_mismatch', inside: 100});
	});
});

describe('a part whose total is doubtful', () => {
	const stating = (total: number, count: number) => (asked: Asked): Answer => ({...serving(rowsFrom(100, count))(asked) as Page, total});

	it.each([[0, [0, 1]], [25, [0, 10, 20, 30]]])('is read as far as there are rows: %i', async (count, expected) => {
		const {outcome, ids, offsets} = await read(stating(1_000_000, count), {isDoubtful: true, to: 300});
		expect(outcome).toMatchObject({kind: 'incomplete', problem: 'total_mismatch', inside: count});
		expect(ids).toHaveLength(count);
		expect(offsets).toEqual(count === 0 ? expected.slice(0, 1) : expected);
	});

	it('is cut where there are as many rows as a query reaches after all', async () => {
		expect((await read(stating(1_000_000, 150), {isDoubtful: true, to: 300})).outcome).toEqual({kind: 'too-many', total: 1_000_000, parts: [{from: 100, to: 200}, {from: 200, to: 300}]});
		expect((await read(stating(1_000_000, 99), {isDoubtful: true, to: 300})).outcome).toMatchObject({kind: 'incomplete', inside: 99});
		expect((await read(stating(1_000_000, 100), {isDoubtful: true, to: 300})).outcome).toMatchObject({kind: 'too-many'});
		expect((await read(asked => ({...serving(crowd(150))(asked) as Page, total: 1_000_000}), {isDoubtful: true, to: 101})).outcome).toMatchObject({kind: 'incomplete', problem: 'total_mismatch', inside: 100});
	});
});
