import {filterNames, type FilterName} from '../../sources/app-log-kinds.ts';
import {isJsonObject} from '../json-object.ts';
import type {Filter} from '../selection.ts';

/** What a search is narrowed by: no name without a value. */
export type FilterValues = Readonly<Partial<Record<FilterName, readonly string[]>>>;

type Row = Readonly<Record<string, unknown>>;

const equals = (field: string) => (row: Row, values: readonly string[]) => values.includes(String(row[field]));

const tests: Readonly<Record<FilterName, (row: Row, values: readonly string[]) => boolean>> = {
	url: ({url}, values) => values.some(value => pathOf(value) === pathOf(String(url))),
	tenant_key: equals('tenant_key'),
	request_id: ({request_id: requestId, log_id: logId}, values) => values.some(value => value === requestId || value === logId),
	user_open_id: equals('open_id'),
	status: equals('status'),
	error_code: equals('error_code'),
	error_message: ({error_message: message}, values) => values.some(value => contains(message, value)),
	event_type: equals('event_type'),
	event_id: equals('event_id'),
	app_feature: equals('app_feature'),
	keyword: ({api, message}, values) => values.every(value => contains(`${String(api)} ${String(message)}`, value)),
};

/**
 * The filter of a search, or undefined when every row passes. URLs are compared by their path, messages and keywords
 * contained in whatever case; all else is equal or not.
 */
export function filterOf(values: FilterValues): Filter | undefined {
	const conditions = filterNames.flatMap(name => {
		const wanted = values[name];
		return wanted === undefined ? [] : [[name, wanted] as const];
	});
	if (conditions.length === 0) return undefined;
	return {
		key: JSON.stringify(conditions),
		matches: row => isJsonObject(row) && conditions.every(([name, wanted]) => tests[name](row, wanted)),
	};
}

function contains(text: unknown, part: string): boolean {
	return String(text).toLowerCase().includes(part.toLowerCase());
}

function pathOf(url: string): string {
	return url.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/s, '');
}
