import {stringify, type Options} from 'csv-stringify/sync';
import {decodeString, kindAt} from '../../json/text.ts';
import type {AuditRecord} from '../../base/record.ts';
import {columnFields, shownValue, toFields} from './fields.ts';
import {createFieldReader, createRowReader} from './row-reader.ts';
import {createRfc3339} from './time.ts';
import type {FormatOptions, Formatter} from './types.ts';
import {visibleInCell} from '../../base/visible.ts';

/** A negative JSON number, in its own spelling: it looks like a formula and is none. */
class NegativeNumber {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}
}

type Cell = string | NegativeNumber;

/**
 * RFC 4180: every column of the source, then `extra` with what no column covers as JSON. With `fields` exactly those.
 */
export function createCsv(options: FormatOptions): Formatter {
	const cellsOf = options.fields === undefined ? allCells(options) : pickedCells(options, options.fields);
	const names = options.fields ?? [...options.columns.map(({name}) => name), 'extra'];
	const toCell = options.escapeFormulas ? neutral : (text: string) => text;
	const lines = createLines({escapeFormulas: options.escapeFormulas, isSingle: names.length === 1});
	return {
		resumable: true,
		start: () => options.written > 0 ? '' : `${options.bom ? '\ufeff' : ''}${lines([names.map(name => toCell(visibleInCell(name)))])}`,
		write: records => lines(records.map(record => cellsOf(record, toCell))),
		end: () => '',
	};
}

/** Between cells that csv-stringify wrote: no cell holds it, since `visibleInCell` shows it instead. */
const separator = '\0';

/**
 * Writes rows of cells as lines. Only cells that need care go through csv-stringify, a whole batch of them at a time: it
 * takes longer for a cell in which there is nothing to do than reading the cell out of the row does.
 */
function createLines({escapeFormulas, isSingle}: {escapeFormulas: boolean; isSingle: boolean}): (rows: ReadonlyArray<readonly Cell[]>) => string {
	const dialect: Options = {
		record_delimiter: separator,
		// Off by default once a delimiter is given, and then CRs and LFs would stand bare.
		quote_record_delimiter: true,
		escape_formulas: escapeFormulas,
		// An empty line would read as no record at all.
		quoted_empty: isSingle,
	};
	return rows => {
		/** What stands before each of the cells that need care, and after the last one. */
		const between: string[] = [];
		const careful: string[][] = [];
		let plain = '';
		for (const cells of rows) {
			let delimiter = '';
			for (const cell of cells) {
				plain += delimiter;
				delimiter = ',';
				if (typeof cell !== 'string') {
					plain += cell.text;
				} else if (isPlain(cell, isSingle)) {
					plain += cell;
				} else {
					between.push(plain);
					careful.push([cell]);
					plain = '';
				}
			}
			plain += '\r\n';
		}
		const written = stringify(careful, dialect).split(separator);
		let text = '';
		for (const [index, before] of between.entries()) text += before + (written[index] ?? '');
		return text + plain;
	};
}

/** Whether csv-stringify would write the cell as it is, in any dialect. */
function isPlain(cell: string, isSingle: boolean): boolean {
	return cell === '' ? !isSingle : isHarmless(cell.charCodeAt(0)) && !delimiting.test(cell);
}

/** RFC 4180: what makes a cell need quotes. */
const delimiting = /[",\r\n]/;

type CellReader = (record: AuditRecord, toCell: (text: string) => string) => Cell[];

function allCells({columns, language}: FormatOptions): CellReader {
	const fields = columnFields(columns, language);
	const read = createRowReader(fields);
	const rfc3339 = createRfc3339();
	return ({text, time}, toCell) => {
		const {values, rest} = read(text);
		const cells = fields.map((field, index) => field.path === undefined ? toCell(rfc3339(time)) : cellOf(shownValue(field, values[index]), toCell));
		cells.push(signed(rest));
		return cells;
	};
}

function pickedCells({columns, language}: FormatOptions, names: readonly string[]): CellReader {
	const fields = toFields(names, columns, language);
	const read = createFieldReader(fields);
	const rfc3339 = createRfc3339();
	return ({text, time}, toCell) => {
		const values = read(text);
		return fields.map((field, index) => field.path === undefined ? toCell(rfc3339(time)) : cellOf(shownValue(field, values[index]), toCell));
	};
}

/** Strings decoded, null empty, numbers as written, objects and arrays as JSON. */
function cellOf(value: string | undefined, toCell: (text: string) => string): Cell {
	if (value === undefined || value === 'null') return '';
	if (kindAt(value, 0) !== 'string') return signed(value);
	// Without an escape there is no control character in it either: JSON and the row's one line forbid them.
	const content = decodeString(value, 0, value.length);
	return toCell(content.length === value.length - 2 ? content : visibleInCell(content));
}

/**
 * What Excel, LibreOffice and Numbers may take for a formula beyond the first characters that csv-stringify knows:
 * a leading line feed, spaces or invisible characters before the sign, and the signs' small and mathematical forms.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^(?:\n|[\s\p{Z}\p{Cf}]*[=+\-@\u{2212}\u{fe62}\u{fe63}\u{fe66}\u{fe6b}\u{ff0b}\u{ff0d}\u{ff1d}\u{ff20}])/u;

function neutral(text: string): string {
	return isHarmless(text.charCodeAt(0)) || !formula.test(text) ? text : `'${text}`;
}

/** Most cells begin with an ASCII letter, a digit, a brace or a slash, and need no closer look. */
function isHarmless(code: number): boolean {
	return (code >= 0x2e && code <= 0x3a) || (code >= 0x41 && code <= 0x7e);
}

function signed(value: string): Cell {
	return value.startsWith('-') ? new NegativeNumber(value) : value;
}
