import type {SourceDefinition, SourceOption} from '../sources/types.ts';
import {formatDuration} from '../base/duration.ts';

/** One option as commander takes it; `group` is its heading in the help. */
export interface OptionRow {
	readonly flags: string;
	readonly description: string;
	readonly group: string;
	readonly repeatable?: boolean;
}

/**
 * What the export options parse to, before the merge with environment, configuration and defaults. No option has a
 * default of its own: that would hide a value from the configuration.
 */
export interface ExportFlags {
	readonly since?: string;
	readonly until?: string;
	readonly timezone?: string;
	readonly format?: string;
	readonly output?: string;
	readonly fields?: readonly string[];
	readonly limit?: string;
	readonly order?: string;
	readonly pageSize?: string;
	readonly window?: string;
	readonly rate?: string;
	readonly concurrency?: string;
	readonly timeout?: string;
	readonly retries?: string;
	readonly maxResponse?: string;
	readonly dryRun?: boolean;
	readonly redact?: readonly string[];
	readonly redactSecrets?: boolean;
	readonly state?: string;
	readonly overwrite?: boolean;
	readonly profile?: string;
	readonly config?: string;
	readonly baseUrl?: string;
	readonly host?: string;
	readonly summary?: string;
	readonly resume?: boolean;
	readonly escapeFormulas?: boolean;
	readonly csvBom?: boolean;
	readonly quiet?: boolean;
	readonly verbose?: boolean;
	readonly debug?: boolean;
	readonly progress?: boolean;
	readonly logFormat?: string;
	readonly labels?: string;
	readonly clip?: boolean;
	readonly filter?: readonly string[];
	readonly filterJson?: string;
	/** The source's own filters, by option name. */
	readonly [filter: string]: unknown;
}

/** Every option of a source's subcommand, in the order of its help. */
export function exportOptions(source: SourceDefinition, hosts: readonly string[]): OptionRow[] {
	const {budget, pagination, window} = source;
	const filters = Object.values<SourceOption>(source.options).map(({flags, description, repeatable = false}): OptionRow =>
		({flags, description, repeatable, group: 'Filters:'}));
	if (source.filter !== undefined) {
		filters.push(
			{group: 'Filters:', flags: '--filter <field=value>', description: `only rows whose field has this value, or one of several with commas (repeatable): ${Object.keys(source.filter.names).join(', ')}`, repeatable: true},
			{group: 'Filters:', flags: '--filter-json <json>', description: 'the filter as the API takes it'},
		);
	}
	const rows: Array<[group: string, flags: string, description: string, repeatable?: boolean]> = [
		['Range:', '--since <time>', 'first instant: RFC 3339, YYYY-MM-DD, Unix time, an age (15m 24h 7d 2w), now, today, yesterday; default 24h'],
		['Range:', '--until <time>', 'first instant no longer exported, in the same forms; default now'],
		...(source.reachMs === undefined ? [] : [['Range:', '--clip', `start at the earliest possible time where --since is more than ${formatDuration(source.reachMs)} ago`] as [string, string, string]]),
		['Range:', '--timezone <iana>', "for dates without an offset and for tables; default the system's"],
		['Output:', '-f, --format <name>', 'ndjson, json, csv or table; default by the output file name, else table on a terminal and ndjson elsewhere'],
		['Output:', '-o, --output <file>', 'write here, resuming an interrupted run of the same command; .gz and .zst are compressed; - is stdout'],
		['Output:', '--fields <a,b.c>', 'only these fields, in this order; also the columns of csv and table', true],
		['Output:', '--redact <a.b>', "replace these fields' values before anything is written; reaches into JSON text too", true],
		['Output:', '--redact-secrets', 'replace what looks like a credential anywhere in a record: passwords, tokens, keys, cookies'],
		['Output:', '--no-redact-secrets', 'keep them where the configuration says redact_secrets'],
		['Output:', '--limit <n>', 'stop after n records'],
		['Output:', '--order <order>', 'served: as the API serves them (default); time: oldest first over the whole export'],
		['Output:', '--no-resume', 'start over instead of continuing an interrupted run'],
		['Output:', '--no-escape-formulas', 'leave csv cells raw that a spreadsheet would run as formulas'],
		['Output:', '--csv-bom', 'start csv with a byte order mark, for Excel'],
		...(source.labels === undefined ? [] : [['Output:', '--labels <en|zh|off>', 'readable columns beside coded ones; default en for csv and tables, off for ndjson and json'] as [string, string, string]]),
		['Output:', '--state <file>', 'continue where the last successful run with this file ended'],
		['Output:', '--overwrite', 'let --state replace an output file that exists already'],
		['Output:', '--summary <file>', "write the run's summary as JSON; - is stderr"],
		['Requests:', '--dry-run', 'show the plan and the first request; no network'],
		['Requests:', '--page-size <n>', `rows per request, at most ${pagination.maxSize}; default ${pagination.defaultSize}`],
		['Requests:', '--window <duration>', `time per window${window.maxMs === undefined ? '' : `, at most ${formatDuration(window.maxMs)}`}; default ${formatDuration(window.defaultMs)}`],
		['Requests:', '--rate <n/duration>', `request budget; default ${budget.requests}/${formatDuration(budget.perMs)}`],
		['Requests:', '--concurrency <n>', `windows read at once; default ${source.concurrency}; results never depend on it`],
		['Requests:', '--timeout <duration>', 'per attempt; default 30s'],
		['Requests:', '--retries <n>', 'attempts after the first, per request; default 5'],
		['Requests:', '--max-response <size>', 'the most that an answer may have, decompressed: 64MiB, 200MB; default 256MiB'],
		...(hosts.length > 1 ? [['Connection:', `--host <${hosts.join('|')}>`, `which service; default ${hosts[0] ?? ''}`] as [string, string, string]] : []),
		['Connection:', '--profile <name>', 'profile of the configuration'],
		['Connection:', '--config <file>', 'configuration file, JSON or YAML'],
		['Connection:', '--base-url <url>', 'send API and token requests here: tests, proxies, dedicated domains'],
		['Messages:', '-q, --quiet', 'errors only'],
		['Messages:', '-v, --verbose', 'also tell of every window'],
		['Messages:', '--debug', 'also tell of every request, and show stack traces'],
		['Messages:', '--no-progress', 'no progress line on a terminal'],
		['Messages:', '--log-format <text|json>', 'how messages on stderr are written'],
	];
	return [...filters, ...rows.map(([group, flags, description, repeatable = false]) => ({group, flags, description, repeatable}))];
}
