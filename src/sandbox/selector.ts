import {earliestStart} from '../sources/range.ts';
import type {SourceFile} from '../sources/types.ts';
import {filterOf} from './filters.ts';
import {BadParameter, wholeNumber, type Parameters} from './parameters.ts';
import type {Selection} from './selection.ts';

/** How the API reads the end of a range. */
export type Ends = 'inclusive' | 'exclusive';

/**
 * The rows a request asks for. The start is always part of the range. Without an end the range ends now; without a
 * start it reaches back `reach` units, as far as the vendor keeps rows, or as far as one request may span. Rows later than
 * `nowMs` do not exist yet, and a start further back than the API reaches is refused.
 *
 * A limit on the span is read strictly: with inclusive ends the second that the end names counts too, so 90 days
 * are at most `end - start = 90 days - 1 s`.
 * @throws BadParameter
 */
export function selectorOf(
	file: Pick<SourceFile, 'source' | 'lets'>, parameters: Parameters, {ends, nowMs, reach}: {ends: Ends; nowMs: number; reach: number},
): Selection {
	const {source: definition} = file;
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
	const span = window.maxMs === undefined ? reach : Math.min(reach, window.maxMs / range.unitMs);
	if (start !== undefined && start * range.unitMs < earliestStart(definition, nowMs)) throw new BadParameter(range.start, 'is too long ago');
	return {from: start ?? to - span, to, filter: filterOf(file, parameters)};
}
