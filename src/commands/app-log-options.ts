import type {Command} from 'commander';
import type {Context} from '../base/context.ts';
import {UsageError, type ExitCode} from '../base/errors.ts';
import {docs} from '../console/limits.ts';
import type {AppLogFlags} from '../console/open.ts';
import {searchOptions, searchOutline} from '../console/outline.ts';
import {searchFilters} from '../sources/app-log-filters.ts';
import {searchKinds, type SearchKind} from '../sources/app-log-kinds.ts';
import type {LearnCommandFlags} from './learn.ts';
import {mountOptions} from './mount-options.ts';

/** The options of `feishu-app-log learn`, as commander writes them. A file of its own, so that the help need not load the learner. */
export const learnOptions: ReadonlyArray<{readonly flags: string; readonly description: string}> = [
	{flags: '--kind <server|event|client>', description: 'learn only this search'},
	{flags: '--url <text>', description: "learn from requests with this text in their URL's path"},
	{flags: '--items <path>', description: 'where the answer holds the rows: data.list'},
	{flags: '--id <path|none>', description: 'the field of a row that tells it from all others'},
	{flags: '--time <path>', description: 'the field of a row that holds its time'},
	{
		flags: '--time-as <form>',
		description: "how a row's time is written: seconds, milliseconds, microseconds, or a pattern such as 'YYYY-MM-DD HH:mm:ss'",
	},
	{
		flags: '--since-at <place>',
		description: 'where the request has the start of the time range: json.filter.start, query.from, form.range.0',
	},
	{flags: '--until-at <place>', description: 'where the request has the end of the time range'},
	{flags: '--page-at <place|none>', description: 'where the request has the number of the page; none: a search is one page'},
	{flags: '--offset-at <place>', description: 'where the request has the number of rows to skip'},
	{flags: '--cursor-at <place>', description: 'where the request has the cursor of the page'},
	{flags: '--next-cursor <path>', description: 'where the answer has the cursor of the next page'},
	{flags: '--size-at <place>', description: 'where the request has the number of rows per page'},
	{flags: '--app-id-at <place>', description: "where the request has the app's id: path.3, header.x-app-id"},
	{flags: '--total <path>', description: 'where the answer states how many rows there are'},
	{flags: '--more <path>', description: 'where the answer says whether there are more'},
	{flags: '--timezone <zone>', description: 'the zone of times without an offset: Asia/Shanghai'},
	{
		flags: '--console <origin>',
		description: "the console's host, where it is none of the vendor's, or the profile's is another: https://host",
	},
	{flags: '--keep-session', description: "also keep the recording's session, for this console only, readable by you alone"},
	{flags: '-o, --output <file>', description: 'the request profile to write or add to; default the one that the searches use'},
	{flags: '--debug', description: 'show stack traces'},
];

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

/**
 * Of an option that takes one value the last would win, and the rows of the others would be missing without a word.
 * @throws UsageError for a filter that takes one value and is given several times
 */
function refuseRepeated(kind: SearchKind, argv: readonly string[]): void {
	for (const {flags, repeatable} of searchFilters[kind]) {
		const [name = ''] = flags.split(' ');
		const given = argv.filter(text => text === name || text.startsWith(`${name}=`));
		if (repeatable !== true && given.length > 1)
			throw new UsageError(`${name} is given ${given.length} times and takes one value`, {hint: 'run once for each value'});
	}
}

/** Adds `feishu-app-log` with its searches and `learn`. Options are mounted only where the command line names them. */
export function mountAppLog(
	program: Command, context: Context, {outcome, argv}: {outcome: {exitCode: ExitCode}; argv: readonly string[]},
): void {
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
		const command = appLog.command(kind).description(searchOutline(kind).title.replace(/^.*: /, ''))
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
