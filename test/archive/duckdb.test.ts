import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {expect, it} from 'vitest';
import {runCommand} from '../helpers/context.ts';
import {hour, hours, rowsOf, start, writeArchive, type TinyLine} from './tiny-archive.ts';

async function query(sql: string): Promise<unknown[]> {
	const instance = await DuckDBInstance.create(':memory:');
	const connection = await instance.connect();
	try {
		const reader = await connection.runAndReadAll(sql);
		return reader.getRowObjectsJson();
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}

const lines: TinyLine[] = [
	...hours(30),
	{...hour(1), rows: [{id: '7123456789012999999', event_time: start + 3600 + 59}], completes: 'late'},
];

it('reads an archive by its partitions, as many rows a day as cat', async () => {
	const dir = writeArchive(lines);
	mkdirSync(join(dir, 'set-aside'));
	writeFileSync(join(dir, 'set-aside', 'data_dt=2026-11-20_20261120T220000Z_20261120T230000Z.ndjson.gz.set-aside'), 'damaged');
	const {records} = await runCommand(['cat', dir], {fetch: async () => new Response()});
	const perDay = new Map<string, number>();
	for (const record of records) {
		const day = new Date(Number(record['event_time']) * 1000).toISOString().slice(0, 10);
		perDay.set(day, (perDay.get(day) ?? 0) + 1);
	}
	const counted = await query(`SELECT dt::VARCHAR AS dt, count(*)::INTEGER AS rows FROM read_json_auto('${dir}/data/dt=*/*.ndjson.gz', hive_partitioning = true) GROUP BY dt ORDER BY dt`);
	expect(counted).toEqual([...perDay].map(([dt, rows]) => ({dt, rows})));
	expect(counted).toHaveLength(3);
	expect(await query(`SELECT count(*)::INTEGER AS rows FROM read_json_auto('${dir}/data/dt=*/*.ndjson.gz', hive_partitioning = true) WHERE dt = '2026-11-21'`)).toEqual([{rows: 240}]);
});

it('has ids of 19 digits exactly, also where they are numbers, when rows are read as they stand', async () => {
	const numbers = rowsOf(0).map(row => ({...row, event_time: start}));
	const text = numbers.map(row => `${JSON.stringify(row).replace(/"id":"(\d+)"/, '"id":$1')}\n`).join('');
	const dir = writeArchive([{...hour(0), rows: `${text}{"id":18446744073709551617,"event_time":${start}}\n`}]);
	const rows = await query(`SELECT json->>'id' AS id, (json->>'event_time')::BIGINT AS event_time, dt::VARCHAR AS dt FROM read_ndjson_objects('${dir}/data/dt=*/*.ndjson.gz', hive_partitioning = true) ORDER BY id`);
	expect(rows).toEqual(['18446744073709551617', ...numbers.map(({id}) => id)].map(id => ({id, event_time: String(start), dt: '2026-11-20'})));
});
