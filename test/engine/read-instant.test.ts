import {describe, expect, it} from 'vitest';
import type {FittingInputs, Part} from '../../src/engine/capped-page.ts';
import {newReport} from '../../src/engine/problems.ts';
import {readInstant, readPart} from '../../src/engine/read-instant.ts';
import {cappedReader, drain, idsOf, rowsAt, seenOf, serving, type Answer, type Asked, type CappedOptions, type Page, type Row} from './capped-reader.ts';

/** Reads the instant 100 of an API that reaches 100 rows in pages of 10. */
async function read(answer: (asked: Asked, count: number) => Answer, {written = [], ...options}: CappedOptions & {written?: readonly Row[]} = {}) {
	const {reader, asked} = cappedReader(answer, options);
	const report = newReport();
	const fitting: Array<{part: Part; total: number | undefined; type: string | undefined}> = [];
	const reading = readInstant({from: 100, to: 101}, reader, {report, seen: seenOf(written), async* readFitting(part: Part, inputs: FittingInputs) {
		fitting.push({part, total: inputs.first?.total, type: inputs.reader.narrowed?.['type']});
		yield* readPart(part, inputs, {isRepeated: false, isLast: false});
	}});
	const {ids, batches} = await drain(reading);
	return {ids, batches, report, fitting, asked, requests: asked.map(({type, offset}) => `${type}@${offset}`), details: report.problems.map(({detail}) => detail)};
}

/** So many rows of a type at the instant, or at the one after it. */
const crowd = (count: number, type = '1', time = 100): Row[] => Array.from({length: count}, (_, index) => ({id: `${type}/${time}/${index}`, time, type}));

const behind = (rows: string, held: string, cap = 100) => `${rows} rows of the instant 1970-01-01T00:00:00.100Z stay behind: it holds ${held} rows, and a query reaches ${cap}`;

const pagesOf = (type: string, count = 10) => Array.from({length: count}, (_, index) => `${type}@${index * 10}`);

describe('an instant', () => {
	it('that a query reaches after all is read as a part that fits', async () => {
		const {ids, fitting, requests, report} = await read(serving(crowd(99)), {splittable: true});
		expect(ids).toEqual(idsOf(crowd(99)));
		expect(fitting).toEqual([{part: {from: 100, to: 101, asked: {start: 100, end: 101}}, total: 99, type: undefined}]);
		expect(requests).toEqual(pagesOf('0'));
		expect(report.problems).toEqual([]);
	});

	it('is read as far as a query reaches, and says how many rows stay behind', async () => {
		const {ids, batches, fitting, requests, report} = await read(serving(crowd(150)));
		expect(ids).toEqual(idsOf(crowd(100)));
		expect(batches).toEqual(Array.from({length: 10}, () => 10));
		expect(requests).toEqual(pagesOf('0'));
		expect(fitting).toEqual([]);
		expect(report.problems).toEqual([{kind: 'capped', since: 100, until: 101, detail: behind('50', '150')}]);
	});

	it('whose total stands at the cap may hold any number of rows', async () => {
		expect((await read(serving(crowd(150), {saturating: true}))).details).toEqual([behind('an unknown number of', 'at least 100')]);
	});

	it('may hold any number of rows also where all that is in reach was written before', async () => {
		const {batches, details} = await read(serving(crowd(150), {saturating: true}), {written: crowd(100)});
		expect(batches).toEqual([]);
		expect(details).toEqual([behind('an unknown number of', 'at least 100')]);
	});

	it('is not whole with the only page that a query reaches', async () => {
		expect((await read(serving(crowd(15), {cap: 10}), {cap: 10})).details).toEqual([behind('5', '15', 10)]);
	});

	it('has its rows without an identity written, too', async () => {
		const nameless = Array.from({length: 150}, (): Row => ({id: '', time: 100}));
		expect((await read(serving(nameless))).batches).toEqual(Array.from({length: 10}, () => 10));
		expect((await read(serving([...nameless.slice(0, 3), ...crowd(147, '1', 101)], {end: 'inclusive'}), {learned: {ascending: true}})).batches).toEqual([3]);
	});

	it('is read in pages as large as the server makes them', async () => {
		const {ids, details} = await read(serving(crowd(95), {largestPage: 7}));
		expect(ids).toHaveLength(91);
		expect(details).toEqual([behind('4', '95')]);
	});

	it('that holds just what a query reaches was read whole', async () => {
		expect(await read(serving(crowd(90), {cap: 95}), {cap: 95})).toMatchObject({ids: idsOf(crowd(90)), details: []});
		expect((await read(serving(crowd(91), {cap: 95}), {cap: 95})).details).toEqual([behind('1', '91', 95)]);
	});

	it('is read no further than there are rows', async () => {
		const {requests, details} = await read(asked => ({...serving(crowd(25))(asked) as Page, total: 150}));
		expect(requests).toEqual(pagesOf('0', 4));
		expect(details).toEqual([behind('125', '150')]);
	});

	it('is read from the second page on where that came of finding out what the offset counts', async () => {
		expect((await read(serving(crowd(150)), {counts: 'unknown'})).requests).toEqual(pagesOf('0'));
		expect((await read(serving(crowd(150), {counts: 'pages', cap: 200}), {counts: 'unknown', cap: 200, pageSize: 5, learned: {meaning: 'pages'}})).ids).toHaveLength(150);
	});

	it('does not repeat what was written, and brings no empty batch', async () => {
		const {batches, details} = await read(serving(crowd(150)), {written: crowd(20)});
		expect(batches).toEqual(Array.from({length: 8}, () => 10));
		expect(details).toEqual([behind('50', '150')]);
	});
});

describe('an instant next to another one', () => {
	const options = {learned: {ascending: true}} as const;
	const next = (count: number) => crowd(count, '1', 101);
	const answer = (rows: Row[]) => serving(rows, {end: 'inclusive'});

	it('is whole as soon as a row of the other one comes', async () => {
		const {ids, requests, batches, details} = await read(answer([...crowd(3), ...next(147)]), options);
		expect(ids).toEqual(idsOf(crowd(3)));
		expect(batches).toEqual([3]);
		expect(requests).toEqual(['0@0']);
		expect(details).toEqual([]);
	});

	it('is also when that is later', async () => {
		const {ids, requests, details} = await read(answer([...crowd(33), ...next(147)]), options);
		expect(ids).toEqual(idsOf(crowd(33)));
		expect(requests).toEqual(pagesOf('0', 4));
		expect(details).toEqual([]);
	});

	it('holds nothing where all rows are of the other one', async () => {
		expect(await read(answer(next(150)), options)).toMatchObject({batches: [], requests: ['0@0'], details: []});
	});

	it('may have more rows where they do not come oldest first', async () => {
		const {requests, ids, details} = await read(answer([...crowd(3), ...next(147)]), {learned: {ascending: false}});
		expect(requests).toHaveLength(10);
		expect(ids).toEqual(idsOf(crowd(3)));
		expect(details).toEqual([behind('50', '150')]);
	});

	it('may have more rows as long as rows without a time come', async () => {
		const timeless = rowsAt(...Array.from({length: 150}, () => undefined));
		expect((await read(asked => ({rows: timeless.slice(asked.offset, asked.offset + 10), total: 150}), options)).requests).toHaveLength(10);
	});
});

describe('an instant that can be read by type', () => {
	const split = {splittable: true} as const;

	it('is whole when its types hold as many rows as it does', async () => {
		const rows = [...crowd(80, '1'), ...crowd(70, '2')];
		const {ids, fitting, requests, report} = await read(serving(rows), split);
		expect(ids).toEqual(idsOf(rows));
		expect(fitting.map(({type, total}) => [type, total])).toEqual([['1', 80], ['2', 70]]);
		expect(requests).toEqual(['0@0', ...pagesOf('1', 8), '1@80', ...pagesOf('2', 7), '2@70']);
		expect(report).toMatchObject({problems: [], total: 150});
	});

	it('is not read so where the user has chosen a type, or there is nothing to split by', async () => {
		const rows = [...crowd(80, '1'), ...crowd(70, '2')];
		expect((await read(serving(rows))).requests).toEqual(pagesOf('0'));
		expect((await read(serving(rows), {splittable: true, hasTypes: false})).requests).toEqual(pagesOf('0'));
	});

	it('says how many rows of a type stay behind', async () => {
		const {ids, details, requests} = await read(serving([...crowd(120, '1'), ...crowd(80, '2')]), split);
		expect(ids).toEqual([...idsOf(crowd(100, '1')), ...idsOf(crowd(80, '2'))]);
		expect(requests).toEqual(['0@0', ...pagesOf('1'), ...pagesOf('2', 8), '2@80']);
		expect(details).toEqual([behind('20', '200')]);
	});

	it('has rows of other types read beside them', async () => {
		const rows = [...crowd(60, '9'), ...crowd(80, '1')];
		const {ids, details, requests} = await read(serving(rows), split);
		expect(ids.toSorted()).toEqual(idsOf(rows).toSorted());
		expect(details).toEqual([]);
		expect(requests.slice(-9)).toEqual(pagesOf('0').slice(1));
	});

	it('says how many of those stay behind', async () => {
		const {ids, details} = await read(serving([...crowd(80, '1'), ...crowd(90, '9')]), split);
		expect(ids).toHaveLength(100);
		expect(details).toEqual([behind('70', '170')]);
		expect((await read(serving([...crowd(30, '1'), ...crowd(150, '9')]), split)).details).toEqual([behind('80', '180')]);
	});

	it('is whole, though its total stands at the cap, when its types are and nothing else turns up', async () => {
		const rows = [...crowd(80, '1'), ...crowd(70, '2')];
		expect(await read(serving(rows, {saturating: true}), split)).toMatchObject({ids: idsOf(rows), details: []});
	});

	it.each([[[80, 90], 9], [[120, 30], 2], [[120, 20], 9]])('may hold more, where its total stands at the cap, with %j rows of type 1 and %i', async ([one = 0, other = 0], type) => {
		const {details} = await read(serving([...crowd(one, '1'), ...crowd(other, String(type))], {saturating: true}), split);
		expect(details).toEqual([behind('an unknown number of', 'at least 100')]);
	});

	it('is read by type in pages as large as the server makes them', async () => {
		const {ids, details} = await read(serving([...crowd(95, '1'), ...crowd(40, '2')], {largestPage: 7}), split);
		expect(ids).toHaveLength(91 + 40);
		expect(details).toEqual([behind('4', '135')]);
	});

	it('has whole types that a row of the next instant ends', async () => {
		const rows = [...crowd(30, '1'), ...crowd(95, '2'), ...crowd(100, '1', 101)];
		const {ids, details} = await read(serving(rows, {end: 'inclusive'}), {...split, learned: {ascending: true}});
		expect(ids).toEqual(idsOf(rows.slice(0, 125)));
		expect(details).toEqual([]);
	});
});
