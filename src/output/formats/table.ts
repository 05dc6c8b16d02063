import {decodeString, kindAt} from '../../json/text.ts';
import type {AuditRecord} from '../../base/record.ts';
import {columnFields, shownValue, toFields} from './fields.ts';
import {displayWidth, fit, fitColumns, gap, leastWidth} from './layout.ts';
import {createFieldReader} from './row-reader.ts';
import {createLocalTime} from './time.ts';
import type {FormatOptions, Formatter} from './types.ts';
import {cutText, visibleInTable} from '../../base/visible.ts';

/** The layout is decided from this many records. */
const sampleSize = 100;

/** A column is as wide as this share of its cells: a single long one must not push out the columns beside it. */
const shareOfCells = 0.95;

/** Without a terminal nothing is cut, but a single long value must not pad every line to its length. */
const maxPadding = 80;

/** Characters of a value that are looked at per terminal column; escapes only make it wider, combining marks narrower. */
const charactersPerColumn = 16;

const notThere = '…';

const red = '\u001b[31m';
const otherwise = '\u001b[39m';

/**
 * Columns with two spaces between them for people to read: those with a place in the table, or the fields. Holds back the
 * first records until the widths are known. What does not fit a terminal is left out from the right, or cut where it is text
 * for people: of what names something, a part would be worth nothing.
 */
export function createTable({columns, fields: names, language, timezone, width, colour = false}: FormatOptions): Formatter<string> {
	const placed = columns.filter(({table}) => table !== undefined).toSorted((a, b) => (a.table ?? 0) - (b.table ?? 0));
	const fields = names === undefined ? columnFields(placed, language) : toFields(names, columns, language);
	const headings = fields.map(({name, heading}) => visibleInTable(names === undefined ? heading ?? name : name));
	const read = createFieldReader(fields);
	const localTime = createLocalTime(timezone);
	const longest = width === undefined ? Infinity : width * charactersPerColumn;
	let waiting: AuditRecord[] | undefined = [];
	let withMs = false;
	let isProse: readonly boolean[] = [];
	/** By the fields' order; 0 for a column that is left out. */
	let widths: readonly number[] = [];
	/** What the columns after each one need at least, the gaps before them included. */
	let after: readonly number[] = [];
	let hiddenValues = 0;
	let rowCount = 0;
	let failures = 0;
	let saysOutcome = false;

	const cellsOf = ({text, time}: AuditRecord): string[] => {
		const values = read(text);
		return fields.map((field, index) =>
			field.path === undefined ? localTime(time, withMs) : cellOf(shownValue(field, values[index]), longest),
		);
	};
	/** What is shown of a cell where so much of the terminal is left from its beginning. */
	const shownOf = (cell: string, index: number, left: number) => {
		const room = left - (after[index] ?? 0);
		if (isProse[index] === true) return fit(cell, after[index] === 0 ? room : Math.min(room, widths[index] ?? 0));
		const shown = {text: cell, width: displayWidth(cell)};
		if (shown.width <= room) return shown;
		hiddenValues++;
		return {text: notThere, width: 1};
	};
	const line = (cells: readonly string[]): string => {
		let text = '';
		let used = 0;
		let padding = 0;
		for (const [index, columnWidth] of widths.entries()) {
			if (columnWidth === 0) continue;
			const before = `${' '.repeat(padding)}${text === '' && used === 0 ? '' : gap}`;
			const cell = cells[index] ?? '';
			const shown = width === undefined ? {text: cell, width: displayWidth(cell)} : shownOf(cell, index, width - used - before.length);
			text += before + shown.text;
			used += before.length + shown.width;
			padding = Math.max(0, columnWidth - shown.width);
		}
		return text.trimEnd();
	};
	const rowOf = (cells: readonly string[], {failed}: AuditRecord): string => {
		rowCount++;
		saysOutcome ||= failed !== undefined;
		if (failed === true) failures++;
		return colour && failed === true ? `${red}${line(cells)}${otherwise}\n` : `${line(cells)}\n`;
	};
	const flush = (): string => {
		const records = waiting ?? [];
		waiting = undefined;
		withMs = records.some(({time}) => time !== undefined && time % 1000 !== 0);
		const rows = records.map(record => cellsOf(record));
		isProse = fields.map((field, index) => field.isProse ?? rows.some(cells => isText(cells[index] ?? '')));
		const natural = headings.map((heading, index) => {
			const sizes = rows.map(cells => displayWidth(cells[index] ?? '')).toSorted((a, b) => a - b);
			const size = (isProse[index] === true || width === undefined ? sizes.at(-1) : sizes[Math.ceil(sizes.length * shareOfCells) - 1]) ?? 0;
			return Math.max(size, displayWidth(heading));
		});
		const wanted = natural.map((size, index) => ({natural: size, isProse: isProse[index] === true}));
		widths = width === undefined ? natural.map(size => Math.min(size, maxPadding)) : fitColumns(wanted, width);
		let needed = 0;
		after = widths.map((_, at) => at).toReversed().map(at => {
			const behind = needed;
			if (widths[at] !== 0) needed += gap.length + Math.min(widths[at] ?? 0, leastWidth(wanted[at] ?? {natural: 0, isProse: false}));
			return behind;
		}).toReversed();
		return [`${line(headings)}\n`, ...records.map((record, index) => rowOf(rows[index] ?? [], record))].join('');
	};
	return {
		start: () => '',
		write(records) {
			if (waiting !== undefined) {
				for (const record of records) waiting.push(record);
				return waiting.length < sampleSize ? '' : flush();
			}
			let text = '';
			for (const record of records) text += rowOf(cellsOf(record), record);
			return text;
		},
		end: () => waiting === undefined ? '' : flush(),
		closing() {
			const hidden = fields.flatMap(({name}, index) => widths[index] === 0 ? [name] : []);
			if (hiddenValues > 0) hidden.push(`${counted(hiddenValues, 'value')} that ${hiddenValues === 1 ? 'is' : 'are'} too long`);
			const outcome = saysOutcome ? `, ${failures.toLocaleString('en')} failed` : '';
			return `${counted(rowCount, 'row')}${outcome}${hidden.length === 0 ? '' : `; not shown: ${hidden.join(', ')} (--wide shows all)`}`;
		},
	};
}

function counted(count: number, noun: string): string {
	return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** What has blanks or is JSON is text for people; ids, addresses, paths and codes are neither. */
function isText(cell: string): boolean {
	return /^[[{]|\s/.test(cell);
}

/** As in csv, but with nothing unseen in it, and no more of it than could be shown. */
function cellOf(value: string | undefined, longest: number): string {
	if (value === undefined || value === 'null') return '';
	const text = kindAt(value, 0) === 'string' ? decodeString(value, 0, value.length) : value;
	return visibleInTable(text.length <= longest ? text : cutText(text, longest));
}
