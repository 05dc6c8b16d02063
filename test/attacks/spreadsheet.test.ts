import {parse} from 'csv-parse/sync';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createCsv} from '../../src/output/formats/csv.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';

const signs = ['=', '+', '-', '@', '\t=', '\r=', '\n=', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20', '\uFE66', '\u2212'];

const before = ['', ' ', '\u00A0', '\u3000', '\uFEFF', '\u200B', '\u2060', '\u00AD', '\u202E', '  \u200B'];

function csv(record: {text: string; time?: number}, options: {fields?: string[]; escapeFormulas?: boolean} = {}): string[][] {
	const formatter = createCsv({columns: feishuOpenapi.columns, language: 'off', timezone: 'UTC', escapeFormulas: true, bom: false, written: 0, warn: () => undefined, ...options});
	const text = formatter.start() + formatter.write([{text: record.text, id: undefined, time: record.time}]) + formatter.end();
	return parse(text, {relax_column_count: false});
}

const cellOf = (value: unknown, options = {}) => csv({text: JSON.stringify({api_key: value})}, {fields: ['api_key'], ...options})[1]?.[0];

it('runs nothing, whatever stands before the sign', () => {
	for (const sign of signs) for (const start of before) expect(cellOf(`${start}${sign}1+cmd|'/C calc'!A0`)).toMatch(/^['\\]/);
});

it('runs nothing at all', () => {
	fc.assert(fc.property(fc.string({unit: fc.oneof(fc.constantFrom(...Array.from(`${signs.join('')}${before.join('')}'"a`)), fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}))}), text => {
		expect(cellOf(text)).not.toMatch(/^[\s\p{Z}\p{Cf}]*[=+\-@\u2212\uFE62\uFE63\uFE66\uFE6B\uFF0B\uFF0D\uFF1D\uFF20]/u);
	}), {numRuns: 500});
});

it('leaves numbers numbers, and text that looks like one text', () => {
	expect(csv({text: '{"api_key":-12.50}'}, {fields: ['api_key']})[1]).toEqual(['-12.50']);
	expect(cellOf('-12.50')).toBe("'-12.50");
});

it('neutralises headers, the time of a far year, and what no column covers', () => {
	expect(csv({text: '{}'}, {fields: ['=1+1', '@a']})[0]).toEqual(["'=1+1", "'@a"]);
	const [, cells = []] = csv({text: '{"=1+1":"=2"}', time: 8.64e15});
	for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@]/);
	expect(cells).toContain('{"=1+1":"=2"}');
});

it('can be told to keep them', () => {
	expect(cellOf('=1+1', {escapeFormulas: false})).toBe('=1+1');
});
