import type {Command} from 'commander';
import type {Context} from '../base/context.ts';
import type {ExitCode} from '../base/errors.ts';
import type {OptionRow} from '../query/options.ts';
import type {VerifyFlags} from '../run/repair.ts';
import type {CatFlags} from './cat.ts';
import {mountOptions} from './mount-options.ts';

const requestProfileOption: OptionRow = {
	group: 'Log searches:', flags: '--request-profile <file>', description: "for an archive of the developer console's log searches: says where their rows have ids and times; default the one learned",
};

const verifyOptions: readonly OptionRow[] = [
	{group: 'Output:', flags: '-f, --format <text|json>', description: 'how to write it; default text'},
	{group: 'Output:', flags: '--accept-gaps-before <time>', description: 'known gaps that end by then count as whole, as the job of that archive may have it'},
	{group: 'Repair:', flags: '--repair', description: 'export again what is missing or damaged; damaged files are set aside, nothing is deleted'},
	{group: 'Repair:', flags: '--rate <n/duration>', description: "request budget; default the source's"},
	{group: 'Repair:', flags: '--timeout <duration>', description: 'per attempt; default 30s'},
	{group: 'Repair:', flags: '--retries <n>', description: 'attempts after the first, per request; default 5'},
	{group: 'Repair:', flags: '--max-response <size>', description: 'the most that an answer may have; default 256MiB'},
	{group: 'Repair:', flags: '--host <name>', description: 'which service, as for exports: feishu, lark'},
	{group: 'Repair:', flags: '--profile <name>', description: 'profile of the configuration'},
	{group: 'Repair:', flags: '--config <file>', description: 'configuration file, JSON or YAML'},
	requestProfileOption,
	{group: 'Repair:', flags: '--base-url <url>', description: 'send API and token requests here'},
	{group: 'Messages:', flags: '-q, --quiet', description: 'errors only'},
	{group: 'Messages:', flags: '--debug', description: 'also tell of every request, and show stack traces'},
	{group: 'Messages:', flags: '--no-progress', description: 'no progress line on a terminal'},
];

const catOptions: readonly OptionRow[] = [
	{group: 'Range:', flags: '--since <time>', description: 'first instant: RFC 3339, YYYY-MM-DD, Unix time, an age (15m 24h 7d 2w), now, today, yesterday; default all'},
	{group: 'Range:', flags: '--until <time>', description: 'first instant no longer wanted, in the same forms; default all'},
	{group: 'Range:', flags: '--timezone <iana>', description: "for dates without an offset and for tables; default the system's"},
	{group: 'Output:', flags: '-f, --format <name>', description: 'ndjson, json, csv or table; default by the output file name, else table on a terminal and ndjson elsewhere'},
	{group: 'Output:', flags: '-o, --output <file>', description: 'write here; .gz and .zst are compressed; - is stdout'},
	{group: 'Output:', flags: '--fields <a,b.c>', description: 'only these fields, in this order; also the columns of csv and table', repeatable: true},
	{group: 'Output:', flags: '--redact <a.b>', description: "replace these fields' values before anything is written; reaches into JSON text too", repeatable: true},
	{group: 'Output:', flags: '--redact-secrets', description: 'replace what looks like a credential anywhere in a record: passwords, tokens, keys, cookies'},
	{group: 'Output:', flags: '--labels <en|zh|off>', description: 'readable columns beside coded ones; default en for csv and tables, off for ndjson and json'},
	{group: 'Output:', flags: '--no-escape-formulas', description: 'leave csv cells raw that a spreadsheet would run as formulas'},
	{group: 'Output:', flags: '--csv-bom', description: 'start csv with a byte order mark, for Excel'},
	requestProfileOption,
	{group: 'Log searches:', flags: '--config <file>', description: 'configuration file, JSON or YAML'},
	{group: 'Messages:', flags: '-q, --quiet', description: 'errors only'},
	{group: 'Messages:', flags: '--debug', description: 'show stack traces'},
];

/** Adds `verify` and `cat` to the command line. */
export function mountArchive(program: Command, context: Context, outcome: {exitCode: ExitCode}): void {
	const verify = program.command('verify')
		.description('prove an archive whole: nothing missing, repeated or altered')
		.argument('<dir>', "the archive's directory")
		.addHelpText('after', `
Recomputes every hash, count and order, and names what is wrong in a line each. Works while a run goes on. The exit code
is 0 when the archive is whole, 6 when something is wrong with it, 2 when it is none.

Examples:
  $ audit-export verify /var/log/audit/feishu
  $ audit-export verify /var/log/audit/feishu --format json | jq '.findings[] | {kind, file, since, until}'
  $ audit-export verify /var/log/audit/feishu --repair --profile production`);
	mountOptions(verify, verifyOptions);
	verify.action(async (dir: string, flags: VerifyFlags) => {
		const {verifyCommand} = await import('./verify.ts');
		outcome.exitCode = await verifyCommand(dir, flags, context);
	});
	const cat = program.command('cat')
		.description('stream a range of an archive, oldest first')
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
}
