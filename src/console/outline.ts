import {exportOptions, type OptionRow} from '../query/options.ts';
import {feishuOpenapi} from '../sources/feishu-openapi.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {declaredOption, optionName, searchFilters} from '../sources/app-log-filters.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';
import {feishu} from '../sources/vendors/feishu.ts';
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

/** Every option of a search's subcommand, in the order of its help. */
export function searchOptions(kind: SearchKind): OptionRow[] {
	const asProfile = 'as the request profile says';
	const profileOnly = kind === 'server' ? ', with --via console' : '';
	const described: Readonly<Record<string, string>> = {
		...(kind === 'server'
			? {}
			: {
					'--page-size <n>': `rows per request; default and most ${asProfile}`,
					'--rate <n/duration>': `request budget; default ${asProfile}, else 2/1s`,
					[`--host <${Object.keys(feishu.hosts).join('|')}>`]:
						'send requests to this service instead of where the request profile says',
				}),
		'--base-url <url>':
			kind === 'server'
				? 'send requests here: tests, proxies, dedicated domains'
				: 'send requests, and the session with them, here instead of where the request profile says',
	};
	const rows = exportOptions(searchOutline(kind), Object.keys(feishu.hosts))
		.map(row => ({...row, description: described[row.flags] ?? row.description}));
	const connection = rows.findIndex(({group}) => group === 'Connection:');
	return rows.toSpliced(
		connection, 0,
		...(kind === 'server'
			? [
					{
						name: 'via', decides: 'rows' as const, group: 'Connection:', flags: '--via <openapi|console>',
						description: "openapi: the open platform's audit log (default); console: the developer console",
					},
				]
			: []),
		{
			name: 'requestProfile', group: 'Connection:', flags: '--request-profile <file>',
			description: `how the console is asked${profileOnly}; default what learn wrote`,
		},
	);
}
