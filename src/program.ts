import {Argument, Command} from 'commander';
import {mountAppLog} from './commands/app-log-options.ts';
import {mountAirbyte} from './commands/airbyte-options.ts';
import {mountArchive} from './commands/archive-options.ts';
import {mountAuth} from './commands/auth-options.ts';
import type {RunCommandLine} from './commands/demo.ts';
import {mountDoctor} from './commands/doctor-options.ts';
import {exportOptions, type ExportFlags} from './query/options.ts';
import {mountOptions} from './commands/mount-options.ts';
import {mountRun} from './commands/run-options.ts';
import type {Context} from './base/context.ts';
import type {ExitCode} from './base/errors.ts';
import {sources} from './sources/index.ts';
import type {SourceDefinition, SourceOption} from './sources/types.ts';
import {vendors} from './sources/vendors/index.ts';

/** What a command leaves behind: the exit code of the process. */
export interface Outcome {
	exitCode: ExitCode;
}

/**
 * The command line: one subcommand per source, mounted from the registry. Commands load their code when they run, so
 * that `--help` stays as fast as parsing.
 * @param argv as `process.argv`, to tell which command is meant.
 * @param run runs another command line, for the demo.
 */
export function createProgram(context: Context, version: string, outcome: Outcome, argv: readonly string[], run: RunCommandLine): Command {
	const program = new Command('audit-export')
		.description('Export the audit logs of Feishu/Lark and Trae: complete, within the vendors\' limits, as NDJSON, CSV or a table.')
		.version(version, '-V, --version')
		.exitOverride()
		.configureOutput({
			writeOut: text => context.stdout.write(text),
			writeErr: text => context.stderr.write(text),
			// The process edge prints every error in one form.
			outputError: () => undefined,
		})
		.showSuggestionAfterError(true)
		.addHelpText('after', `
Examples:
  $ audit-export demo                                            see it work, no account needed
  $ audit-export feishu-openapi --since 24h                      a table on the terminal
  $ audit-export feishu-openapi --since yesterday --until today -o yesterday.csv.gz
  $ audit-export trae-openapi --since 30d --status failed | jq .
  $ audit-export feishu-openapi --since 7d --dry-run             what would be asked, and how long it takes

Credentials come from the environment (FEISHU_APP_ID, FEISHU_APP_SECRET, TRAE_APP_ID, TRAE_APP_SECRET)
or a configuration file, never from flags.`);

	program.commandsGroup('Sources:');
	for (const source of Object.values(sources)) mountSource(program, source, context, {outcome, isMeant: argv.includes(source.name)});
	mountAppLog(program, context, {outcome, argv});

	program.commandsGroup('Archives:');
	mountRun(program, context, outcome);
	mountArchive(program, context, outcome);

	program.commandsGroup('More:');
	mountAuth(program, context);
	mountDoctor(program, context, outcome);
	program.command('sources').description('what each source can do: limits, filters, columns with their types')
		.option('-f, --format <text|json>', 'how to write it; default text')
		.option('--schema <source>', "the JSON Schema of one source's rows instead: feishu-openapi")
		.action(async (flags: {format?: string; schema?: string}) => {
			const {sourcesCommand} = await import('./commands/sources.ts');
			await sourcesCommand(flags, context);
		});
	mountAirbyte(program, context, outcome);
	program.command('completion')
		.description('the script that makes a shell complete commands, options and their values')
		.addArgument(new Argument('<shell>', 'whose').choices(['bash', 'zsh', 'fish', 'powershell']))
		.addHelpText('after', `
Examples:
  $ source <(audit-export completion bash)                        also in ~/.bashrc
  $ audit-export completion zsh > "\${fpath[1]}/_audit-export"
  $ audit-export completion fish > ~/.config/fish/completions/audit-export.fish
  $ audit-export completion powershell | Out-String | Invoke-Expression`)
		.action(async (shell: string) => {
			const {completionCommand} = await import('./commands/completion.ts');
			completionCommand(shell, context);
		});
	// What the script asks with the line as far as it is typed.
	program.command('complete', {hidden: true}).argument('[words...]').allowUnknownOption()
		.action(async (words: readonly string[]) => {
			const {completeCommand} = await import('./commands/completion.ts');
			await completeCommand(program, words, context);
		});
	program.command('demo').description('one export from each source, against an in-process sandbox')
		.action(async () => {
			const {demoCommand} = await import('./commands/demo.ts');
			await demoCommand(context, run);
		});
	const sandbox = program.command('sandbox').description('the embedded stand-in for the remote APIs, on loopback')
		.option('--port <n>', 'port on 127.0.0.1, 0 for any; default 8787')
		.option('--records <n>', 'rows per source and day; default 1000')
		.option('--seed <n>', 'the same seed gives the same rows; default 1')
		.option('--latency <duration>', 'wait before every answer; default none')
		.option('--rate <real|off>', "enforce the vendors' request budgets; default real")
		.option('--order <ascending|descending>', 'in which order rows are served; default descending')
		.option('--ends <inclusive|exclusive>', 'how the end of a time range is read; default inclusive')
		.option('--offset <rows|pages>', 'what an offset counts; default rows')
		.option('--cap <n>', 'most rows that one query with offsets reaches; default as documented')
		.option('--largest-page <n>', 'most rows of such a page; larger ones are refused')
		.option('--console <page|offset|cursor>', "how the developer console's log search speaks on the wire; default page")
		.option('--console-reach <days|hours>', 'how it counts the last seven days; default days, by the calendar')
		.option('--totals <honest|saturating>', 'whether a total also counts what lies beyond the cap; default honest')
		.addHelpText('after', `
Point the exporter at it from another terminal:
  $ export FEISHU_APP_ID=cli_sandbox FEISHU_APP_SECRET=sandbox-feishu-secret
  $ audit-export feishu-openapi --since 24h --base-url http://127.0.0.1:8787
  $ export TRAE_APP_ID=trae_sandbox TRAE_APP_SECRET=sandbox-trae-secret
  $ audit-export trae-openapi --since 7d --base-url http://127.0.0.1:8787`);
	sandbox.action(async (flags: Record<string, string>) => {
		const {sandboxCommand} = await import('./commands/sandbox.ts');
		await sandboxCommand(flags, context);
	});
	return program;
}

/** Options are mounted only where the command line names the source: `--help` of the program lists none of them. */
function mountSource(
	program: Command, source: SourceDefinition, context: Context, {outcome, isMeant}: {outcome: Outcome; isMeant: boolean},
): void {
	const required = Object.values<SourceOption>(source.options).filter(option => option.required === true)
		.map(({flags}) => ` ${flags}`)
		.join('');
	const call = `audit-export ${source.name}${required}`;
	const command = program.command(source.name).description(source.title).addHelpText('after', `
Examples:
  $ ${call} --since 24h
  $ ${call} --since yesterday --until today -o ${source.name}.csv
  $ ${call} --since 7d -o ${source.name}.ndjson.gz --summary summary.json
  $ ${call} --since 24h --fields ${source.columns.slice(0, 3).map(column => column.name).join(',')} | jq .

${source.auth === 'user' ? 'Needs a user who signed in (audit-export auth login feishu) with' : 'Needs'} the permission ${source.scope}.
API: ${source.docs}`);
	if (!isMeant) return;
	mountOptions(command, exportOptions(source, Object.keys(vendors[source.vendor].hosts)));
	command.action(async (flags: ExportFlags) => {
		const [{exportCommand}, {openApi}] = await Promise.all([import('./run/export.ts'), import('./access/open-source.ts')]);
		outcome.exitCode = await exportCommand(openApi(source), flags, context);
	});
}
