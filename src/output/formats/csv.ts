import {stringify, type Options} from 'csv-stringify/sync';
import {decodeString, kindAt} from '../../json/text.ts';
import type {AuditRecord} from '../../base/record.ts';
import {createOutputReader} from './row-reader.ts';
import {createRfc3339} from './time.ts';
import type {FormatOptions, Formatter} from './types.ts';
import {visibleInCell} from '../../base/visible.ts';

/** A negative JSON number, in its own spelling: it looks like a formula and is none. */
interface NegativeNumber {
	readonly text: string;
}

type Cell = string | NegativeNumber;

/**
 * RFC 4180: every column of the source, then `extra` with what no column covers as JSON. With `fields` exactly those.
 */
export function createCsv(options: FormatOptions): Formatter<string> {
	const cellsOf = cellReader(options);
	const names = options.fields ?? [...options.columns.map(({name}) => name), 'extra'];
	const dialect: Options = {
		record_delimiter: '\r\n',
		// Off by default once a delimiter is given, and then CRs and LFs would stand bare.
		quote_record_delimiter: true,
		escape_formulas: options.escapeFormulas,
		// An empty line would read as no record at all.
		quoted_empty: names.length === 1,
		cast: {
			...options.escapeFormulas ? {string: neutral} : {},
			object: ({text}) => ({value: String(text), escape_formulas: false}),
		},
	};
	return {
		start: () => options.written > 0 ? '' : stringify([names.map(name => visibleInCell(name))], {...dialect, bom: options.bom}),
		write: records => records.length === 0 ? '' : stringify(records.map(cellsOf), dialect),
		end: () => '',
	};
}

function cellReader(options: FormatOptions): (record: AuditRecord) => Cell[] {
	const {fields, read} = createOutputReader(options);
	const rfc3339 = createRfc3339(options.timezone);
	return ({text, time}) => {
		const {values, rest} = read(text);
		const cells = fields.map((field, index) => field.path === undefined ? rfc3339(time) : cellOf(values[index]));
		if (options.fields === undefined) cells.push(signed(rest));
		return cells;
	};
}

/** Strings decoded, null empty, numbers as written, objects and arrays as JSON. */
function cellOf(value: string | undefined): Cell {
	if (value === undefined || value === 'null') return '';
	if (kindAt(value, 0) !== 'string') return signed(value);
	// Without an escape there is no control character in it either: JSON and the row's one line forbid them.
	const content = decodeString(value, 0, value.length);
	return content.length === value.length - 2 ? content : visibleInCell(content);
}

/**
 * What Excel, LibreOffice and Numbers may take for a formula beyond the first characters that csv-stringify knows:
 * a leading line feed, spaces or invisible characters before the sign, and the signs' small and mathematical forms.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^(?:\n|[\s\p{Z}\p{Cf}]*[=+\-@\u{2212}\u{fe62}\u{fe63}\u{fe66}\u{fe6b}\u{ff0b}\u{ff0d}\u{ff1d}\u{ff20}])/u;

function neutral(text: string): string {
	const code = text.charCodeAt(0);
	// Most cells begin with an ASCII letter, a digit, a brace or a slash, and need no closer look.
	const isHarmless = (code >= 0x2e && code <= 0x3a) || (code >= 0x41 && code <= 0x7e);
	return isHarmless || !formula.test(text) ? text : `'${text}`;
}

function signed(value: string): Cell {
	return value.startsWith('-') ? {text: value} : value;
}
