import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {newReport} from '../../src/engine/problems.ts';
import {SeenRows} from '../../src/engine/seen-rows.ts';
import {Sieve} from '../../src/engine/sieve.ts';
import type {AuditRecord} from '../../src/base/record.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const window = {from: 10_000, to: 20_000};
/** In seconds, one further on each side than the window. */
const asked = {start: 9, end: 20};

const record = (id: string | undefined, time: number | undefined, text = `${id}`): AuditRecord => ({id, time, text});

function sieveOf({seen, source = sources['feishu-openapi']}: {seen?: SeenRows; source?: SourceDefinition} = {}) {
	const report = newReport();
	const sieve = new Sieve({window, asked, source, report, seen});
	return {report, sieve, kept: (records: readonly AuditRecord[], altered = false) => sieve.sift({records, altered}).kept.map(({text}) => text)};
}

it('keeps rows from the start of the window up to its end, and counts all that came', () => {
	const {sieve, report} = sieveOf();
	const records = [record('a', 9999), record('b', 10_000), record('c', 19_999), record('d', 20_000)];
	expect(sieve.sift({records, altered: false})).toEqual({kept: [records[1], records[2]], rows: 4, fresh: 4});
	expect(sieve.delivered).toBe(4);
	expect(report).toEqual({...newReport(), inside: 2, written: 2});
});

it('tells of rows of other times than asked for', () => {
	const {kept, report, sieve} = sieveOf();
	expect(kept([record('a', 8999), record('b', 9000), record('c', 20_999), record('d', 21_000)])).toEqual([]);
	expect(report.oddities).toMatchObject({outOfRange: 2, unreadable: 0});
	expect(sieve.delivered).toBe(4);
});

it('lets a row through once, however often it comes, and adds up page by page', () => {
	const {sieve, report} = sieveOf();
	expect(sieve.sift({records: [record('a', 10_000), record('b', 10_000)], altered: false})).toMatchObject({rows: 2, fresh: 2});
	expect(sieve.sift({records: [record('b', 10_000), record('c', 10_000), record('c', 10_000)], altered: false})).toMatchObject({kept: [{id: 'c'}], rows: 3, fresh: 1});
	expect(report).toMatchObject({duplicates: 2, oddities: {ambiguous: 0}});
	expect(sieve.delivered).toBe(3);
});

it('writes every row under one id that differs, and says so', () => {
	const {kept, report} = sieveOf();
	expect(kept([record('a', 10_000, 'one'), record('a', 10_000, 'two'), record('a', 10_000, 'one')])).toEqual(['one', 'two']);
	expect(report).toMatchObject({duplicates: 1, oddities: {ambiguous: 1}});
});

it('counts pages with replaced bytes', () => {
	const {kept, report} = sieveOf();
	kept([], true);
	kept([], false);
	kept([], true);
	expect(report.oddities.altered).toBe(2);
});

it('knows a row again however many came between', () => {
	const {sieve, report} = sieveOf();
	const records = Array.from({length: 100_001}, (_, index) => record(String(index), 10_000));
	sieve.sift({records, altered: false});
	expect(sieve.sift({records: records.slice(0, 1), altered: false})).toMatchObject({kept: [], fresh: 0});
	expect(report.duplicates).toBe(1);
	expect(sieve.delivered).toBe(100_001);
});

describe('a row that cannot be read', () => {
	it('is written as it is and counted, each time', () => {
		const {kept, report, sieve} = sieveOf();
		expect(kept([record(undefined, 10_000, 'x'), record(undefined, 10_000, 'x'), record('a', undefined, 'y'), record(undefined, undefined, 'z')])).toEqual(['x', 'x', 'y', 'z']);
		expect(report).toMatchObject({duplicates: 0, oddities: {unreadable: 4}});
		expect(sieve.delivered).toBe(4);
	});

	it('is not one that lacks an id where rows have none', () => {
		const {kept, report} = sieveOf({source: {...sources['feishu-openapi'], id: null}});
		expect(kept([record(undefined, 10_000, 'x')])).toEqual(['x']);
		expect(report.oddities.unreadable).toBe(0);
	});
});

describe('a window that is read again', () => {
	/** What each of several readings of one window writes. */
	function readings(...all: ReadonlyArray<readonly AuditRecord[]>) {
		const seen = new SeenRows();
		const sieves = all.map(records => {
			const {kept, report} = sieveOf({seen});
			return {kept: kept(records), ambiguous: report.oddities.ambiguous, changed: report.changed};
		});
		return {kept: sieves.map(({kept}) => kept), ambiguous: sieves.map(({ambiguous}) => ambiguous), changed: sieves.map(({changed}) => changed)};
	}

	it('brings what was not written before', () => {
		expect(readings([record('a', 10_000)], [record('a', 10_000), record('b', 10_000), record('c', 25_000)]).kept).toEqual([['a'], ['b']]);
	});

	it('takes the n-th of equal rows without an id for the n-th of an earlier reading', () => {
		const rows = (text: string) => text.split('').map(letter => record(undefined, 10_000, letter));
		fc.assert(fc.property(fc.array(fc.string({unit: fc.constantFrom('x', 'y', 'z'), maxLength: 6}), {minLength: 2, maxLength: 3}), texts => {
			const {kept} = readings(...texts.map(text => rows(text)));
			for (const letter of 'xyz') {
				const counts = texts.map(text => text.split(letter).length - 1);
				expect(kept.flat().filter(text => text === letter)).toHaveLength(Math.max(...counts));
			}
		}));
	});

	it('writes each content of an id once, in whatever order they come again', () => {
		const [one, two] = [record('a', 10_000, 'one'), record('a', 10_000, 'two')];
		expect(readings([one, two], [two, one])).toEqual({kept: [['one', 'two'], []], ambiguous: [1, 1], changed: [0, 0]});
	});

	it('writes another content of an id that only a later reading brings, and counts it as changed', () => {
		expect(readings([record('a', 10_000, 'one')], [record('a', 10_000, 'two')])).toEqual({kept: [['one'], ['two']], ambiguous: [0, 0], changed: [0, 1]});
	});
});
