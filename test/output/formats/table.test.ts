import truncatedWidth from 'fast-string-truncated-width';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type FormatOptions} from '../../../src/output/formats/index.ts';
import {fit, fitColumns} from '../../../src/output/formats/layout.ts';
import type {AuditRecord} from '../../../src/base/record.ts';
import {anyJson} from '../../json/arbitrary-json.ts';
import {defaults, format, noon, record, textFormat} from './helpers.ts';

const table = (records: readonly AuditRecord[], options: Partial<FormatOptions> = {}): string[] => {
	const text = format(textFormat('table', {...defaults, ...options}), records, 7);
	expect(text.endsWith('\n')).toBe(true);
	return text.slice(0, -1).split('\n');
};
const widthOf = (text: string): number => truncatedWidth(text).width;

describe('table', () => {
	it('shows the columns marked for it, aligned', () => {
		expect(table([
			record({id: 'a', event_time: 1, detail: {status: 200, payload: 'x'}}),
			record({id: '审计', detail: {status: null}}),
			record({id: 'abcdef', detail: {status: 1, payload: [1]}}),
		])).toStrictEqual([
			'time                 id      status  payload',
			'2026-11-20 09:30:12  a       200     x',
			'2026-11-20 09:30:12  审计',
			'2026-11-20 09:30:12  abcdef  1       [1]',
		]);
	});

	it('shows only the header when empty', () => {
		expect(table([])).toStrictEqual(['time  id  status  payload']);
		expect(table([], {width: 8})).toHaveLength(1);
	});

	it('shows the fields asked for, into strings too', () => {
		expect(table([record({detail: {payload: '{"app_id":"cli"}'}})], {fields: ['detail.payload.app_id', 'at']}))
			.toStrictEqual(['detail.payload.app_id  at', 'cli']);
	});

	it('shows times in the zone, across a change of its offset, with milliseconds where the first records have some', () => {
		const change = Date.UTC(2026, 9, 25, 1);
		expect(table([record({}, change - 1000), record({}, change)], {timezone: 'Europe/Berlin', fields: ['time']}))
			.toStrictEqual(['time', '2026-10-25 02:59:59', '2026-10-25 02:00:00']);
		expect(table([record({}, noon), record({}, noon + 7)], {timezone: 'Asia/Kolkata', fields: ['time']}))
			.toStrictEqual(['time', '2026-11-20 15:00:12.000', '2026-11-20 15:00:12.007']);
		expect(table([record({}, noon)], {timezone: 'America/St_Johns', fields: ['time']})[1]).toBe('2026-11-20 06:00:12');
		expect(table([record({}, 1e18), {...record({}), time: undefined}], {fields: ['time', 'id']})).toStrictEqual(['time  id', '', '']);
	});

	it('waits for a hundred records to decide its layout, then streams', () => {
		const formatter = textFormat('table', {...defaults, fields: ['id'], width: 20});
		const rows = Array.from({length: 100}, (_, index) => record({id: `row ${index}`}));
		expect(formatter.start() + formatter.write(rows.slice(0, 99))).toBe('');
		expect(formatter.write(rows.slice(99)).split('\n')).toHaveLength(102);
		expect(formatter.write([record({id: 'x'})])).toBe('x\n');
		expect(formatter.write([record({id: 'x'.repeat(50)})])).toBe('…\n');
		expect(formatter.end()).toBe('');
	});

	it.each([
		[60, 'time                 id          status  payload', `2026-11-20 09:30:12  row-1234-5  200     ${'p '.repeat(9).trim()} …`],
		[52, 'time                 id          status', '2026-11-20 09:30:12  row-1234-5  200'],
		[38, 'time                 id', '2026-11-20 09:30:12  row-1234-5'],
		[30, 'time                 status', '2026-11-20 09:30:12  200'],
		[12, 'id', 'row-1234-5'],
	])('in %i columns cuts text for people, and leaves columns out from the right before it cuts a name', (width, ...lines) => {
		const row = record({id: 'row-1234-5', detail: {status: 200, payload: 'p p '.repeat(500)}});
		expect(table([row], {width})).toStrictEqual(lines);
	});

	it('makes room for one long name among many by showing less of what stands beside it, and shows none of it in part', () => {
		const formatter = textFormat('table', {...defaults, width: 60});
		const row = (id: string) => record({id, detail: {status: 200, payload: 'text '.repeat(20)}});
		const lines = format(formatter, [...Array.from({length: 99}, () => row('short')), row('longer-name'), row('n'.repeat(40))]).split('\n');
		expect(lines[1]).toBe('2026-11-20 09:30:12  short  200     text text text text tex…');
		expect(lines[100]).toBe('2026-11-20 09:30:12  longer-name  200     text text text te…');
		expect(lines[101]).toBe('2026-11-20 09:30:12  …      200     text text text text tex…');
		expect(formatter.closing?.()).toBe('101 rows; not shown: 1 value that is too long (--wide shows all)');
	});

	it('tells which columns it left out', () => {
		const formatter = textFormat('table', {...defaults, width: 30});
		format(formatter, [record({id: 'row-1234-5', detail: {status: 200}})]);
		expect(formatter.closing?.()).toBe('1 row; not shown: id, detail.payload (--wide shows all)');
	});

	it('takes fields that nobody declared for text where they hold blanks or JSON', () => {
		const rows = [record({a: 'some words', b: 'a/path/without/blanks/that/is/long', c: {d: 'x'.repeat(30)}})];
		expect(table(rows, {fields: ['a', 'b', 'c'], width: 24})).toStrictEqual(['a           c', 'some words  {"d":"xxxxx…']);
	});

	it('marks failures by colour where it is asked to', () => {
		const failed = {...record({id: 'a'}), failed: true};
		expect(table([failed, {...record({id: 'b'}), failed: false}], {fields: ['id'], colour: true})).toStrictEqual(['id', '\u001b[31ma\u001b[39m', 'b']);
		expect(table([failed], {fields: ['id']})).toStrictEqual(['id', 'a']);
		const formatter = textFormat('table', defaults);
		format(formatter, Array.from({length: 1200}, () => failed));
		expect(formatter.closing?.()).toBe('1,200 rows, 1,200 failed');
	});

	it('cuts nothing without a terminal', () => {
		const long = 'p'.repeat(5000);
		const lines = table([record({id: long, detail: {status: 1}}), record({id: 'x', detail: {status: 2}})], {fields: ['id', 'detail.status']});
		expect(lines[1]).toBe(`${long}  1`);
		expect(lines[2]).toBe(`x${' '.repeat(79)}  2`);
	});

	it('shows what acts instead of being seen', () => {
		expect(table([record('{"id":"a\\u001b[31mb\\n\\t\\r\\u202ec\\u200bd\\ud800\\u2028\\udb40\\udc01\\u009b\\u0000"}')], {fields: ['id']})[1])
			.toBe(String.raw`a\u001b[31mb\n\t\r\u202ec\u200bd\ud800\u2028\u{e0001}\u009b\u0000`);
		expect(table([], {fields: ['a\u001b[2J']})[0]).toBe(String.raw`a\u001b[2J`);
	});

	it('never exceeds the terminal and never passes a control character on', () => {
		const text = fc.oneof(fc.string({unit: 'binary'}), fc.string({unit: 'grapheme'}), fc.string({unit: fc.constantFrom('审', '𠀀', '👩‍💻', '🇨🇳', '❤️', '1️⃣', 'é', 'e\u0301', 'a', '\u202e', 'ｶ', '한')}));
		const row = fc.record({id: fc.oneof(text.map(value => JSON.stringify(value)), anyJson.map(({line}) => line)), status: anyJson.map(({line}) => line)});
		fc.assert(fc.property(fc.array(row, {maxLength: 8}), fc.integer({min: 1, max: 90}), (rows, width) => {
			const lines = table(rows.map(({id, status}) => record(`{"id":${id},"detail":{"status":${status},"payload":${id}}}`)), {width});
			expect(lines).toHaveLength(rows.length + 1);
			for (const line of lines) {
				expect(widthOf(line)).toBeLessThanOrEqual(width);
				expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
			}
		}), {numRuns: 500});
	});
});

describe('fit', () => {
	it.each([
		['abcdef', 6, 'abcdef'],
		['abcdef', 5, 'abcd…'],
		['审计日志', 8, '审计日志'],
		['审计日志', 7, '审计日…'],
		['审计日志', 6, '审计…'],
		['审计日志', 1, '…'],
		['𠀀𠀀𠀀', 5, '𠀀…'],
		['a', 1, 'a'],
	])('cuts %s at %i', (text, limit, shown) => {
		expect(fit(text, limit)).toStrictEqual({text: shown, width: widthOf(shown)});
	});
});

describe('fitColumns', () => {
	it.each([
		[[4, 10, 10], 28, [4, 10, 10]],
		[[4, 10, 10], 27, [4, 10, 0]],
		[[4, 30, 10], 28, [4, 0, 10]],
		[[4, -100, 10], 32, [4, 14, 10]],
		[[4, -100, -100], 32, [4, 12, 12]],
		[[-5, -100], 19, [5, 12]],
		[[-5, -100], 18, [5, 0]],
		[[5], 4, [0]],
		[[0, 5], 5, [0, 5]],
	])('%j in %i, less than none for text', (columns, terminal, expected) => {
		expect(fitColumns(columns.map(width => ({natural: Math.abs(width), isProse: width < 0})), terminal)).toStrictEqual(expected);
	});
});
