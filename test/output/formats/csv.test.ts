import {parse} from 'csv-parse/sync';
import {stringify} from 'csv-stringify/sync';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type FormatOptions} from '../../../src/output/formats/index.ts';
import type {AuditRecord} from '../../../src/base/record.ts';
import {anyJson} from '../../json/arbitrary-json.ts';
import {oneLine} from '../../../src/json/text.ts';
import {columns, defaults, format, noon, record, textFormat} from './helpers.ts';

const csv = (records: readonly AuditRecord[], options: Partial<FormatOptions> = {}): string =>
	format(textFormat('csv', {...defaults, ...options}), records);

function readBack(text: string): string[][] {
	return parse(text, {record_delimiter: '\r\n', relax_column_count: false});
}

/** The cells of one record, without the header. */
function cells(row: unknown, options: Partial<FormatOptions> = {}): string[] {
	return readBack(csv([record(row)], options))[1] ?? [];
}

/** The one cell of a value, read back. */
function cell(value: unknown, options: Partial<FormatOptions> = {}): string | undefined {
	return cells({id: value}, {fields: ['id'], ...options})[0];
}

describe('csv', () => {
	it('has a header of all columns and `extra`, also when empty', () => {
		expect(csv([])).toBe('time,id,at,detail.status,detail.payload,detail.user.name,extra\r\n');
	});

	it('writes no header and no byte order mark when records have been written before', () => {
		expect(textFormat('csv', {...defaults, bom: true, written: 1}).start()).toBe('');
		expect(textFormat('csv', {...defaults, bom: true}).start()).toMatch(/^\ufefftime,/);
	});

	it('writes strings decoded, numbers as written, null as nothing and the rest as JSON', () => {
		expect(cells('{"id":"a\\u0062","event_time":9007199254740993,"detail":{"status":true,"payload":null,"user":{"name":{"10":1.50,"9":[]}}}}'))
			.toStrictEqual(['2026-11-20T09:30:12Z', 'ab', '9007199254740993', 'true', '', '{"10":1.50,"9":[]}', '']);
	});

	it.each([
		['UTC', '2026-11-20T09:30:12Z'], ['Asia/Shanghai', '2026-11-20T17:30:12+08:00'], ['-09:30', '2026-11-20T00:00:12-09:30'],
	])('shows times in %s, with the offset', (timezone, shown) => {
		expect(cells({}, {timezone})[0]).toBe(shown);
		expect(cells({}, {timezone, fields: ['time', 'id']})[0]).toBe(shown);
	});

	it('shows which of two equal local times is meant where the clocks change', () => {
		const changing = [0, 3_600_500].map(ms => record({}, Date.UTC(2026, 9, 25, 0, 30) + ms));
		expect(readBack(csv(changing, {timezone: 'Europe/Berlin'})).slice(1).map(([time]) => time)).toEqual([
			'2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00.500+01:00',
		]);
	});

	it('shows times in UTC unless a zone is chosen', () => {
		expect(readBack(csv([record({})], {timezone: undefined}))[1]?.[0]).toBe('2026-11-20T09:30:12Z');
	});

	it('keeps what no column covers in `extra`, in its nested shape', () => {
		expect(cells('{"new":1,"id":"x","detail":{"status":1,"more":[1],"user":{"name":"n","mail":"m"}}}').at(-1))
			.toBe('{"new":1,"detail":{"more":[1],"user":{"mail":"m"}}}');
		expect(cells({id: 'x', detail: {status: 1}}).at(-1)).toBe('');
	});

	it.each([
		['null', '{"id":1,"detail":null}', '{"detail":null}'],
		['an empty object', '{"id":1,"detail":{}}', '{"detail":{}}'],
		['an array', '{"id":1,"detail":[{"status":1}]}', '{"detail":[{"status":1}]}'],
		['a string', '{"id":1,"detail":"{\\"status\\":1}"}', '{"detail":"{\\"status\\":1}"}'],
	])('keeps a nested part that is %s instead of an object', (_, row, extra) => {
		expect(cells(row)).toStrictEqual(['2026-11-20T09:30:12Z', '1', '', '', '', '', extra]);
	});

	it.each(['[1,2]', '"=text"', '-7', 'null', 'true'])('keeps a row that is no object: %s', row => {
		expect(cells(row).slice(1)).toStrictEqual(['', '', '', '', '', row]);
	});

	it('keeps the earlier ones of repeated keys in `extra`', () => {
		expect(cells('{"id":1,"id":2}').slice(1)).toStrictEqual(['2', '', '', '', '', '{"id":1}']);
		expect(cells('{"detail":{"status":1,"payload":"p","x":1},"detail":{"status":2,"y":2}}').slice(3))
			.toStrictEqual(['2', '', '', '{"detail":{"status":1,"payload":"p","x":1},"detail":{"y":2}}']);
	});

	it('writes exactly the fields, without `extra`', () => {
		const text = csv([record('{"id":"x","new":{"a":[{"b":1},{"b":2}]},"detail":{"payload":"{\\"app_id\\":\\"cli\\"}"}}')], {fields: ['new.a.b', 'time', 'detail.payload.app_id', 'id', 'nope']});
		expect(readBack(text)).toStrictEqual([
			['new.a.b', 'time', 'detail.payload.app_id', 'id', 'nope'],
			['[1,2]', '2026-11-20T09:30:12Z', 'cli', 'x', ''],
		]);
	});

	it('writes times in UTC, with milliseconds only where there are some', () => {
		const times = [noon, noon + 5, noon + 59_999, 0, -1, 253_402_300_799_000, 1e18, undefined];
		expect(readBack(csv(times.map(time => ({...record({}), time})), {fields: ['time', 'id']})).slice(1).map(([time]) => time)).toStrictEqual([
			'2026-11-20T09:30:12Z', '2026-11-20T09:30:12.005Z', '2026-11-20T09:31:11.999Z',
			'1970-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59Z', '', '',
		]);
	});

	it('quotes delimiters, quotes and every kind of line end', () => {
		for (const value of ['a,b', 'a"b', '"', 'a\nb', 'a\rb', 'a\r\nb', 'a\r', ' a ', "'a"]) expect(cell(value)).toBe(value);
		for (const end of ['\r', '\n', '\r\n']) expect(csv([record({id: `a${end}b`})], {fields: ['id']})).toBe(`id\r\n"a${end}b"\r\n`);
	});

	it('keeps an empty cell in a single column apart from no record', () => {
		expect(csv([record({}), record({id: ''})], {fields: ['id']})).toBe('id\r\n""\r\n""\r\n');
	});

	it('writes every cell as csv-stringify would', () => {
		const unit = fc.constantFrom('"', ',', '\n', '\r', '\r\n', "'", 'a', '=', '-', '审', '😀', '{', ' ', '\t');
		const text = fc.array(unit, {maxLength: 4}).map(units => units.join(''));
		// What only the exporter takes for a formula is not for csv-stringify to say.
		const alike = text.filter(cellText => !/^(?:\n|\s+[=-])/.test(cellText));
		fc.assert(fc.property(fc.array(fc.array(alike, {minLength: 2, maxLength: 2}), {maxLength: 4}), fc.boolean(), fc.boolean(), (rows, escapeFormulas, isSingle) => {
			const fields = isSingle ? ['id'] : ['id', 'event_time'];
			const cellsOf = rows.map(row => row.slice(0, fields.length));
			const written = csv(cellsOf.map(([id, at]) => record({id, event_time: at})), {fields, escapeFormulas});
			expect(written).toBe(stringify([fields, ...cellsOf], {record_delimiter: '\r\n', quote_record_delimiter: true, escape_formulas: escapeFormulas, quoted_empty: isSingle}));
		}), {numRuns: 500});
	});

	it('reads back as its cells, whatever the strings', () => {
		const text = fc.string({unit: fc.oneof(fc.constantFrom('"', ',', '\n', '\r', "'", '=', ' ', 'a'), fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}).filter(unit => !/[\p{Cc}\p{Cs}]/u.test(unit)))});
		fc.assert(fc.property(fc.array(fc.record({id: text, event_time: text}), {maxLength: 5}), rows => {
			const written = csv(rows.map(row => record(row)), {fields: ['id', 'event_time'], escapeFormulas: false});
			expect(written.replaceAll(/"(?:[^"]|"")*"/g, '').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
			const back = readBack(written);
			expect(back.slice(1)).toStrictEqual(rows.map(({id, event_time: at}) => [id, at]));
		}), {numRuns: 300});
	});

	describe('formulas', () => {
		it.each([
			'=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\n', ' =1', '\u00a0=1', '\u200b=1', '\ufeff+1', '\u3000@x', ' \t -1',
			'\uff1d1', '\uff0b1', '\uff0d1', '\uff201', '\ufe661', '\ufe621', '\ufe631', '\ufe6b1', '\u22121', '-2+cmd|\' /C calc\'!A0',
		])('neutralises %j', value => {
			expect(cell(value)).toBe(`'${value}`);
			expect(cell(value, {escapeFormulas: false})).toBe(value);
		});

		it.each(['a=1', '1-1', '/a', '(1)', '', ' a', '审计', '#1', '😀'])('leaves %j', value => {
			expect(cell(value)).toBe(value);
		});

		it('leaves genuine numbers', () => {
			for (const number of ['-5', '-0', '-1.50', '-1e5', '-123456789012345678901234567890']) {
				expect(csv([record(`{"id":${number}}`)], {fields: ['id']})).toBe(`id\r\n${number}\r\n`);
			}
		});

		it('neutralises headers that the user names', () => {
			expect(csv([], {fields: ['=cmd()', ' +a']})).toBe("'=cmd(),' +a\r\n");
		});
	});

	it('shows control characters and lone surrogates instead of writing them', () => {
		expect(cell('a\u0000b\u001bc\u007fd\u0085e')).toBe(String.raw`a\u0000b\u001bc\u007fd\u0085e`);
		expect(cells('{"id":"\\ud800x\\ude00 \\ud83d\\ude00\\t\\n"}', {fields: ['id']})[0]).toBe('\\ud800x\\ude00 😀\t\n');
	});

	it('loses no member between the columns and `extra`', () => {
		const paths = columns.flatMap(({path}) => path === undefined ? [] : [path]);
		const value = anyJson.map(({line}) => line);
		const detail = fc.oneof(value, fc.record({status: value, payload: value, more: value, user: fc.oneof(value, fc.record({name: value, mail: value}, {requiredKeys: []}).map(text => object(text)))}, {requiredKeys: []}).map(text => object(text)));
		const row = fc.oneof(value, fc.record({id: value, event_time: value, detail, unknown: value}, {requiredKeys: []}).map(text => object(text)));
		fc.assert(fc.property(row, text => {
			const [header = [], line = []] = readBack(csv([record(oneLine(text))], {escapeFormulas: false}));
			expect(line).toHaveLength(header.length);
			const extra = line.at(-1) ?? '';
			const parsed: unknown = JSON.parse(text);
			const rest = paths.reduce<unknown>((left, path) => without(left, path), parsed);
			if (hasRepeatedKeys(text)) return;
			expect(extra === '' ? {} : JSON.parse(extra)).toStrictEqual(rest);
			for (const [index, path] of paths.entries()) {
				const found = path.reduce<unknown>((inner, key) => isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined, parsed);
				const shown = line[index + 1] ?? '';
				if (found === undefined || found === null) expect(shown).toBe('');
				else if (typeof found === 'object' || typeof found === 'number') expect(JSON.parse(shown)).toStrictEqual(found);
				else if (typeof found === 'boolean') expect(shown).toBe(String(found));
				else if (typeof found === 'string') expect(unescaped(shown)).toBe(unescaped(found));
			}
		}), {numRuns: 500});
	});
});

function object(members: Readonly<Record<string, string>>): string {
	return `{${Object.entries(members).map(([key, value]) => `"${key}":${value}`).join(',')}}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value without what stands at the path; an object that loses its last member goes too, except at the top. */
function without(value: unknown, [key, ...rest]: readonly string[], top = true): unknown {
	if (!isObject(value) || key === undefined || !Object.hasOwn(value, key)) return value;
	const entries = Object.entries(value).flatMap(([name, member]) => {
		if (name !== key) return [[name, member] as const];
		const left = rest.length === 0 ? undefined : without(member, rest, false);
		return left === undefined ? [] : [[name, left] as const];
	});
	return entries.length === 0 && !top ? undefined : Object.fromEntries(entries);
}

/** Whether parsing drops a member: then the texts differ in their number of colons outside strings. */
function hasRepeatedKeys(text: string): boolean {
	const colons = (json: string): number => json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length;
	return colons(text) !== colons(JSON.stringify(JSON.parse(text)));
}

/** Control characters and their visible form alike. */
function unescaped(text: string): string {
	return text.replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cs}]/gu, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
