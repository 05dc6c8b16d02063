import {describe, expect, it} from 'vitest';
import type {CountedPage} from '../../src/engine/capped-page.ts';
import {SeenRows} from '../../src/engine/seen-rows.ts';
import {StretchReading} from '../../src/engine/stretch-reading.ts';
import type {Stretch} from '../../src/engine/stretches.ts';
import {cappedReader, idsOf, pageOf, rowsFrom, seenOf, serving, type Answer, type Asked, type CappedOptions, type Row} from './capped-reader.ts';

const part = {from: 100, to: 120, asked: {start: 100, end: 120}};
/** Two pages of ten rows each. */
const rows = rowsFrom(100, 20);
const [head, tail] = [rows.slice(0, 10), rows.slice(10)];
const past: Row[] = rowsFrom(120, 2);

function open(borrowed: readonly number[] = [], {answer = serving(rows), written, seen = written && seenOf(written), ...options}: CappedOptions & {answer?: (asked: Asked, count: number) => Answer; written?: readonly Row[]; seen?: SeenRows | undefined} = {}) {
	const {reader, asked} = cappedReader(answer, options);
	const stretch: Stretch = {kind: 'stretch', part, pages: 2, size: 10, known: new Map(), borrowed: new Map(borrowed.map(index => [index, pageOf([], 0)])), within: part.asked};
	const reading = new StretchReading(stretch, reader, seen);
	/** Takes pages, each as its rows and the total that it states. */
	const take = (...pages: ReadonlyArray<readonly [readonly Row[], number]>) => pages.flatMap(([page, total], index) => reading.take(pageOf(page, total), index).map(({id}) => id));
	return {reading, asked, take};
}

describe('a stretch with pages of its own', () => {
	it('was read whole when what it states came', async () => {
		const {reading, asked, take} = open();
		expect(take([head, 20], [tail, 20])).toEqual(idsOf(rows));
		expect(await reading.outcome(undefined)).toEqual({kind: 'complete', inside: 20});
		expect(reading.report.total).toBe(20);
		expect(asked).toEqual([]);
	});

	it.each([[20, 21], [21, 20]])('was not when its total moved from %i to %i', async (first, second) => {
		const {reading, asked, take} = open();
		take([head, first], [tail, second]);
		expect(await reading.outcome(undefined)).toMatchObject({kind: 'incomplete', problem: 'unstable', inside: 20});
		expect(asked).toEqual([]);
	});

	it('was not when it states another number than came', async () => {
		const {reading, asked, take} = open();
		take([head, 23], [tail, 23]);
		expect(await reading.outcome(undefined)).toEqual({kind: 'incomplete', problem: 'total_mismatch', detail: 'the API states 23 rows and delivered 20', inside: 20});
		expect(asked).toEqual([]);
	});

	it('leaves rows out that are past it or were written before, and counts them', async () => {
		const {reading, take} = open([], {written: rows.slice(0, 2)});
		expect(take([head, 22], [[...tail, ...past], 22])).toEqual(idsOf(rows.slice(2)));
		expect(await reading.outcome(undefined)).toEqual({kind: 'complete', inside: 20});
	});

	it('does not write rows without an identity again', () => {
		const page: CountedPage = {records: [{text: '{"time":105}', id: undefined, time: 105}], altered: false, total: 1};
		const seen = new SeenRows();
		expect(open([], {seen}).reading.take(page, 0)).toHaveLength(1);
		expect(open([], {seen}).reading.take(page, 0)).toEqual([]);
	});
});

describe('a stretch with borrowed pages', () => {
	it('needs no further answer where a page of its own states what came of it', async () => {
		const {reading, asked, take} = open([1]);
		expect(take([head, 20], [[...tail, ...past], 500])).toEqual(idsOf(rows));
		expect(await reading.outcome(undefined)).toEqual({kind: 'complete', inside: 20});
		expect(reading.report.total).toBe(20);
		expect(asked).toEqual([]);
	});

	it.each([[{}, 10], [{counts: 'pages'}, 1], [{counts: 'unknown'}, 10]] as const)('only asks for its last page to learn its total: %j', async ({counts}: CappedOptions, offset) => {
		const {reading, asked, take} = open([0, 1], counts === undefined ? {learned: {meaning: 'rows'}} : {counts, learned: {meaning: counts === 'pages' ? 'pages' : undefined}});
		take([head, 500], [[...tail, ...past], 500]);
		expect(await reading.outcome(undefined)).toEqual({kind: 'complete', inside: 20});
		expect(reading.report.total).toBe(20);
		expect(asked).toEqual([{start: 100, end: 120, offset, size: 10, type: '0'}]);
	});

	it('believes the total that was asked for meanwhile', async () => {
		const {reading, asked, take} = open([0, 1]);
		take([head, 500], [tail, 500]);
		expect(await reading.outcome({part, total: 20})).toEqual({kind: 'complete', inside: 20});
		const short = open([0, 1]);
		short.take([head, 500], [tail, 500]);
		expect(await short.reading.outcome({part, total: 21})).toMatchObject({kind: 'incomplete', problem: 'total_mismatch', inside: 20});
		expect([...asked, ...short.asked]).toEqual([]);
	});

	it('asks for its total where its own page states another', async () => {
		const {reading, asked, take} = open([1]);
		take([head, 19], [tail, 500]);
		expect(await reading.outcome(undefined)).toEqual({kind: 'complete', inside: 20});
		expect(asked).toHaveLength(1);
	});

	it('was not read whole when the totals of its own pages moved, and asks for none', async () => {
		const {reading, asked, take} = open([2]);
		take([head, 20], [tail, 21], [past, 500]);
		expect(await reading.outcome(undefined)).toMatchObject({kind: 'incomplete', problem: 'unstable'});
		expect(asked).toEqual([]);
	});

	const inclusive = {answer: serving([...rows, ...past], {end: 'inclusive'}), endBound: 'unknown'} as const;

	it('asks once more, for less, where the answer itself shows that an end is inclusive', async () => {
		const {reading, asked, take} = open([0], inclusive);
		take([head, 500], [[...tail, ...past.slice(0, 1)], 25]);
		expect(await reading.outcome({part, total: 21})).toEqual({kind: 'complete', inside: 20});
		expect(asked).toEqual([]);
		const again = open([0], {...inclusive, pageSize: 11});
		again.take([head, 500], [[...tail, ...past.slice(0, 1)], 25]);
		expect(await again.reading.outcome(undefined)).toEqual({kind: 'complete', inside: 20});
		expect(again.asked.map(({end}) => end)).toEqual([120, 119]);
	});

	it('asks once more where that has turned out since its total was asked for', async () => {
		const {reading, asked, take} = open([0], {...inclusive, learned: {endInclusive: true}});
		take([head, 500], [[...tail, ...past.slice(0, 1)], 25]);
		expect(await reading.outcome({part, total: 21})).toEqual({kind: 'complete', inside: 20});
		expect(asked.map(({end}) => end)).toEqual([119]);
	});

	it('counts rows on its end that its total counts too', async () => {
		const {reading, take} = open([0]);
		take([head, 500], [[...tail, ...past.slice(0, 1)], 25]);
		expect(await reading.outcome({part, total: 21})).toEqual({kind: 'complete', inside: 20});
		expect(reading.report.total).toBe(21);
	});
});
