import {exportOptions, type OptionRow} from '../query/options.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';
import {feishu} from '../sources/vendors/feishu.ts';
import {searchOutline} from './outline.ts';

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
