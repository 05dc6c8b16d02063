import {writeXlsxStream, XLSX_MAX_ROWS_PER_SHEET} from 'hucre/xlsx';
import {OutputError} from '../../base/errors.ts';
import type {AuditRecord} from '../../base/record.ts';
import {systemTimezone} from '../../base/system-timezone.ts';
import {cutText, visibleInCell} from '../../base/visible.ts';
import {decodeString, kindAt} from '../../json/text.ts';
import type {ColumnType} from '../../sources/types.ts';
import type {Field} from './fields.ts';
import {createOutputReader} from './row-reader.ts';
import {createOffset} from './time.ts';
import type {FormatOptions, Formatter} from './types.ts';

type Cell = string | number | boolean | Date | null;

/** The most characters that Excel takes in a cell: a file with longer ones is repaired by leaving them out. */
const longestCell = 32_767;

/** What Excel knows as dates in every zone, Unix milliseconds: from March 1900, before which it counts a day too many, to the year 9999. */
const earliestDate = Date.UTC(1900, 2, 2);
const latestDate = Date.UTC(9999, 11, 31);

/** Excel keeps 15 digits of a number. */
const greatestExact = 999_999_999_999_999;

const widths: Readonly<Record<ColumnType, number>> = {text: 24, integer: 12, boolean: 10, time: 24, object: 40, list: 40, json: 24};

/**
 * A workbook for Excel and LibreOffice: the columns of CSV, `extra` included, with a header that stays in sight. Times are dates
 * in the chosen zone, which the sheet's name says; ids and whatever is no small integer are text, and nothing is a formula. More
 * rows than a sheet holds go on in further ones.
 */
export function createXlsx(options: FormatOptions): Formatter<Uint8Array | Promise<Uint8Array>> {
	const {columns, fields: names, timezone = systemTimezone(), warn} = options;
	const {fields, read} = createOutputReader(options);
	const offsetAt = createOffset(timezone);
	const milliseconds = columns.some(({type, unitMs = 1}) => type === 'time' && unitMs % 1000 === 0) ? '' : '.000';
	let cut = 0;

	const textCell = (text: string) => {
		const shown = escaped(text);
		if (shown.length <= longestCell) return shown;
		cut++;
		return cutText(shown, longestCell);
	};
	const dateCell = (time: number) => time >= earliestDate && time < latestDate ? new Date(time + offsetAt(time)) : undefined;
	const cellOf = (value: string | undefined, {type, unitMs = 1}: Field): Cell => {
		if (value === undefined || value === 'null') return null;
		const content = kindAt(value, 0) === 'string' ? decodeString(value, 0, value.length) : value;
		if (type === 'boolean' && (content === 'true' || content === 'false')) return content === 'true';
		const number = (type === 'integer' || type === 'time') && /^-?\d{1,15}$/.test(content) ? Number(content) : undefined;
		if (number !== undefined && type === 'time') return dateCell(number * unitMs) ?? textCell(content);
		return number !== undefined && Math.abs(number) <= greatestExact ? number : textCell(content);
	};
	const rowOf = ({text, time}: AuditRecord): Cell[] => {
		const {values, rest} = read(text);
		const cells = fields.map((field, index) => {
			if (field.path !== undefined) return cellOf(values[index], field);
			return time === undefined ? null : dateCell(time) ?? String(time);
		});
		if (names === undefined) cells.push(rest === '' ? null : textCell(rest));
		return cells;
	};

	const queue = new RowQueue<Cell[]>();
	const bytes = collect(writeXlsxStream(queue.rows(), {
		name: `audit (${timezone.replaceAll(/[:/]/g, '-')})`.slice(0, 25),
		freezePane: {rows: 1},
		columns: [...fields, ...names === undefined ? [{name: 'extra', type: 'object'} as const] : []].map(({name, type}) => ({
			header: escaped(name), width: Math.max(widths[type], name.length + 2),
			...type === 'time' ? {numFmt: `yyyy-mm-dd hh:mm:ss${milliseconds}`} : {},
		})),
		// Wide sheets end earlier: the text of one may not exceed 4 GiB, or programs older than ZIP64 could not open it.
		maxRowsPerSheet: fields.length > 20 ? XLSX_MAX_ROWS_PER_SHEET / 2 : XLSX_MAX_ROWS_PER_SHEET,
	}));
	return {
		start: () => bytes.taken(),
		async write(records) {
			await Promise.race([queue.put(records.map(rowOf)), bytes.done]);
			return bytes.taken();
		},
		async end() {
			queue.end();
			await bytes.done;
			if (cut > 0) {
				const cells = `${cut} cell${cut === 1 ? '' : 's'}`;
				warn(`${cells} cut to the ${longestCell} characters that a spreadsheet takes: other formats hold them whole`);
			}
			return bytes.taken();
		},
	};
}

/** The text as a cell shows it; what spreadsheets would read as an escape of theirs, or XML has no place for, stands there as it is. */
function escaped(text: string): string {
	return visibleInCell(text)
		.replaceAll(/_(?=x[\dA-Fa-f]{4}_)/g, '_x005F_')
		.replaceAll(/[\ufffe\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/** Hands rows to whoever pulls them, as many at a time as it takes. */
class RowQueue<Row> {
	#batch: readonly Row[] = [];
	#ended = false;
	/** Called when there is something to pull, and when all of it was pulled. */
	#filled: () => void = () => undefined;
	#emptied: () => void = () => undefined;

	/** Resolves once the rows were pulled and more are wanted. */
	async put(batch: readonly Row[]): Promise<void> {
		if (batch.length === 0) return;
		this.#batch = batch;
		const emptied = new Promise<void>(resolve => {
			this.#emptied = resolve;
		});
		this.#filled();
		await emptied;
	}

	end(): void {
		this.#ended = true;
		this.#filled();
	}

	async *rows(): AsyncGenerator<Row, void, undefined> {
		for (;;) {
			const batch = this.#batch;
			this.#batch = [];
			yield* batch;
			const filled = new Promise<void>(resolve => {
				this.#filled = resolve;
			});
			this.#emptied();
			if (this.#ended) return;
			await filled;
		}
	}
}

/** Reads a workbook as it comes: `taken` is what came since the last time, `done` settles at its end. @throws OutputError from `done` */
function collect(stream: ReadableStream<Uint8Array>): {taken: () => Uint8Array; done: Promise<void>} {
	let chunks: Uint8Array[] = [];
	const done = (async () => {
		try {
			for await (const chunk of stream) chunks.push(chunk);
		} catch (error) {
			throw new OutputError(`cannot write the workbook: ${error instanceof Error ? error.message : String(error)}`, {
				hint: 'export a shorter range, or write parquet or csv', cause: error,
			});
		}
	})();
	// Whoever writes or ends next is told.
	done.catch(() => undefined);
	return {
		done,
		taken() {
			const made = Buffer.concat(chunks);
			chunks = [];
			return made;
		},
	};
}
