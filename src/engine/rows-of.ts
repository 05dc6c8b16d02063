import {ApiError} from '../errors.ts';
import {valueAt} from '../http/answer.ts';
import type {ApiAnswer} from '../http/client.ts';
import {everyAt, rows} from '../json/text.ts';
import type {AuditRecord} from '../record.ts';
import type {JsonPath, SourceDefinition} from '../sources/types.ts';
import type {Pagination} from './pagination.ts';
import {toRecord} from './to-record.ts';

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
	if (disputed !== undefined) throw new ApiError(`${label}: the answer holds ${disputed.join('.')} more than once, each time another one`, {hint});
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
