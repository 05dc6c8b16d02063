import {streamXlsxRows} from 'hucre/xlsx';
import {expect, it} from 'vitest';
import type {AuditRecord} from '../../../src/base/record.ts';
import type {FormatOptions} from '../../../src/output/formats/index.ts';
import {createXlsx} from '../../../src/output/formats/xlsx.ts';
import {defaults, noon, record} from './helpers.ts';

async function cells(records: readonly AuditRecord[], options: Partial<FormatOptions> = {}, size = Infinity) {
	const told: string[] = [];
	const xlsx = createXlsx({...defaults, warn: message => told.push(message), ...options});
	const chunks = [await xlsx.start()];
	for (let from = 0; from < records.length; from += size) chunks.push(await xlsx.write(records.slice(from, from + size)));
	chunks.push(await xlsx.end());
	const rows: unknown[][] = [];
	for await (const {values} of streamXlsxRows(Buffer.concat(chunks))) rows.push(values);
	const [header = [], ...data] = rows;
	const column = (name: string) => data.map(row => row[header.indexOf(name)] ?? null);
	return {header, data, column, told};
}

it('has the columns of csv, its header and nothing else when empty', async () => {
	const {header, data} = await cells([]);
	expect(header).toEqual(['time', 'id', 'at', 'detail.status', 'detail.payload', 'detail.user.name', 'extra']);
	expect(data).toEqual([]);
});

it('keeps ids and long numbers as text, short numbers as numbers', async () => {
	const ids = ['"7254062413199179796"', '7254062413199179796', '"007"', '"1e5"', '"2026-11-20"'];
	const {column} = await cells(ids.map(id => record(`{"id":${id},"detail":{"status":${id === '"1e5"' ? 500 : 9_007_199_254_740_993n}}}`)));
	expect(column('id')).toEqual(['7254062413199179796', '7254062413199179796', '007', '1e5', '2026-11-20']);
	expect(column('detail.status')).toEqual(['9007199254740993', '9007199254740993', '9007199254740993', 500, '9007199254740993']);
});

it.each([
	['UTC', '2026-11-20T09:30:12.000Z'], ['Asia/Shanghai', '2026-11-20T17:30:12.000Z'], ['-03:30', '2026-11-20T06:00:12.000Z'],
])('writes times as dates in %s', async (timezone, shown) => {
	const {column} = await cells([record({event_time: noon / 1000}), record({event_time: 'soon'}, Number.NaN)], {timezone});
	expect(column('time')).toEqual([new Date(shown), 'NaN']);
	expect(column('at')).toEqual([new Date(shown), 'soon']);
});

it('writes a time that is no date there as the number it is', async () => {
	const {column} = await cells([record({event_time: -2_300_000_000}), record({event_time: 253_402_300_800})]);
	expect(column('at')).toEqual(['-2300000000', '253402300800']);
});

it('runs nothing, alters nothing and hides nothing in a text', async () => {
	const texts = ['=1+1', '+1', '@x', ' spaced ', '_x0041_ literal', '<b>&amp;"', '审计 🇨🇳', 'line\nfeed', '\ttab'];
	const {column} = await cells([...texts, 'a\0b\u001B\uD800\uFFFE'].map(id => record({id})), {}, 3);
	expect(column('id')).toEqual([...texts, String.raw`a\u0000b\u001b\ud800\ufffe`]);
});

it('cuts what no cell can hold, and says so', async () => {
	const {column, told} = await cells([record({id: 'x'.repeat(32_767)}), record({id: `${'x'.repeat(32_766)}😀`})]);
	expect(column('id')).toEqual(['x'.repeat(32_767), 'x'.repeat(32_766)]);
	expect(told).toEqual(['1 cell cut to the 32767 characters that a spreadsheet takes: other formats hold them whole']);
});

it('keeps what no column covers, and writes exactly the fields that are named', async () => {
	expect((await cells([record({id: '7', later: [1]})])).column('extra')).toEqual(['{"later":[1]}']);
	const {header, data} = await cells([record({id: '7', later: [1]})], {fields: ['later', 'id']});
	expect([header, ...data]).toEqual([['later', 'id'], ['[1]', '7']]);
});

it('writes as it goes, however rows come', async () => {
	const rows = Array.from({length: 20_000}, (_, index) => record({id: `${index}`, detail: {payload: `${index ** 3}`.repeat(10)}}));
	const xlsx = createXlsx(defaults);
	await xlsx.start();
	let early = 0;
	for (let from = 0; from < rows.length; from += 1000) early += (await xlsx.write(rows.slice(from, from + 1000))).length;
	expect(early).toBeGreaterThan(100_000);
	const {column} = await cells(rows, {}, 777);
	expect(column('id')).toEqual(rows.map((_, index) => `${index}`));
});
