import {feishuOpenapi} from '../sources/feishu-openapi.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {declaredOption, optionName, searchFilters} from '../sources/app-log-filters.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';
import {arrivesWithinMs, concurrency, consoleZone, defaultBudget, defaultPageSize, docs, longestSpanMs, reachMs, titles} from './limits.ts';

/** What is known of a search before a request profile is read: enough for the help, and for nothing else. */
export function searchOutline(kind: SearchKind): SourceDefinition {
	return {
		...feishuOpenapi,
		name: `feishu-app-log ${kind}`,
		title: `developer console log search: ${titles[kind]}`,
		docs,
		options: {
			appId: {
				flags: '--app-id <id>', parameter: 'app_id',
				description: 'the app: cli_…; default FEISHU_APP_ID, then the configuration',
			},
			...Object.fromEntries(searchFilters[kind].map(filter => [optionName(filter.name), declaredOption(filter)])),
		},
		budget: kind === 'server' ? feishuOpenapi.budget : defaultBudget,
		concurrency: kind === 'server' ? feishuOpenapi.concurrency : concurrency,
		pagination: kind === 'server' ? feishuOpenapi.pagination : {...feishuOpenapi.pagination, defaultSize: defaultPageSize},
		window: kind === 'server' ? {...feishuOpenapi.window, maxMs: longestSpanMs} : {defaultMs: longestSpanMs, maxMs: longestSpanMs},
		reachMs,
		reachZone: consoleZone,
		arrivesWithinMs: arrivesWithinMs[kind],
	};
}
