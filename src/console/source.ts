import {UsageError} from '../base/errors.ts';
import {parseRate} from '../base/given.ts';
import type {ApiRequest, BudgetLimit} from '../base/transport.ts';
import {searchFilters} from '../sources/app-log-filters.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';
import type {Pagination} from '../sources/pagination.ts';
import {column, timeColumn} from '../sources/types.ts';
import type {ParameterRule, ParameterValue, SourceDefinition, SourceOption, Column} from '../sources/types.ts';
import {filterOptions, type FilterSetting} from './filter-options.ts';
import {arrivesWithinMs, concurrency, defaultBudget, defaultPageSize, docs, longestSpanMs, reachMs, titles, whenEmpty} from './limits.ts';
import type {SearchProfile} from './profile.ts';
import {zoneOf, type TimeRange} from './time-range.ts';

/** A source like the others, for one search of the console. */
export interface ConsoleSourceParts extends FilterSetting {
	readonly range: TimeRange;
	readonly toRequest: (parameters: Readonly<Record<string, ParameterValue>>) => ApiRequest;
	/** The app of the configuration. */
	readonly appId: string | undefined;
}

/**
 * The source that a search of a request profile comes to.
 * @throws UsageError for an option that the profile cannot carry as it is given
 */
export function consoleSource({range, toRequest, appId, ...setting}: ConsoleSourceParts): SourceDefinition {
	const {kind, search, placeholders} = setting;
	const {request, response} = search;
	const pagination = paginationOf(search);
	const filters = filterOptions(setting);
	const hasAppId = placeholders.has('app_id');
	const parameters: Record<string, ParameterRule> = {
		...filters.parameters,
		since: {type: 'int', required: true},
		until: {type: 'int', required: true},
		page_size: {type: 'int', min: 1, max: pagination.maxSize},
		app_id: {type: 'string'},
	};
	return {
		name: `feishu-app-log ${kind}`,
		title: `developer console log search: ${titles[kind]}`,
		docs,
		vendor: 'feishu',
		scope: 'a session of the developer console',
		endpoint: {method: request.method, path: request.path},
		parameters,
		options: {appId: appIdOption({hasAppId, isSet: appId !== undefined}), ...filters.options},
		...(hasAppId && appId !== undefined ? {constants: {app_id: appId}} : {}),
		budget: budgetOf(search),
		concurrency,
		pagination,
		window: {defaultMs: longestSpanMs, maxMs: longestSpanMs, days: range.movingTimezone === undefined ? 'where-no-more' : 'always'},
		reachMs,
		reachZone: zoneOf(search),
		...(whenEmpty[kind] === undefined ? {} : {whenEmpty: whenEmpty[kind]}),
		arrivesWithinMs: arrivesWithinMs[kind],
		range: {start: 'since', end: 'until', unitMs: range.unitMs, startBound: 'inclusive', endBound: range.endBound},
		rows: response.rows.split('.'),
		id: response.id,
		time: response.time.at,
		readTime: range.read,
		toRequest,
		columns: columnsOf(kind, search),
	};
}

function appIdOption({hasAppId, isSet}: {hasAppId: boolean; isSet: boolean}): SourceOption {
	const option = {flags: '--app-id <id>', description: 'the app: cli_…', parameter: 'app_id'};
	// The environment may hold an app id for other sources: where there is no place for it, only the option is refused.
	return hasAppId
		? {...option, env: 'FEISHU_APP_ID', required: !isSet}
		: {...option, refusal: 'the request profile has no {app_id} and asks for the app that it was made for'};
}

function paginationOf({pages, response}: SearchProfile): Pagination {
	const size = pages.size ?? defaultPageSize;
	const sizes = {sizeParameter: 'page_size', defaultSize: size, maxSize: Math.max(size, pages.max_size ?? size)};
	const [total, more, cursor] = [response.total, response.more ?? response.last, response.cursor].map(path => path?.split('.'));
	switch (pages.style) {
		case 'page':
		case 'offset':
			return {
				style: 'numbered', pageParameter: pages.style, ...sizes,
				counts: pages.style === 'page' ? 'pages' : 'rows',
				...(pages.first === undefined ? {} : {first: pages.first}),
				...(total === undefined ? {} : {total}),
				...(more === undefined ? {} : {more}),
			};
		case 'cursor':
			return {
				style: 'token', tokenParameter: 'cursor', ...sizes, token: cursor ?? [], ...(more === undefined ? {} : {more}),
				tokenAtEnd: true,
				loose: true,
			};
		case 'none':
			// No answer has a member without a name: the first page is the last.
			return {style: 'token', tokenParameter: 'cursor', ...sizes, token: ['']};
	}
}

function budgetOf({rate}: SearchProfile): BudgetLimit {
	if (rate === undefined) return defaultBudget;
	const budget = parseRate(rate);
	if (budget === undefined)
		throw new UsageError(`the request profile's rate is none: ${JSON.stringify(rate)}`, {hint: 'write 2/1s or 100/1m'});
	return budget;
}

/** The columns of csv and tables: the row's time and identity, and what the request profile names; csv keeps the rest in `extra`. */
function columnsOf(kind: SearchKind, {response, fields = {}}: SearchProfile): readonly Column[] {
	const filtered = searchFilters[kind].flatMap(({name}) => fields[name] === undefined ? [] : [{name, path: fields[name]}]);
	const paths = new Set([...(response.id === null ? [] : [response.id]), response.time.at, ...filtered.map(({path}) => path)]);
	const meaning = (place: string) => {
		if (place === response.id) return 'identity of the row';
		if (place === response.time.at) return 'when it happened, as the console writes it';
		return `what --${filtered.find(({path}) => path === place)?.name.replaceAll('_', '-')} is compared with`;
	};
	// A column of that name is the row's time already, in one form for all sources.
	paths.delete('time');
	return [
		timeColumn,
		...[...paths].map((path, index) => column(path, 'json', meaning(path), path === response.time.at ? {} : {table: index + 2})),
	];
}
