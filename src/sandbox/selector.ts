import type {SourceDefinition} from '../sources/types.ts';
import {isJsonObject} from './json-object.ts';
import {BadParameter, wholeNumber, type Parameters} from './parameters.ts';
import type {Filter, Selection} from './selection.ts';

/** How the API reads the end of a range. */
export type Ends = 'inclusive' | 'exclusive';

/**
 * The rows a request asks for. The start is always part of the range. Without an end the range ends now; without a
 * start it reaches back `reach` units, as far as the vendor keeps rows. Rows later than `nowMs` do not exist yet.
 *
 * A limit on the span is read strictly: with inclusive ends the second that the end names counts too, so 90 days
 * are at most `end - start = 90 days - 1 s`.
 * @throws BadParameter
 */
export function selectorOf(definition: SourceDefinition, parameters: Parameters, {ends, nowMs, reach}: {ends: Ends; nowMs: number; reach: number}): Selection {
	const {range, window} = definition;
	const start = wholeNumber(parameters, range.start);
	const end = wholeNumber(parameters, range.end);
	const beyondEnd = ends === 'inclusive' ? 1 : 0;
	if (start !== undefined && end !== undefined) {
		if (start > end) throw new BadParameter(range.start, `must not be later than ${range.end}`);
		if (window.maxMs !== undefined && (end - start + beyondEnd) * range.unitMs > window.maxMs) {
			throw new BadParameter(range.end, 'the time range is too long');
		}
	}
	const existing = Math.floor(nowMs / range.unitMs) + 1;
	const to = Math.min(end === undefined ? existing : end + beyondEnd, existing);
	return {from: start ?? to - reach, to, filter: filterOf(definition, parameters)};
}

/**
 * What the source's filters let through: a row whose field equals the value, or one of the values. Empty values
 * filter nothing.
 */
function filterOf(definition: SourceDefinition, parameters: Parameters): Filter | undefined {
	const conditions = Object.values(definition.options).flatMap(({parameter, field}) => {
		const value = parameters[parameter];
		if (value === undefined || value === '' || (typeof value === 'object' && value.length === 0)) return [];
		return [{path: field.split('.'), wanted: typeof value === 'object' ? [...new Set(value)].toSorted() : [String(value)]}];
	});
	if (conditions.length === 0) return undefined;
	return {
		key: JSON.stringify(conditions),
		matches: row => conditions.every(({path, wanted}) => {
			const value = path.reduce<unknown>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), row);
			return (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && wanted.includes(String(value));
		}),
	};
}
