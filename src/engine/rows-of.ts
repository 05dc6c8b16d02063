import {ApiError} from '../errors.ts';
import {valueAt} from '../http/answer.ts';
import type {ApiAnswer} from '../http/client.ts';
import {rows} from '../json/text.ts';
import type {AuditRecord} from '../record.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {toRecord} from './to-record.ts';

/**
 * The records of an answer. A null array is an empty one, as several servers write it.
 * @throws ApiError when there is no place for rows at all, or two of which the second hides rows. `label` starts the message.
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
	if (values === null || values === undefined) return [];
	if (!Array.isArray(values) || texts === undefined) throw new ApiError(`${label}: ${source.rows.join('.')} is no array`, {hint});
	return texts.map((text, index) => toRecord(text, values[index], source));
}
