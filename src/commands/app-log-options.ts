import type {Command} from 'commander';
import {searchFilters} from '../app-log/filters.ts';
import {searchKinds, type SearchKind} from '../app-log/kinds.ts';
import {docs} from '../app-log/limits.ts';
import {searchOutline} from '../app-log/outline.ts';
import type {AppLogFlags} from '../app-log/open.ts';
import type {Context} from '../context.ts';
import {UsageError, type ExitCode} from '../errors.ts';
import {feishu} from '../vendors/feishu.ts';
import {exportOptions, type OptionRow} from './export-options.ts';
import type {LearnCommandFlags} from './learn.ts';
import {learnOptions} from './learn-options.ts';
import {mountOptions} from './mount-options.ts';

const examples: Readonly<Record<SearchKind, readonly string[]>> = {
	server: [
		'server --since 24h --status failed                    works with FEISHU_APP_ID and FEISHU_APP_SECRET alone',
		'server --since 7d --url /open-apis/im/v1/messages | jq .log_detail.response',
		'server --via console --since 7d --request-id 20261120093012ABCDEF',
	],
	event: [
		'event --since 7d --status failed | jq .',
		'event --since yesterday --until today --event-type im.message.receive_v1 -o events.csv',
	],
	client: [
		'client --app-feature mini-program --since 24h',
		'client --app-feature web-app --since 7d --user-open-id ou_… --keyword timeout --keyword request',
	],
};

/** What follows the options in a search's help. */
const needs: Readonly<Record<SearchKind, string>> = {
	server: `Without --via console it reads the open platform's audit log of the app, which needs the permission
${searchOutline('server').scope}; audit-export feishu-openapi reaches further back.
With it, it needs a request profile and a session of the developer console: audit-export feishu-app-log learn --help`,
	event: 'Needs a request profile and a session of the developer console: audit-export feishu-app-log learn --help',
	client: `Needs a request profile and a session of the developer console: audit-export feishu-app-log learn --help
Client logs arrive up to a day late: the summary says from when on the result may still grow.`,
};

/** Every option of a search's subcommand, in the order of its help. */
export function searchOptions(kind: SearchKind): OptionRow[] {
	const asProfile = 'as the request profile says';
	const profileOnly = kind === 'server' ? ', with --via console' : '';
	const described: Readonly<Record<string, string>> = {
		...(kind === 'server' ? {} : {
			'--page-size <n>': `rows per request; default and most ${asProfile}`,
			'--rate <n/duration>': `request budget; default ${asProfile}, else 2/1s`,
			[`--host <${Object.keys(feishu.hosts).join('|')}>`]: 'send requests to this service instead of where the request profile says',
		}),
		'--base-url <url>': kind === 'server' ? 'send requests here: tests, proxies, dedicated domains' : 'send requests, and the session with them, here instead of where the request profile says',
	};
	const rows = exportOptions(searchOutline(kind), Object.keys(feishu.hosts))
		.map(row => ({...row, description: described[row.flags] ?? row.description}));
	const connection = rows.findIndex(({group}) => group === 'Connection:');
	return rows.toSpliced(connection, 0,
		...(kind === 'server' ? [{group: 'Connection:', flags: '--via <openapi|console>', description: "openapi: the open platform's audit log (default); console: the developer console"}] : []),
		{group: 'Connection:', flags: '--request-profile <file>', description: `how the console is asked${profileOnly}; default what learn wrote`});
}

/**
 * Of an option that takes one value the last would win, and the rows of the others would be missing without a word.
 * @throws UsageError for a filter that takes one value and is given several times
 */
function refuseRepeated(kind: SearchKind, argv: readonly string[]): void {
	for (const {flags, repeatable} of searchFilters[kind]) {
		const [name = ''] = flags.split(' ');
		const given = argv.filter(text => text === name || text.startsWith(`${name}=`));
		if (repeatable !== true && given.length > 1) throw new UsageError(`${name} is given ${given.length} times and takes one value`, {hint: 'run once for each value'});
	}
}

/** Adds `feishu-app-log` with its searches and `learn`. Options are mounted only where the command line names them. */
export function mountAppLog(program: Command, context: Context, {outcome, argv}: {outcome: {exitCode: ExitCode}; argv: readonly string[]}): void {
	const appLog = program.command('feishu-app-log')
		.description("Feishu/Lark developer console's log search: server calls, pushed events, client logs")
		.addHelpText('after', `
Examples:
${searchKinds.map(kind => `  $ audit-export feishu-app-log ${examples[kind][0]}`).join('\n')}
  $ audit-export feishu-app-log learn recording.har

The searches reach back 7 days and are asked for at most 24 hours at a time. The console has no documented interface:
"learn" reads how yours is asked from a recording of your own browser. "server" also works without.
Documentation: ${docs}`);
	if (!argv.includes('feishu-app-log')) return;
	for (const kind of searchKinds) {
		const command = appLog.command(kind)
			.description(searchOutline(kind).title.replace(/^.*: /, ''))
			.addHelpText('after', `
Examples:
${examples[kind].map(example => `  $ audit-export feishu-app-log ${example}`).join('\n')}

${needs[kind]}
Documentation: ${docs}`);
		if (argv.includes(kind)) mountOptions(command, searchOptions(kind));
		command.action(async (flags: AppLogFlags) => {
			refuseRepeated(kind, argv);
			const {appLogCommand} = await import('./app-log.ts');
			outcome.exitCode = await appLogCommand(kind, flags, context);
		});
	}
	const learn = appLog.command('learn')
		.argument('<recording.har>', "what the browser's network panel saved, with content")
		.description("learn from a recording how the console's searches are asked")
		.addHelpText('after', `
In the browser: open the app's log search in the developer console, open the network panel (F12), run each search that you
want and turn to its second page, then save the panel as HAR with content (Chrome: "Export HAR (with sensitive data)").
What is recognised is written as a request profile, without any secret; --keep-session also keeps the recording's session,
readable by you alone. Delete the recording afterwards: whoever has it is signed in as you.

Examples:
  $ audit-export feishu-app-log learn recording.har --keep-session
  $ audit-export feishu-app-log learn recording.har --kind event --items data.list --time push_time
  $ audit-export feishu-app-log event --since 7d`);
	if (argv.includes('learn')) for (const {flags, description} of learnOptions) learn.option(flags, description);
	learn.action(async (recording: string, flags: LearnCommandFlags) => {
		const {learnCommand} = await import('./learn.ts');
		await learnCommand(recording, flags, context);
	});
}
