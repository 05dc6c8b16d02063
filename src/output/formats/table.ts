import {decodeString, kindAt} from '../../json/text.ts';
import type {AuditRecord} from '../../base/record.ts';
import {columnFields, shownValue, toFields} from './fields.ts';
import {displayWidth, fit, fitWidths, gap} from './layout.ts';
import {createFieldReader} from './row-reader.ts';
import {createLocalTime} from './time.ts';
import type {FormatOptions, Formatter} from './types.ts';
import {cutText, visibleInTable} from '../../base/visible.ts';

/** The layout is decided from this many records. */
const sampleSize = 100;

/** Without a terminal nothing is cut, but a single long value must not pad every line to its length. */
const maxPadding = 80;

/** Characters of a value that are looked at per terminal column; escapes only make it wider, combining marks narrower. */
const charactersPerColumn = 16;

/**
 * Columns with two spaces between them for people to read: the columns marked `table`, or the fields. Holds back the
 * first records until the widths are known, and then cuts what does not fit.
 */
export function createTable({columns, fields: names, language, timezone, width}: FormatOptions): Formatter<string> {
	const fields =
		names === undefined
			? columnFields(
					columns.filter(({table}) => table === true), language,
				)
			: toFields(names, columns, language);
	const read = createFieldReader(fields);
	const localTime = createLocalTime(timezone);
	const longest = width === undefined ? Infinity : width * charactersPerColumn;
	let waiting: AuditRecord[] | undefined = [];
	let withMs = false;
	let widths: readonly number[] = [];

	const cellsOf = ({text, time}: AuditRecord): string[] => {
		const values = read(text);
		return fields.map((field, index) =>
			field.path === undefined ? localTime(time, withMs) : cellOf(shownValue(field, values[index]), longest),
		);
	};
	const line = (cells: readonly string[]): string => {
		let text = '';
		let padding = 0;
		for (const [index, limit] of widths.entries()) {
			const cell = cells[index] ?? '';
			const shown = fit(cell, width === undefined ? Infinity : limit);
			text += `${' '.repeat(padding)}${index === 0 ? '' : gap}${shown.text}`;
			padding = Math.max(0, limit - shown.width);
		}
		return `${text.trimEnd()}\n`;
	};
	const flush = (): string => {
		const records = waiting ?? [];
		waiting = undefined;
		withMs = records.some(({time}) => time !== undefined && time % 1000 !== 0);
		const header = fields.map(({name}) => visibleInTable(name));
		const rows = records.map(record => cellsOf(record));
		const natural = header.map((title, index) => {
			let widest = displayWidth(title);
			for (const cells of rows) widest = Math.max(widest, displayWidth(cells[index] ?? ''));
			return widest;
		});
		widths =
			width === undefined
				? natural.map(size => Math.min(size, maxPadding))
				: fitWidths(
						natural, width, fields.findIndex(({path}) => path === undefined),
					);
		return [header, ...rows].map(cells => line(cells)).join('');
	};
	return {
		start: () => '',
		write(records) {
			if (waiting !== undefined) {
				for (const record of records) waiting.push(record);
				return waiting.length < sampleSize ? '' : flush();
			}
			let text = '';
			for (const record of records) text += line(cellsOf(record));
			return text;
		},
		end: () => waiting === undefined ? '' : flush(),
	};
}

/** As in csv, but with nothing unseen in it, and no more of it than could be shown. */
function cellOf(value: string | undefined, longest: number): string {
	if (value === undefined || value === 'null') return '';
	const text = kindAt(value, 0) === 'string' ? decodeString(value, 0, value.length) : value;
	return visibleInTable(text.length <= longest ? text : cutText(text, longest));
}
