import type {Command} from 'commander';
import type {Context} from '../base/context.ts';
import type {ExitCode} from '../base/errors.ts';
import {optionsNamed, timeForms} from '../query/options.ts';
import type {VerifyFlags} from '../run/repair.ts';
import type {CatFlags} from './cat.ts';
import type {CompactFlags} from './compact.ts';
import {mountOptions} from './mount-options.ts';
import type {ReportFlags} from './report.ts';
import type {PruneFlags} from './prune.ts';

const requestProfileOption = {
	group: 'Log searches:', flags: '--request-profile <file>',
	description: "for an archive of the developer console's log searches: says where their rows have ids and times; " +
		"default the one learned",
};

const verifyOptions = [
	{group: 'Output:', flags: '-f, --format <text|json>', description: 'how to write it; default text'},
	{
		group: 'Output:', flags: '--accept-gaps-before <time>',
		description: 'known gaps that end by then count as whole, as the job of that archive may have it',
	},
	{
		group: 'Repair:', flags: '--repair',
		description: 'export again what is missing or damaged; damaged files are set aside, nothing is deleted',
	},
	...optionsNamed(['rate', 'timeout', 'retries', 'maxResponse', 'host', 'profile', 'config', 'baseUrl'], {
		rate: "request budget; default the source's",
	}),
	requestProfileOption,
	...optionsNamed(['quiet', 'debug', 'progress']),
];

const catOptions = [
	...optionsNamed(
		[
			'since', 'until', 'timezone', 'format', 'output', 'fields', 'wide', 'redact', 'redactSecrets', 'labels', 'escapeFormulas', 'csvBom',
			'config',
			'quiet', 'debug',
		],
		{
			since: `${timeForms}; default all`, until: 'first instant no longer wanted, in the same forms; default all',
			output: 'write here; .gz and .zst are compressed; - is stdout',
		},
	).filter(({flags}) => flags !== '--no-redact-secrets'),
	requestProfileOption,
];

const beforeOption = {
	group: 'Range:', flags: '--before <time>',
	description: 'remove the days, in UTC, that end by then; an age (365d) or a time as --since takes it',
};

/** Adds `verify`, `cat`, `prune` and `compact` to the command line. */
export function mountArchive(program: Command, context: Context, outcome: {exitCode: ExitCode}): void {
	const verify = program.command('verify').description('prove an archive whole: nothing missing, repeated or altered')
		.argument('<dir...>', 'directories of archives')
		.addHelpText('after', `
Recomputes every hash, count and order, and names what is wrong in a line each. Works while a run goes on. The exit code
is 0 when the archives are whole, 6 when something is wrong with one, 2 when one is none.

Examples:
  $ audit-export verify /var/log/audit/feishu
  $ audit-export verify /var/log/audit/feishu --format json | jq '.findings[] | {kind, file, since, until}'
  $ audit-export verify /var/log/audit/feishu --repair --profile production`);
	mountOptions(verify, verifyOptions);
	verify.action(async (dirs: readonly string[], flags: VerifyFlags) => {
		const {verifyCommand} = await import('./verify.ts');
		outcome.exitCode = await verifyCommand(dirs, flags, context);
	});
	const cat = program.command('cat').description('stream a range of an archive, oldest first')
		.argument('<dir>', "the archive's directory")
		.addHelpText('after', `
Reads only the segments that have a part in the range, and compares each with its hash before a row of it is written. A
segment that is missing or damaged ends it with exit code 6; so does time in the range that was not read yet.

Examples:
  $ audit-export cat /var/log/audit/feishu --since yesterday --until today | jq -c 'select(.ip == "203.0.113.7")'
  $ audit-export cat /var/log/audit/feishu --since 2026-11-01 -o november.csv.gz`);
	mountOptions(cat, catOptions);
	cat.action(async (dir: string, flags: CatFlags) => {
		const {catCommand} = await import('./cat.ts');
		outcome.exitCode = await catCommand(dir, flags, context);
	});
	const prune = program.command('prune')
		.description('forget old days of an archive, on the record')
		.argument('<job|dir>', 'a job of the configuration, or the directory of an archive')
		.addHelpText('after', `
A line of the manifest says which segments there were, how many records they had and by which rule they go, then they are
removed: the archive stays whole, and begins later. What was pruned is never exported again.

Examples:
  $ audit-export prune /var/log/audit/feishu --before 365d --dry-run
  $ audit-export prune calls --before 2026-01-01`);
	mountOptions(prune, [beforeOption, ...optionsNamed(['timezone', 'dryRun', 'config', 'quiet', 'debug'], {
		timezone: "for a date without an offset; default the system's", dryRun: 'show what would be removed, and remove nothing',
	})]);
	prune.action(async (name: string, flags: PruneFlags) => {
		const {pruneCommand} = await import('./prune.ts');
		await pruneCommand(name, flags, context);
	});
	const compact = program.command('compact')
		.description('make one file of those of each closed day of an archive')
		.argument('<job|dir>', 'a job of the configuration, or the directory of an archive')
		.addHelpText('after', `
Closed are days in which no run looks for late rows any more, and that have no gap. Their rows stay byte for byte, oldest
first; the files that they were in are removed once the new one is in the manifest.

Examples:
  $ audit-export compact calls
  $ audit-export compact /var/log/audit/feishu`);
	mountOptions(compact, [...optionsNamed(['config', 'quiet', 'debug']), requestProfileOption]);
	compact.action(async (name: string, flags: CompactFlags) => {
		const {compactCommand} = await import('./compact.ts');
		outcome.exitCode = await compactCommand(name, flags, context);
	});
	const report = program.command('report')
		.description('write one HTML page about archives and exports: coverage, counts, proof')
		.argument('<dir|file...>', 'directories of archives, and NDJSON files of exports')
		.addHelpText('after', `
The page needs no network and no script. Every segment is compared with its hash while it is read; where something is
missing the page says so, and the exit code is 6. Counts are by day and hour, by outcome, and by the commonest values.

Examples:
  $ audit-export report /var/log/audit/feishu -o report.html
  $ audit-export report calls.ndjson.gz --timezone Asia/Shanghai --labels zh -o report.html`);
	mountOptions(report, [
		...optionsNamed(['output', 'timezone', 'labels', 'config', 'quiet', 'debug'], {
			output: 'write the page here; - is stdout', timezone: 'of the days, hours and times; default UTC', labels: 'the language of the page: en (default) or zh',
		}),
		requestProfileOption,
	]);
	report.action(async (names: string[], flags: ReportFlags) => {
		const {reportCommand} = await import('./report.ts');
		outcome.exitCode = await reportCommand(names, flags, context);
	});
}
