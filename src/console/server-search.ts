import {parseJson, valueAt} from '../json/value.ts';
import {declaredOption, optionName, searchFilters} from '../sources/app-log-filters.ts';
import type {FilterName} from '../sources/app-log-kinds.ts';
import {feishuOpenapi} from '../sources/feishu-openapi.ts';
import type {SourceDefinition, SourceOption} from '../sources/types.ts';
import {isFailure} from '../sources/outcome.ts';
import {comparisonOf, isWritten, type Comparison} from './compare.ts';
import {arrivesWithinMs, consoleZone, longestSpanMs, reachMs, titles} from './limits.ts';

const contains = comparisonOf('error_message', ['msg']);

/** The filters that the audit log's rows answer to, by what a row holds. */
const comparisons: Readonly<Partial<Record<FilterName, Comparison>>> = {
	url: comparisonOf('url', ['log_detail', 'path']),
	status: (row, values) => values.some(value => hasStatus(row, value)),
	error_code: (row, values) => values.some(value => isWritten(valueAt(responseOf(row), ['code']), value)),
	error_message: (row, values) => contains({msg: valueAt(responseOf(row), ['msg'])}, values),
};

/**
 * The server search by official means: the audit log of the open platform for one app, the other filters compared here.
 * @param appId the app of the environment or the configuration
 */
export function serverSearch(appId: string | undefined): SourceDefinition {
	const {appId: appIdOption} = feishuOpenapi.options;
	const filters = searchFilters.server.map((filter): [string, SourceOption] => {
		const locally = comparisons[filter.name];
		return [
			optionName(filter.name),
			{
				...declaredOption(filter),
				...(locally === undefined
					? {refusal: `the audit log does not say ${notSaid[filter.name] ?? filter.name}; the developer console does: ` +
						'--via console'}
					: {locally}),
			},
		];
	});
	return {
		...feishuOpenapi,
		name: 'feishu-app-log server',
		title: `${titles.server}, by the audit log of the open platform`,
		options: {
			appId: {...appIdOption, description: 'the app: cli_…', env: 'FEISHU_APP_ID', required: appId === undefined},
			...Object.fromEntries(filters),
		},
		...(appId === undefined ? {} : {constants: {app_id: appId}}),
		window: {...feishuOpenapi.window, maxMs: longestSpanMs},
		reachMs,
		reachZone: consoleZone,
		arrivesWithinMs: arrivesWithinMs.server,
	};
}

const notSaid: Readonly<Partial<Record<FilterName, string>>> = {
	request_id: 'which request id a call had',
	user_open_id: 'for which user a call was made',
	tenant_key: 'for which tenant a call was made',
};

/** Whether a call ended as asked: by the rule of the audit log, or with this HTTP status or this code. */
function hasStatus(row: unknown, asked: string): boolean {
	if (asked === 'success' || asked === 'failed') return isFailure(row, feishuOpenapi.outcome) === (asked === 'failed');
	return [valueAt(row, ['log_detail', 'status_code']), valueAt(responseOf(row), ['code'])].some(value => isWritten(value, asked));
}

/** What a call returned; undefined where that is no JSON. */
function responseOf(row: unknown): unknown {
	const text = valueAt(row, ['log_detail', 'response']);
	return typeof text === 'string' ? parseJson(text) : text;
}
