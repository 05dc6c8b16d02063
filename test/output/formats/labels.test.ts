import {parse} from 'csv-parse/sync';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {oneLine} from '../../../src/json/text.ts';
import {type FormatOptions} from '../../../src/output/formats/index.ts';
import {defaultLanguage, formatNames} from '../../../src/query/format-names.ts';
import {labelledColumns, type Language} from '../../../src/sources/labels.ts';
import {column, timeColumn, type Column} from '../../../src/sources/types.ts';
import {anyJson} from '../../json/arbitrary-json.ts';
import {defaults, format, record, textFormat, type TextFormat} from './helpers.ts';

const columns: readonly Column[] = [
	timeColumn,
	column('id', 'text', 'identity', {table: 2}),
	{...column('login_type', 'text', 'how', {table: 3}), name: 'login'},
	column('context.os', 'text', 'on what'),
	column('detail', 'object', 'what', {table: 4}),
];

const source = {
	columns,
	labels: {
		login_type: {1: {en: 'Feishu', zh: '飞书登录'}, 3: {en: '=Account', zh: '账号'}},
		'context.os': {14: {en: 'Windows', zh: '视窗'}},
		elsewhere: {1: {en: 'no column', zh: 'no column'}},
	},
	localeMaps: ['detail', 'elsewhere.map'],
};

function text(name: TextFormat, rows: readonly unknown[], language: Language, options: Partial<FormatOptions> = {}): string {
	const formatter = textFormat(name, {...defaults, columns: labelledColumns(source, language), language, ...options});
	return format(formatter, rows.map(row => record(row)));
}

function cells(row: unknown, language: Language, options: Partial<FormatOptions> = {}): string[] {
	const lines: string[][] = parse(text('csv', [row], language, options), {record_delimiter: '\r\n'});
	return lines[1] ?? [];
}

describe('labelled columns', () => {
	it('follow their codes and take their place in tables', () => {
		const labelled = labelledColumns(source, 'zh');
		expect(labelled.map(({name}) => name)).toStrictEqual(['time', 'id', 'login', 'login.label', 'context.os', 'context.os.label', 'detail', 'detail.label']);
		expect(labelled.filter(({table}) => table !== undefined).map(({name}) => name)).toStrictEqual(['time', 'id', 'login.label', 'detail.label']);
	});

	it('are absent when switched off, and from sources without codes', () => {
		expect(labelledColumns(source, 'off')).toBe(columns);
		expect(labelledColumns({columns}, 'en')).toStrictEqual(columns);
	});
});

describe('default language', () => {
	it('leaves whole rows alone, but those of csv, tables and xlsx', () => {
		expect(formatNames.filter(name => defaultLanguage(name, []) !== 'off')).toStrictEqual(['csv', 'table', 'xlsx']);
		expect(formatNames.filter(name => defaultLanguage(name, ['login.label']) !== 'en')).toStrictEqual([]);
	});
});

describe('labels in csv', () => {
	it.each([
		['en', 'Feishu', 'Windows', 'Logged in'],
		['zh', '飞书登录', '视窗', '登录成功'],
	] as const)('say in %s what codes mean, as strings and as numbers', (language, login, os, detail) => {
		const row = '{"id":"x","login_type":"1","context":{"os":14,"more":2},"detail":{"2052":"登录成功","1033":"Logged in"},"new":1}';
		expect(cells(row, language)).toStrictEqual([
			'2026-11-20T09:30:12Z', 'x', '1', login, '14', os, '{"2052":"登录成功","1033":"Logged in"}', detail, '{"new":1,"context":{"more":2}}',
		]);
	});

	it.each([
		['an unknown code', '"7"', '7'],
		['an unknown number', '-7', '-7'],
		['a name that objects inherit', '"constructor"', 'constructor'],
		['null', 'null', ''],
		['nothing', '""', ''],
		['an array', '["1"]', '["1"]'],
		['an object', '{"1":"1"}', '{"1":"1"}'],
		['a code with escapes', String.raw`"\u0031"`, 'Feishu'],
	])('show %s', (_, value, shown) => {
		expect(cells(`{"login_type":${value}}`, 'en', {fields: ['login.label']})).toStrictEqual([shown]);
	});

	it('show nothing where there is no code', () => {
		expect(cells('{}', 'en', {fields: ['login.label', 'id']})).toStrictEqual(['', '']);
	});

	it.each([
		['{"1033":"en","2052":"zh"}', 'en', 'zh'],
		['{"2052":"zh"}', 'zh', 'zh'],
		['{"1033":"en"}', 'en', 'en'],
		['{"1033":"","2052":"zh"}', 'zh', 'zh'],
		['{"1041":"ja","1036":"fr"}', 'ja', 'ja'],
		['{"1033":"a","1033":"\\u0062"}', 'b', 'b'],
		['{}', '', ''],
		['{"1033":""}', '', ''],
		['{"1033":{"text":"x"}}', '{"1033":{"text":"x"}}', '{"1033":{"text":"x"}}'],
		['"plain"', 'plain', 'plain'],
		['null', '', ''],
		['[{"1033":"en"}]', '[{"1033":"en"}]', '[{"1033":"en"}]'],
	])('choose the text of %s', (map, en, zh) => {
		expect(cells(`{"detail":${map}}`, 'en', {fields: ['detail.label']})).toStrictEqual([en]);
		expect(cells(`{"detail":${map}}`, 'zh', {fields: ['detail.label']})).toStrictEqual([zh]);
	});

	it('are neutralised like any other cell', () => {
		expect(cells({login_type: '3', detail: {1033: '=cmd()'}}, 'en', {fields: ['login.label', 'detail.label']})).toStrictEqual(["'=Account", "'=cmd()"]);
	});

	it('change no other column, whatever the row', () => {
		const value = anyJson.map(({line}) => line);
		const members = fc.record({id: value, login_type: value, context: value, detail: value, more: value}, {requiredKeys: []});
		fc.assert(fc.property(fc.oneof(value, members.map(row => `{${Object.entries(row).map(([key, json]) => `"${key}":${json}`).join(',')}}`)), json => {
			const row = oneLine(json);
			const [time, id, login, , os, , detail, , extra] = cells(row, 'zh');
			expect([time, id, login, os, detail, extra]).toStrictEqual(cells(row, 'off'));
		}), {numRuns: 200});
	});
});

describe('labels in tables', () => {
	it('stand in place of the codes', () => {
		expect(text('table', [{id: 'x', login_type: 1, detail: {2052: '登录成功'}}, {id: 'y', login_type: 9}], 'en').split('\n')).toStrictEqual([
			'time                 id  login_type  detail',
			'2026-11-20 09:30:12  x   Feishu      登录成功',
			'2026-11-20 09:30:12  y   9',
			'',
		]);
	});

	it('can be picked beside the codes', () => {
		expect(text('table', [{login_type: 1}], 'zh', {fields: ['login', 'login.label']})).toBe('login  login.label\n1      飞书登录\n');
	});

	it('show nothing that acts instead of being seen', () => {
		expect(text('table', [{detail: {1033: '\u001b[2J'}}], 'en', {fields: ['detail.label']})).toBe('detail.label\n\\u001b[2J\n');
	});
});

describe('labels in ndjson and json', () => {
	const row = '{"10":1,"9":9007199254740993,"login_type":"1","context":{"os":15},"detail":{"1033":"a \\u0022b\\u0022"}}';
	const labelled = `${row.slice(0, -1)},"labels":{"login_type":"Feishu","context.os":15,"detail":"a \\u0022b\\u0022"}}`;

	it('are the last member, by field, and everything else stays as written', () => {
		expect(text('ndjson', [row], 'en')).toBe(`${labelled}\n`);
		expect(text('json', [row, row], 'en')).toBe(`[\n${labelled},\n${labelled}\n]\n`);
	});

	it('are off unless asked for', () => {
		expect(text('ndjson', [row], 'off')).toBe(`${row}\n`);
	});

	it.each([
		['no object', '[{"login_type":"1","context":{"os":14}}]'],
		['a string with JSON in it', '"{\\"context\\":{\\"os\\":14}}"'],
		['an empty object', '{}'],
		['nothing to explain', '{"id":1,"login_type":null,"detail":{}}'],
		['labels of its own', '{"labels":null,"login_type":"1"}'],
		['labels of its own, written with escapes', String.raw`{"l\u0061bels":[],"login_type":"1"}`],
	])('leave a row as it is that has or is %s', (_, unchanged) => {
		expect(text('ndjson', [unchanged], 'en')).toBe(`${unchanged}\n`);
	});

	it('can be taken off again, whatever the row', () => {
		const value = anyJson.map(({line}) => line);
		fc.assert(fc.property(fc.record({login_type: value, context: value, detail: value, '}': value}, {requiredKeys: []}), members => {
			const original = oneLine(`{${Object.entries(members).map(([key, json]) => `"${key}":${json}`).join(',')}}`);
			const line = text('ndjson', [original], 'zh').slice(0, -1);
			JSON.parse(line);
			expect(line === original || line.startsWith(`${original.slice(0, -1)},"labels":{`)).toBe(true);
		}), {numRuns: 300});
	});

	it('are picked by the name of their column, in the order asked for', () => {
		const fields = ['detail.label', 'login.label', 'time', 'login', 'context.os.label', 'detail'];
		expect(text('ndjson', [row], 'en', {fields}))
			.toBe('{"detail.label":"a \\u0022b\\u0022","login.label":"Feishu","time":"2026-11-20T09:30:12Z","login_type":"1","context.os.label":15,"detail":{"1033":"a \\u0022b\\u0022"}}\n');
		expect(text('ndjson', ['{"id":"x"}'], 'en', {fields: ['login.label', 'id']})).toBe('{"id":"x"}\n');
		expect(text('ndjson', [row], 'en', {fields: ['login']})).toBe('{"login_type":"1"}\n');
	});

	it('go on where an interrupted run ended', () => {
		const formatter = textFormat('json', {...defaults, columns: labelledColumns(source, 'en'), language: 'en', written: 1});
		expect(formatter.start() + formatter.write([record(row)]) + formatter.end()).toBe(`,\n${labelled}\n]\n`);
	});
});
