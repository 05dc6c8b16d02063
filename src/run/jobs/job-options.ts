import {formatPath} from '../../access/config/explain.ts';
import type {JobOptionValue} from '../../access/config/jobs-schema.ts';
import {UsageError} from '../../base/errors.ts';
import {nearestText} from '../../base/nearest.ts';
import type {ExportFlags, OptionRow} from '../../query/options.ts';

const keptWhole = 'an archive keeps every record as the API gave it, oldest first';

const onRun = 'it belongs to the command line of run';

/** Options that a subcommand has and a job cannot have, and why. */
const refused: Readonly<Record<string, string>> = {
	'since': 'the job has a key "since" of its own, beside "options"',
	'until': 'every run reads up to now; "lag" of the job leaves the newest time to the next run',
	'clip': 'a start that is out of reach is moved by itself',
	'format': keptWhole, 'fields': keptWhole, 'limit': keptWhole, 'order': keptWhole, 'labels': keptWhole,
	'escape-formulas': keptWhole, 'csv-bom': keptWhole,
	'output': '"dir" of the job says where its records go',
	'resume': 'an archive is always continued',
	'overwrite': 'an archive replaces nothing',
	'state': 'the archive is its own state',
	'profile': 'the job has a key "profile" of its own, beside "options"',
	'config': onRun, 'summary': onRun, 'dry-run': onRun, 'quiet': onRun, 'verbose': onRun, 'debug': onRun, 'progress': onRun, 'log-format': onRun,
};

/** The options of a job as they stand in the configuration. */
export type JobOptions = Readonly<Record<string, JobOptionValue>>;

/**
 * The flags that a job's options come to. Names are the long names of the options in any spelling: `page_size`,
 * `page-size` or `pageSize`; repeatable options take a list or one value. Values are checked as those of flags are.
 * @param options.rows the options that the source's subcommand has
 * @param options.path where the options stand, for messages
 * @throws UsageError with a line for every option that does not exist, that a job cannot have, or whose value is none
 */
export function flagsOfJob(options: JobOptions, {rows, file, path}: {
	rows: readonly OptionRow[]; file: string; path: readonly string[];
}): ExportFlags {
	const usable = new Map(rows.flatMap((row): Array<[string, OptionRow]> => refused[longNameOf(row)] === undefined ? [[longNameOf(row), row]] : []));
	const flags: Record<string, unknown> = {};
	const problems: string[] = [];
	for (const [key, value] of Object.entries(options)) {
		const name = dashed(key);
		const row = usable.get(name);
		const result = row === undefined ? {problem: whyNot(name, usable)} : valueOf(value, row);
		const attribute = attributeOf(name);
		if ('problem' in result) problems.push(`${file}: ${formatPath([...path, key])}: ${result.problem}`);
		else if (Object.hasOwn(flags, attribute)) problems.push(`${file}: ${formatPath([...path, key])}: given twice, in two spellings`);
		else if (result.value !== undefined) flags[attribute] = result.value;
	}
	if (problems.length > 0) throw new UsageError(problems.join('\n'), {hint: "a job's options are those of its source's subcommand, see audit-export sources"});
	return flags;
}

function whyNot(name: string, usable: ReadonlyMap<string, OptionRow>): string {
	const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
	if (reason !== undefined) return `not an option of a job: ${reason}`;
	return `unknown option, ${nearestText(name.replaceAll('-', '_'), [...usable.keys()].map(known => known.replaceAll('-', '_')))}`;
}

/** The value as commander would give it. */
function valueOf(value: JobOptionValue, {flags, repeatable = false}: OptionRow): {value: string | string[] | boolean | undefined} | {problem: string} {
	if (!/[<[]/.test(flags)) return typeof value === 'boolean' ? {value} : {problem: 'expected true or false'};
	const values = Array.isArray(value) ? value : [value];
	if (Array.isArray(value) && !repeatable) return {problem: 'expected one value, not a list'};
	if (values.length === 0) return {problem: 'expected at least one value'};
	if (values.some(entry => typeof entry === 'boolean')) return {problem: 'expected a string or a number'};
	const texts = values.map(String);
	return {value: repeatable ? texts : texts[0]};
}

/** The long name of an option without its dashes: `page-size`; `--no-resume` is the option `resume`. */
export function longNameOf({flags}: OptionRow): string {
	return /--(?:no-)?([a-z\d-]+)/.exec(flags)?.[1] ?? flags;
}

/** Whether an option decides which rows are asked for: an archive of other values is another archive. */
export function decidesRows(row: OptionRow): boolean {
	return row.group === 'Filters:' || longNameOf(row) === 'via';
}

/** What the command line parser calls an option of this long name: `pageSize`. */
export function attributeOf(name: string): string {
	return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function dashed(key: string): string {
	return key.replaceAll('_', '-').replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}
