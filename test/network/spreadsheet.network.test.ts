import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parse} from 'csv-parse/sync';
import {expect, it, onTestFinished} from 'vitest';
import {toRecord} from '../../src/engine/rows-of.ts';
import {createXlsx} from '../../src/output/formats/xlsx.ts';
import {sampleRandom} from '../../src/sandbox/random.ts';
import {column, timeColumn} from '../../src/sources/types.ts';
import {everySource} from '../helpers/every-source.ts';

const options = {timezone: 'Asia/Shanghai', escapeFormulas: true, bom: false, written: 0, warn: () => undefined} as const;

/** The sheets of workbooks, by their names, as LibreOffice shows their cells. */
function shown(workbooks: Readonly<Record<string, Uint8Array>>): Record<string, string[][]> {
	const directory = mkdtempSync(join(tmpdir(), 'audit-export-office-'));
	onTestFinished(() => rmSync(directory, {recursive: true}));
	for (const [name, bytes] of Object.entries(workbooks)) writeFileSync(join(directory, `${name}.xlsx`), bytes);
	const everySheetAsShown = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1';
	const {error, stderr} = spawnSync('soffice', [
		'--headless', `-env:UserInstallation=file://${directory}/profile`, '--convert-to', everySheetAsShown, '--outdir', directory,
		...Object.keys(workbooks).map(name => join(directory, `${name}.xlsx`)),
	], {encoding: 'utf8'});
	if (error !== undefined) throw error;
	const sheets = readdirSync(directory).filter(name => name.endsWith('.csv'));
	if (sheets.length === 0) throw new Error(stderr);
	return Object.fromEntries(sheets.map(name => [name.slice(0, -'.csv'.length), parse(readFileSync(join(directory, name)))]));
}

it('shows every source as it was written: ids whole, times as dates of the zone', async () => {
	const workbooks: Record<string, Uint8Array> = {};
	const expected: Record<string, string[][]> = {};
	for (const {source, sample} of everySource) {
		const unitMs = source.range.rowUnitMs ?? source.range.unitMs;
		const records = Array.from({length: 20}, (_, index) => {
			const row = sample(sampleRandom(index), {id: String(7_254_062_413_199_179_796n + BigInt(index)), time: Date.UTC(2026, 10, 20, 18) / unitMs + index});
			return toRecord(JSON.stringify(row), row, source);
		});
		const xlsx = createXlsx({...options, columns: source.columns});
		workbooks[source.name] = Buffer.concat([await xlsx.start(), await xlsx.write(records), await xlsx.end()]);
		const milliseconds = unitMs === 1 ? 23 : 19;
		const place = source.id ?? 'entity_id';
		expected[source.name] = records.map(({text, time = 0}) => [
			new Date(time + 8 * 3_600_000).toISOString().replace('T', ' ').slice(0, milliseconds), (JSON.parse(text) as Record<string, string>)[place] ?? '',
		]);
	}
	const sheets = shown(workbooks);
	for (const {source} of everySource) {
		const [header = [], ...rows] = sheets[`${source.name}-audit (Asia-Shanghai)`] ?? [];
		expect(header).toEqual([...source.columns.map(({name}) => name), 'extra']);
		const place = header.indexOf(source.id ?? 'entity_id');
		expect(rows.map(row => [row[0], row[place]])).toEqual(expected[source.name]);
		const at = header.indexOf(source.time);
		expect(rows.map(row => row[at])).toEqual(rows.map(row => row[0]));
	}
});

it('runs no formula and takes no text for anything else', async () => {
	const texts = ['=1+1', '@SUM(1)', '-1', '007', '1e5', '2026-11-20', 'TRUE', '_x0041_', 'a\nb', ' x ', '审计 🇨🇳'];
	const xlsx = createXlsx({...options, columns: [timeColumn, column('id', 'text', 'identity')]});
	const records = texts.map(id => ({text: JSON.stringify({id}), id, time: 0}));
	const {'hostile-audit (Asia-Shanghai)': rows} = shown({hostile: Buffer.concat([await xlsx.start(), await xlsx.write(records), await xlsx.end()])});
	expect(rows?.slice(1).map(row => row[1])).toEqual(texts);
});
