import {formatDuration} from '../base/duration.ts';
import type {SourceDefinition, SourceOption} from '../sources/types.ts';
import {formatNames} from './format-names.ts';

/** What an option's value must be in the configuration; the checks themselves are the settings'. */
export type ValueKind = 'names' | 'positive' | 'whole' | 'duration' | 'rate' | 'size' | 'timezone' | 'text' | 'yes-or-no' | readonly string[];

/**
 * One option, everywhere it can stand. From its row come the command line and its types, the configuration's defaults, a
 * job's options, the subsets that other commands take, and what makes two runs the same.
 */
interface Declared {
	/** Its heading in the help. */
	readonly group: 'Range:' | 'Output:' | 'Requests:' | 'Connection:' | 'Messages:';
	/** The argument as help shows it: `<n>`. Without one it is a switch. */
	readonly takes?: string;
	/** One letter. */
	readonly short?: string;
	/** A switch that is on by default and has `--no-…` alone. */
	readonly isOff?: true;
	/** Names with commas between them; the option may be repeated. */
	readonly isList?: true;
	readonly description: string | ((source: SourceDefinition) => string);
	/** Of a switch that the configuration can turn on: what its `--no-…` does. */
	readonly negated?: string;
	/** Sources that have it. Default all. */
	readonly only?: (source: SourceDefinition) => boolean;
	/**
	 * What it decides: which rows are asked for, what is kept of each, how they are written, or only how the run goes. A state
	 * file of other rows is another one, an archive also of other records, an interrupted file also of other bytes.
	 */
	readonly decides: 'rows' | 'records' | 'bytes' | 'run';
	/** Why a job cannot have it; absent where it can. */
	readonly notInJobs?: string;
	/** What the configuration may let it default to, under its name in snake_case; absent where it has no default there. */
	readonly configured?: ValueKind;
}

const keptWhole = 'an archive keeps every record as the API gave it, oldest first';
const onRun = 'it belongs to the command line of run';
/** What a start of a range may be. */
export const timeForms = 'first instant: an age (15m 24h 7d 2w), "yesterday 02:00", YYYY-MM-DD, RFC 3339, Unix time, now, today';
const ownKey = (key: string) => `the job has a key "${key}" of its own, beside "options"`;

/** Every option of an export but its source's filters, by the name that it has in code, in the order of the help. */
const table = {
	since: {
		group: 'Range:', takes: '<time>', decides: 'run', notInJobs: ownKey('since'),
		description: `${timeForms}; default 24h`,
	},
	until: {
		group: 'Range:', takes: '<time>', decides: 'run',
		notInJobs: 'every run reads up to now; "lag" of the job leaves the newest time to the next run',
		description: 'first instant no longer exported, in the same forms; default now',
	},
	clip: {
		group: 'Range:', decides: 'run', notInJobs: 'a start that is out of reach is moved by itself',
		only: ({reachMs}) => reachMs !== undefined,
		description: ({reachMs = 0}) =>
			`start at the earliest possible time where --since is further back than that (${formatDuration(reachMs)})`,
	},
	timezone: {
		group: 'Range:', takes: '<zone>', decides: 'bytes', configured: 'timezone',
		description: "for dates without an offset, for tables and the time of csv; default the system's, for csv UTC",
	},
	format: {
		group: 'Output:', short: 'f', takes: '<name>', decides: 'bytes', notInJobs: keptWhole, configured: formatNames,
		description: `${formatNames.slice(0, -1).join(', ')} or ${formatNames.at(-1)}; default by the output file name, else table on a terminal and ndjson elsewhere`,
	},
	output: {
		group: 'Output:', short: 'o', takes: '<file>', decides: 'run', notInJobs: '"dir" of the job says where its records go',
		description: 'write here, resuming an interrupted run of the same command; .gz and .zst are compressed; - is stdout',
	},
	fields: {
		group: 'Output:', takes: '<a,b.c>', isList: true, decides: 'bytes', notInJobs: keptWhole, configured: 'names',
		description: 'only these fields, in this order; also the columns of csv and table',
	},
	wide: {group: 'Output:', description: 'a table that leaves out and cuts nothing, for less -S', decides: 'bytes', notInJobs: keptWhole},
	redact: {
		group: 'Output:', takes: '<a.b>', isList: true, decides: 'records', configured: 'names',
		description: "replace these fields' values before anything is written; reaches into JSON text too",
	},
	redactSecrets: {
		group: 'Output:', negated: 'keep them where the configuration says redact_secrets', decides: 'records', configured: 'yes-or-no',
		description: 'replace what looks like a credential anywhere in a record: passwords, tokens, keys, cookies',
	},
	limit: {group: 'Output:', takes: '<n>', description: 'stop after n records', decides: 'bytes', notInJobs: keptWhole},
	order: {
		group: 'Output:', takes: '<order>', decides: 'bytes', notInJobs: keptWhole, configured: ['time', 'served'],
		description: 'time: oldest first over the whole export (default of tables); served: as the API serves them (default of others)',
	},
	resume: {
		group: 'Output:', isOff: true, decides: 'run', notInJobs: 'an archive is always continued',
		description: 'start over instead of continuing an interrupted run',
	},
	escapeFormulas: {
		group: 'Output:', isOff: true, decides: 'bytes', notInJobs: keptWhole,
		description: 'leave csv cells raw that a spreadsheet would run as formulas',
	},
	csvBom: {group: 'Output:', description: 'start csv with a byte order mark, for Excel', decides: 'bytes', notInJobs: keptWhole},
	labels: {
		group: 'Output:', takes: '<en|zh|off>', only: ({labels}) => labels !== undefined, decides: 'bytes', notInJobs: keptWhole,
		description: 'readable columns beside coded ones; default en for csv and tables, off for ndjson and json',
	},
	state: {
		group: 'Output:', takes: '<file>', decides: 'run', notInJobs: 'the archive is its own state',
		description: 'continue where the last successful run with this file ended',
	},
	overwrite: {
		group: 'Output:', decides: 'run', notInJobs: 'an archive replaces nothing',
		description: 'let --state replace an output file that exists already',
	},
	summary: {
		group: 'Output:', takes: '<file>', decides: 'run', notInJobs: onRun,
		description: "write the run's summary as JSON; - is stderr",
	},
	dryRun: {group: 'Requests:', description: 'show the plan and the first request; no network', decides: 'run', notInJobs: onRun},
	pageSize: {
		group: 'Requests:', takes: '<n>', decides: 'bytes', configured: 'positive',
		description: ({pagination}) => `rows per request, at most ${pagination.maxSize}; default ${pagination.defaultSize}`,
	},
	window: {
		group: 'Requests:', takes: '<duration>', decides: 'bytes', configured: 'duration',
		description: ({window: {maxMs, defaultMs, days}}) =>
			`time per window${maxMs === undefined ? '' : `, at most ${formatDuration(maxMs)}`}; default `
			+ `${formatDuration(defaultMs)}${days === undefined ? ', longer where little happens' : ''}`,
	},
	rate: {
		group: 'Requests:', takes: '<n/duration>', decides: 'run', configured: 'rate',
		description: ({budget}) => `request budget; default ${budget.requests}/${formatDuration(budget.perMs)}`,
	},
	concurrency: {
		group: 'Requests:', takes: '<n>', decides: 'run', configured: 'positive',
		description: ({concurrency}) => `windows read at once; default ${concurrency}; results never depend on it`,
	},
	timeout: {
		group: 'Requests:', takes: '<duration>', decides: 'run', configured: 'duration',
		description: 'per attempt; default 30s',
	},
	retries: {
		group: 'Requests:', takes: '<n>', decides: 'run', configured: 'whole',
		description: 'attempts after the first, per request; default 5',
	},
	maxResponse: {
		group: 'Requests:', takes: '<size>', decides: 'run', configured: 'size',
		description: 'the most that an answer may have, decompressed: 64MiB, 200MB; default 256MiB',
	},
	host: {group: 'Connection:', takes: '<name>', description: 'which service, as for exports: feishu, lark', decides: 'run'},
	profile: {
		group: 'Connection:', takes: '<name>', decides: 'run', notInJobs: ownKey('profile'),
		description: 'profile of the configuration',
	},
	config: {
		group: 'Connection:', takes: '<file>', decides: 'run', notInJobs: onRun,
		description: 'configuration file, JSON or YAML',
	},
	baseUrl: {
		group: 'Connection:', takes: '<url>', decides: 'run',
		description: 'send API and token requests here: tests, proxies, dedicated domains',
	},
	quiet: {group: 'Messages:', short: 'q', description: 'errors only', decides: 'run', notInJobs: onRun},
	verbose: {group: 'Messages:', short: 'v', description: 'also tell of every window', decides: 'run', notInJobs: onRun},
	debug: {group: 'Messages:', description: 'also tell of every request, and show stack traces', decides: 'run', notInJobs: onRun},
	progress: {group: 'Messages:', isOff: true, description: 'no progress line on a terminal', decides: 'run', notInJobs: onRun},
	logFormat: {
		group: 'Messages:', takes: '<text|json>', decides: 'run', notInJobs: onRun,
		description: 'how messages on stderr are written',
	},
} as const satisfies Readonly<Record<string, Declared>>;

/** The options that every source has, by their names in code. */
export type OptionName = keyof typeof table;

/** What an option parses to: a text, a list of texts, or whether its switch was given. */
type ValueOf<Row> = Row extends {readonly isList: true} ? readonly string[] : Row extends {readonly takes: string} ? string : boolean;

/** What some options parse to. None has a default of its own: that would hide a value from the configuration. */
export type FlagsOf<Name extends OptionName> = {readonly [Key in Name]?: ValueOf<(typeof table)[Key]>};

/** An option's name in the configuration: `page_size`. */
type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
	? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
	: '';
type ConfiguredValue<Row> = Row extends {readonly configured: infer Kind}
	? Kind extends readonly string[] ? Kind[number]
		: Kind extends 'names' ? readonly string[]
			: Kind extends 'positive' | 'whole' ? number : Kind extends 'yes-or-no' ? boolean : string
	: never;

/** What the configuration lets the options of one source default to; checked when the file is read. */
export type SourceDefaults = {
	readonly [Name in OptionName as (typeof table)[Name] extends {readonly configured: ValueKind} ? SnakeCase<Name> : never]?:
		ConfiguredValue<(typeof table)[Name]> | undefined;
} & {
	/** What an offset counts, where a source's documentation leaves that open. */
	readonly offset_counts?: 'rows' | 'pages' | undefined;
};

/** What the options of an export parse to, before the merge with environment, configuration and defaults. */
export interface ExportFlags extends FlagsOf<OptionName> {
	readonly filter?: readonly string[];
	readonly filterJson?: string;
	/** The source's own filters, by option name. */
	readonly [filter: string]: unknown;
}

/** One option as commander takes it. */
export interface OptionRow {
	/** Its name in code: `pageSize`. */
	readonly name: string;
	/** As commander writes it: `-f, --format <name>`. */
	readonly flags: string;
	readonly description: string;
	/** Its heading in the help. */
	readonly group: string;
	/** It may be given several times. */
	readonly repeatable?: boolean;
	/** Its values are names with commas between them. */
	readonly isList?: boolean;
	/** What it decides. Default `run`. */
	readonly decides?: Declared['decides'];
	/** Why a job cannot have it. */
	readonly notInJobs?: string;
}

/** An option with the name that it has in code. */
type Named = Declared & {readonly name: string};

const rowsOfTable: readonly Named[] = Object.entries<Declared>(table).map(([name, declared]) => ({...declared, name}));

/** The options whose defaults the configuration may set, and what those may be. */
export const configuredOptions: ReadonlyArray<{readonly key: string; readonly kind: ValueKind}> = rowsOfTable
	.flatMap(({name, configured}) => configured === undefined ? [] : [{key: snakeCase(name), kind: configured}]);

/** Every option of a source's subcommand, in the order of its help. @param hosts the names that `--host` takes */
export function exportOptions(source: SourceDefinition, hosts: readonly string[]): OptionRow[] {
	const filter = {group: 'Filters:', decides: 'rows'} as const;
	const filters = Object.entries<SourceOption>(source.options)
		.map(([name, {flags, description, repeatable = false, picks}]): OptionRow => ({
			...filter, name, flags, description, repeatable, ...(picks === undefined ? {} : {decides: 'bytes', notInJobs: keptWhole}),
		}));
	if (source.filter !== undefined) {
		const names = Object.keys(source.filter.names).join(', ');
		filters.push({
			...filter, name: 'filter', flags: '--filter <field=value>', repeatable: true,
			description: `only rows whose field has this value, or one of several with commas (repeatable): ${names}`,
		}, {...filter, name: 'filterJson', flags: '--filter-json <json>', description: 'the filter as the API takes it'});
	}
	return [
		...filters,
		...rowsOfTable.flatMap(row => {
			if (row.only?.(source) === false) return [];
			if (row.name === 'host')
				return hosts.length < 2 ? [] : mounted({...row, takes: `<${hosts.join('|')}>`}, `which service; default ${hosts[0] ?? ''}`);
			return mounted(row, typeof row.description === 'string' ? row.description : row.description(source));
		}),
	];
}

/**
 * Some of the options of an export, for a command that takes them too, in the order given.
 * @param described what they say there, where that differs; needed for those whose description depends on the source
 */
export function optionsNamed(names: readonly OptionName[], described: Readonly<Partial<Record<OptionName, string>>> = {}): OptionRow[] {
	return names.flatMap(name => {
		const declared: Declared = table[name];
		return mounted({...declared, name}, described[name] ?? (typeof declared.description === 'string' ? declared.description : ''));
	});
}

function mounted({name, group, takes, short, isOff, isList, negated, decides, notInJobs}: Named, description: string): OptionRow[] {
	const long = dashed(name);
	const list = isList === true ? {repeatable: true, isList} : {};
	const row = {name, group, decides, ...list, ...(notInJobs === undefined ? {} : {notInJobs})};
	const letter = short === undefined ? '' : `-${short}, `;
	const given = {...row, flags: `${letter}--${isOff === true ? 'no-' : ''}${long}${takes === undefined ? '' : ` ${takes}`}`, description};
	return negated === undefined ? [given] : [given, {...row, flags: `--no-${long}`, description: negated}];
}

/** The long name of an option, without its dashes: `page-size` of `pageSize` and of `page_size`. */
export function dashed(name: string): string {
	return name.replaceAll('_', '-').replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** An option as the configuration names it: `page_size` of `pageSize`. */
export function snakeCase(name: string): string {
	return dashed(name).replaceAll('-', '_');
}
