import {ApiError} from '../base/errors.ts';
import type {JsonPath} from '../base/json-path.ts';
import type {AuditRecord} from '../base/record.ts';
import type {ApiAnswer} from '../base/transport.ts';
import {everyAt, rows, locate} from '../json/text.ts';
import {valueAt, wholeNumber} from '../json/value.ts';
import {isFailure} from '../sources/outcome.ts';
import type {Pagination} from '../sources/pagination.ts';
import type {SourceDefinition} from '../sources/types.ts';

type RowRules = Pick<SourceDefinition, 'id' | 'time' | 'readTime' | 'range' | 'outcome'>;

interface RowPaths {
	readonly id: JsonPath | undefined;
	readonly time: JsonPath;
}

const compiled = new WeakMap<RowRules, RowPaths>();

/** A row as the engine handles it: its text, with the identity and the time read out of the parsed value. */
export function toRecord(text: string, value: unknown, source: RowRules): AuditRecord {
	if (!isRow(value)) return {text, id: undefined, time: undefined, isRow: false};
	const paths = pathsOf(source);
	const time = valueAt(value, paths.time);
	return {
		text,
		id: paths.id === undefined ? undefined : identity(valueAt(value, paths.id), text, paths.id),
		time: source.readTime === undefined ? timeOf(time, source) : source.readTime(time),
		...(source.outcome === undefined ? {} : {failed: isFailure(value, source.outcome)}),
	};
}

/** Whether a parsed entry of a page is a row at all: an object that holds something. */
export function isRow(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

function pathsOf(source: RowRules): RowPaths {
	let paths = compiled.get(source);
	if (paths === undefined) {
		paths = {id: source.id?.split('.'), time: source.time.split('.')};
		compiled.set(source, paths);
	}
	return paths;
}

function timeOf(value: unknown, {range}: RowRules): number | undefined {
	const units = wholeNumber(value);
	return units === undefined ? undefined : units * (range.rowUnitMs ?? range.unitMs);
}

/** A string as it is; a number by its digits in the text, since parsing rounds large ones. */
function identity(value: unknown, text: string, path: JsonPath): string | undefined {
	if (typeof value === 'string') return value === '' ? undefined : value;
	if (typeof value !== 'number') return undefined;
	if (Number.isSafeInteger(value)) return String(value);
	const place = locate(text, path);
	if (place === undefined) return undefined;
	const digits = text.slice(place.start, place.end);
	// A fresh string: a slice would keep its whole page in memory for as long as the id is remembered.
	return /^-?\d+$/.test(digits) ? Buffer.from(digits).toString('latin1') : String(value);
}

/**
 * The records of an answer. A null array is an empty one, as several servers write it.
 * @throws ApiError when there is no place for rows at all, or two of which the second hides rows, or when the answer says
 * different things about itself, or about what comes after it. `label` starts the message.
 */
export function rowsOf(answer: ApiAnswer, source: SourceDefinition, label: string): AuditRecord[] {
	const hint = 'the API does not answer as documented; run with --debug';
	const holder = source.rows.slice(0, -1);
	const container = valueAt(answer.body, holder);
	if (typeof container !== 'object' || container === null) throw new ApiError(`${label}: the answer holds no ${holder.join('.')}`, {hint});
	const values = valueAt(answer.body, source.rows);
	let isReplaced = false;
	const texts = rows(answer.text, source.rows, () => {
		isReplaced = true;
	});
	if (isReplaced) throw new ApiError(`${label}: the answer holds ${source.rows.join('.')} more than once`, {hint});
	const disputed = decisive(source.pagination).find(path => isDisputed(answer.text, path));
	if (disputed !== undefined)
		throw new ApiError(`${label}: the answer holds ${disputed.join('.')} more than once, each time another one`, {hint});
	if (values === null || values === undefined) return [];
	if (!Array.isArray(values) || texts === undefined) throw new ApiError(`${label}: ${source.rows.join('.')} is no array`, {hint});
	return texts.map((text, index) => toRecord(text, values[index], source));
}

/** Escapes that spell an ASCII letter, a digit or an underscore: a key may be repeated in another spelling. */
const escapedName = /\\u00(?:3\d|[46][1-9a-f]|[57][\da]|5f)/i;

/** Where an answer says that it is none, and whether, and what, comes after it. */
function decisive(pagination: Pagination): JsonPath[] {
	const paths = [
		['code'],
		'more' in pagination ? pagination.more : undefined,
		'token' in pagination ? pagination.token : undefined,
		'total' in pagination ? pagination.total : undefined,
	];
	return paths.filter(path => path !== undefined);
}

/** Whether a repeated key gives different values to one place: `JSON.parse` would take the last one without a word. */
function isDisputed(text: string, path: JsonPath): boolean {
	const key = JSON.stringify(path.at(-1));
	// Hardly any answer may have the key twice, and looking for that costs next to nothing.
	const first = text.indexOf(key);
	const mayRepeat = (first !== -1 && text.includes(key, first + 1)) || escapedName.test(text);
	return mayRepeat && new Set(everyAt(text, path)).size > 1;
}
