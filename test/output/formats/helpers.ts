import {createCsv} from '../../../src/output/formats/csv.ts';
import {createJson, createNdjson} from '../../../src/output/formats/json-text.ts';
import {createTable} from '../../../src/output/formats/table.ts';
import type {FormatOptions, Formatter} from '../../../src/output/formats/index.ts';
import type {AuditRecord} from '../../../src/base/record.ts';
import {column, timeColumn, type Column} from '../../../src/sources/types.ts';

/** Columns as a source has them: a derived time, plain ones and nested ones. */
export const columns: readonly Column[] = [
	timeColumn,
	column('id', 'text', 'identity', {table: 2}),
	{...column('event_time', 'time', 'when', {unitMs: 1000}), name: 'at'},
	column('detail.status', 'integer', 'HTTP status', {table: 3}),
	column('detail.payload', 'text', 'what was sent', {table: 4, prose: true}),
	column('detail.user.name', 'text', 'who'),
];

/** No format of text loses anything. */
function refuse(message: string): never {
	throw new Error(message);
}

const makers = {ndjson: createNdjson, json: createJson, csv: createCsv, table: createTable};

export type TextFormat = keyof typeof makers;

/** A format that makes text. */
export function textFormat(name: TextFormat, options: FormatOptions): Formatter<string> {
	return makers[name](options);
}

export const defaults: FormatOptions = {columns, timezone: 'UTC', escapeFormulas: true, bom: false, written: 0, warn: refuse};

/** 2026-11-20T09:30:12Z */
export const noon = Date.UTC(2026, 10, 20, 9, 30, 12);

/** A record with this text or this row; without an id, as formats do not look at it. */
export function record(row: unknown, time: number | undefined = noon): AuditRecord {
	return {text: typeof row === 'string' ? row : JSON.stringify(row), id: undefined, time};
}

/** Everything a formatter makes of the records, given in batches of `size`. */
export function format(formatter: Formatter<string>, records: readonly AuditRecord[], size = Infinity): string {
	let text = formatter.start();
	for (let from = 0; from < records.length; from += size) text += formatter.write(records.slice(from, from + size));
	return text + formatter.end();
}
