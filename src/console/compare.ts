import type {JsonPath} from '../base/json-path.ts';
import {valueAt} from '../json/value.ts';
import type {FilterName} from '../sources/app-log-kinds.ts';

/** Whether a row has what a filter asks for. */
export type Comparison = (row: unknown, values: readonly string[]) => boolean;

/**
 * How a filter is compared here, where the console does not do it: texts and keywords as parts of what stands in the
 * row, whatever their letters' case; a URL without host and query string; everything else as it is written.
 * @param field where the row holds it; without one, anywhere in the row
 * @param names what the log writes for the names of values
 */
export function comparisonOf(
	name: FilterName, field: JsonPath | undefined, names: Readonly<Record<string, string | number>> = {},
): Comparison {
	const at = (row: unknown) => (field === undefined ? row : valueAt(row, field));
	if (name === 'status')
		return (row, values) =>
			values.some(value => (Object.hasOwn(names, value) ? isWritten(at(row), String(names[value])) : hasOutcome(at(row), value)));
	if (name === 'keyword') {
		return (row, values) => {
			const texts = leavesOf(at(row)).map(leaf => leaf.toLowerCase());
			return values.every(value => texts.some(text => text.includes(value.toLowerCase())));
		};
	}
	if (name === 'error_message')
		return (row, values) => leavesOf(at(row)).some(leaf => values.some(value => leaf.toLowerCase().includes(value.toLowerCase())));
	if (name === 'url') return (row, values) => leavesOf(at(row)).some(leaf => values.some(value => pathOf(leaf) === pathOf(value)));
	return (row, values) => values.some(value => isWritten(at(row), Object.hasOwn(names, value) ? String(names[value]) : value));
}

/** Whether a status is the one asked for: `success` and `failed` by what statuses usually look like, anything else as written. */
export function hasOutcome(status: unknown, asked: string): boolean {
	if (asked === 'success') return isSuccess(status);
	return asked === 'failed' ? !isSuccess(status) : isWritten(status, asked);
}

/** What the logs of others call a success: 0, an HTTP status from 200 to 299, true, and words for it. */
export function isSuccess(status: unknown): boolean {
	if (typeof status === 'boolean') return status;
	const text = typeof status === 'number' ? String(status) : status;
	return typeof text === 'string' && /^(?:0|2\d\d|ok|success|succeeded|successful|成功)$/i.test(text.trim());
}

/** Whether a value, or one in a list of them, is written as asked for. */
export function isWritten(value: unknown, asked: string): boolean {
	const left: unknown[] = [value];
	while (left.length > 0) {
		const next = left.pop();
		if (Array.isArray(next)) for (const element of next) left.push(element);
		else if (isScalarWritten(next, asked)) return true;
	}
	return false;
}

function isScalarWritten(value: unknown, asked: string): boolean {
	// Parsing has rounded long numbers: those that can no longer be told apart are kept.
	if (typeof value === 'number') return asked.trim() !== '' && Number(asked) === value;
	return typeof value === 'string' || typeof value === 'boolean' ? String(value) === asked : false;
}

/** Every text and number in a value, however deep. */
function leavesOf(value: unknown): string[] {
	const leaves: string[] = [];
	const left: unknown[] = [value];
	while (left.length > 0) {
		const next = left.pop();
		if (typeof next === 'object' && next !== null) for (const member of Object.values(next)) left.push(member);
		else if (typeof next === 'string' || typeof next === 'number' || typeof next === 'boolean') leaves.push(String(next));
	}
	return leaves;
}

/** The path of a URL, or of one that is written without its scheme: `open.feishu.cn/open-apis/…`. */
function pathOf(url: string): string {
	const text = url.trim();
	const [origin = ''] = /^(?:[a-z][a-z\d+.-]*:)?\/\/[^/?#]*/i.exec(text) ?? [];
	const rest = text.slice(origin.length);
	const [start = ''] = /^[^/?#]*/.exec(rest) ?? [];
	// In two steps: one expression for both takes half a minute for a hundred thousand dots.
	const isHost = origin === '' && start.lastIndexOf('.') > 0 && rest.charAt(start.length) === '/';
	const [path = ''] = /^[^?#]*/.exec(isHost ? rest.slice(start.length) : rest) ?? [];
	return path;
}
