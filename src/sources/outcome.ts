import type {JsonPath} from '../base/json-path.ts';
import {parseJson, valueAt, wholeNumber} from '../json/value.ts';
import type {OutcomeRule, SourceOption} from './types.ts';

/** Every value that `--status` takes. */
export const outcomes = ['success', 'failed'] as const;

/** Whether a parsed row records a failure. Everything else is a success, so that each row is one of the two. */
export function isFailure(row: unknown, {httpStatus, response, coded}: OutcomeRule): boolean {
	const at = (path: JsonPath | undefined) => path === undefined ? undefined : valueAt(row, path);
	const status = wholeNumber(at(httpStatus));
	if (status !== undefined && status >= 400) return true;
	const body = at(response);
	if (typeof body === 'string' && isPlainSuccess(body)) return false;
	const code = valueAt(typeof body === 'string' ? parseJson(body) : body, ['code']);
	// The code is a text in some answers.
	if (code !== undefined && code !== null && code !== 0 && code !== '0') return true;
	return coded?.failed.includes(String(at(coded.path))) === true;
}

/** Whether a text begins with code 0 and has no other: nearly all do, and parsing each would take as long as parsing its page. */
function isPlainSuccess(body: string): boolean {
	return /^\{"code": ?0,/.test(body) && !body.includes('"code"', 2 + '"code"'.length) && !body.includes('\\u');
}

/** The filter of a source whose rows have an outcome, compared here. */
export function statusOption(rule: OutcomeRule): SourceOption {
	return {
		flags: `--status <${outcomes.join('|')}>`,
		description: describe(rule),
		parameter: 'status',
		choices: {success: 'success', failed: 'failed'},
		locally: (row, [asked]) => isFailure(row, rule) === (asked === 'failed'),
	};
}

function describe({response, coded}: OutcomeRule): string {
	if (coded !== undefined) return 'only what ended like this';
	return `only calls that ended like this; failed: HTTP status 400 or more${response === undefined ? '' : ', or a code other than 0 in the response'}`;
}
