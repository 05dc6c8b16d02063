import type {FormatOptions, Formatter} from '../../../src/output/formats/index.ts';
import type {AuditRecord} from '../../../src/base/record.ts';
import {column, timeColumn, type Column} from '../../../src/sources/types.ts';

/** Columns as a source has them: a derived time, plain ones and nested ones. */
export const columns: readonly Column[] = [
	timeColumn,
	column('id', 'text', 'identity', {table: true}),
	{...column('event_time', 'time', 'when', {unitMs: 1000}), name: 'at'},
	column('detail.status', 'integer', 'HTTP status', {table: true}),
	column('detail.payload', 'text', 'what was sent', {table: true}),
	column('detail.user.name', 'text', 'who'),
];

export const defaults: FormatOptions = {columns, timezone: 'UTC', escapeFormulas: true, bom: false, written: 0};

/** 2026-11-20T09:30:12Z */
export const noon = Date.UTC(2026, 10, 20, 9, 30, 12);

/** A record with this text or this row; without an id, as formats do not look at it. */
export function record(row: unknown, time: number | undefined = noon): AuditRecord {
	return {text: typeof row === 'string' ? row : JSON.stringify(row), id: undefined, time};
}

/** Everything a formatter makes of the records, given in batches of `size`. */
export function format(formatter: Formatter, records: readonly AuditRecord[], size = Infinity): string {
	let text = formatter.start();
	for (let from = 0; from < records.length; from += size) text += formatter.write(records.slice(from, from + size));
	return text + formatter.end();
}
