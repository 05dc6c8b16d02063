import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {DuckDBInstance} from '@duckdb/node-api';
import {parquetReadObjects} from 'hyparquet';
import {afterAll, describe, expect, it} from 'vitest';
import {toRecord} from '../../../src/engine/rows-of.ts';
import {createParquet} from '../../../src/output/formats/parquet.ts';
import type {FormatOptions} from '../../../src/output/formats/index.ts';
import {sampleRandom} from '../../../src/sandbox/random.ts';
import type {AuditRecord} from '../../../src/base/record.ts';
import type {SourceDefinition} from '../../../src/sources/types.ts';
import {everySource, sampleOf} from '../../helpers/every-source.ts';
import {columns, defaults, noon, record} from './helpers.ts';

const directory = mkdtempSync(join(tmpdir(), 'parquet-'));

afterAll(() => {
	rmSync(directory, {recursive: true});
});

interface Written {
	readonly path: string;
	readonly told: readonly string[];
	/** The rows as a second implementation reads them. */
	readonly rows: Array<Record<string, unknown>>;
}

async function write(records: readonly AuditRecord[], options: Partial<FormatOptions> = {}, size = Infinity): Promise<Written> {
	const told: string[] = [];
	const parquet = createParquet({...defaults, warn: message => told.push(message), ...options});
	const chunks = [await parquet.start()];
	for (let from = 0; from < records.length; from += size) chunks.push(await parquet.write(records.slice(from, from + size)));
	chunks.push(await parquet.end());
	const path = join(directory, 'written.parquet');
	writeFileSync(path, Buffer.concat(chunks));
	const bytes = readFileSync(path);
	const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
	return {path, told, rows: await parquetReadObjects({file, compressors: {GZIP: input => gunzipSync(input)}})};
}

async function query(sql: string): Promise<unknown[]> {
	const instance = await DuckDBInstance.create(':memory:');
	const connection = await instance.connect();
	try {
		return (await connection.runAndReadAll(sql)).getRowObjectsJson();
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}

/** Rows of the sandbox, and hostile ones: members that are missing, null or of any size, and text that is hard to write. */
function rowsOf(source: SourceDefinition): AuditRecord[] {
	const unitMs = source.range.rowUnitMs ?? source.range.unitMs;
	const sample = (index: number) => sampleOf(source)(sampleRandom(index), {
		id: String(7_254_062_413_199_179_796n + BigInt(index)), time: Math.floor(noon / unitMs) + index,
	}) as Record<string, unknown>;
	const values = [...Array.from({length: 200}, (_, index) => sample(index)), ...Object.keys(sample(1)).flatMap((key, index) => {
		const {[key]: _, ...others} = sample(index);
		return [others, {...others, [key]: null}, {...others, added: {ids: ['\uD800', '\0', '审'.repeat(1000)]}}];
	})];
	return values.map(value => toRecord(JSON.stringify(value), value, source));
}

describe.each(everySource)('$source.name', ({source}) => {
	const records = rowsOf(source);
	const typed = source.columns.flatMap(({name, path, type, unitMs = 1, inText = false}) => path === undefined || inText ? [] : [{name, path, type, unitMs}]);

	it('is read back by DuckDB to the last digit: counts, ids, times, integers, and whole records', async () => {
		const {path, told} = await write(records, {columns: source.columns}, 7);
		expect(told).toEqual([]);
		expect(await query(`SELECT count(*)::INTEGER AS rows FROM '${path}'`)).toEqual([{rows: records.length}]);
		const back = await query(`SELECT record, epoch_ms(time)::VARCHAR AS ms FROM '${path}'`);
		expect(back).toEqual(records.map(({text, time}) => ({record: text, ms: time === undefined ? null : String(time)})));
		const differ = typed.map(({name, path: place, type, unitMs}) => {
			const inRecord = `record ->> '$.${place.map(key => `"${key}"`).join('.')}'`;
			const column = type === 'time' ? `(epoch_ms("${name}") // ${unitMs})::VARCHAR` : type === 'list' || type === 'object' ? `("${name}" ->> '$')` : `"${name}"::VARCHAR`;
			return `count(*) FILTER (${column} IS DISTINCT FROM (${inRecord}))::INTEGER AS "${name}"`;
		});
		// DuckDB reads no JSON with half a surrogate pair in it, here as in lines.
		expect(await query(`SELECT ${differ.join(', ')} FROM '${path}' WHERE NOT contains(record, '\\ud800')`)).toEqual([Object.fromEntries(typed.map(({name}) => [name, 0]))]);
	});

	it('is read back by a second implementation', async () => {
		const {rows} = await write(records, {columns: source.columns});
		expect(rows.map(({record: text}) => text)).toEqual(records.map(({text}) => text));
		expect(rows.map(({time}) => time instanceof Date ? time.getTime() : time)).toEqual(records.map(({time}) => time ?? null));
		const place = source.id ?? 'entity_id';
		expect(rows.map(row => row[place])).toEqual(records.map(({text}) => (JSON.parse(text) as Record<string, unknown>)[place] ?? null));
	});
});

it('keeps 64 bits exactly, and tells of what no column of the type can hold', async () => {
	const texts = ['9007199254740993', '-9223372036854775808', '"12"', '9223372036854775808', '1.5', '"x"', 'true', 'null'];
	const {rows, told, path} = await write(texts.map(text => record(`{"detail":{"status":${text}}}`)));
	expect(rows.map(row => row['detail.status'])).toEqual([9_007_199_254_740_993n, -9_223_372_036_854_775_808n, 12n, ...Array.from({length: 5}, () => null)]);
	expect(told).toEqual(["4 values of another type than the column's: null there; record holds them as they are"]);
	expect(await query(`SELECT DISTINCT typeof(time) AS type FROM '${path}'`)).toEqual([{type: 'TIMESTAMP WITH TIME ZONE'}]);
});

it('writes a time that no calendar reaches as none, and the file is still read', async () => {
	const {path, told} = await write([record('{"event_time":9223372036854775}'), record('{"event_time":1795168812}')]);
	expect(await query(`SELECT epoch_ms("at")::VARCHAR AS ms FROM '${path}'`)).toEqual([{ms: null}, {ms: '1795168812000'}]);
	expect(told).toHaveLength(1);
});

it('has the columns of the source without a record, too', async () => {
	const {path} = await write([]);
	expect(await query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${path}')`)).toEqual([
		['time', 'TIMESTAMP WITH TIME ZONE'], ['id', 'VARCHAR'], ['at', 'TIMESTAMP WITH TIME ZONE'], ['detail.status', 'BIGINT'],
		['detail.payload', 'VARCHAR'], ['detail.user.name', 'VARCHAR'], ['record', 'VARCHAR'],
	].map(([name, type]) => ({column_name: name, column_type: type})));
});

it('writes exactly the fields that are named, those that nobody declared as text', async () => {
	const {rows} = await write([record({id: '7', detail: {status: 200}, added: {deep: [1]}})], {fields: ['detail.status', 'added.deep', 'id']});
	expect(rows).toEqual([{'detail.status': 200n, 'added.deep': '[1]', id: '7'}]);
});

it('gives the column of whole records a name that no other has', async () => {
	const own = [...columns, {name: 'record', path: ['record'], type: 'text', meaning: 'of the source'} as const];
	expect((await write([record('{"record":"its own"}')], {columns: own})).rows).toMatchObject([{record: 'its own', record_: '{"record":"its own"}'}]);
});

it('writes as it goes: row groups of bounded size, in order', async () => {
	const parquet = createParquet(defaults);
	await parquet.start();
	const sizes: number[] = [];
	for (let batch = 0; batch < 45; batch++) {
		sizes.push((await parquet.write(Array.from({length: 1000}, (_, index) => record(`{"id":"${batch * 1000 + index}"}`)))).length);
	}
	expect(sizes.flatMap((size, batch) => size > 0 ? [batch] : [])).toEqual([9, 19, 29, 39]);
	const large = record(`{"id":"${'x'.repeat(3_000_000)}"}`);
	expect((await parquet.write([large])).length).toBe(0);
	expect((await parquet.write([large])).length).toBeGreaterThan(0);
});
