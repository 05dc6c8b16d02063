import {formatPath} from '../../access/config/explain.ts';
import type {JobOptionValue} from '../../access/config/jobs-schema.ts';
import {UsageError} from '../../base/errors.ts';
import {nearestText} from '../../base/nearest.ts';
import {dashed, type ExportFlags, type OptionRow, snakeCase} from '../../query/options.ts';

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
	const known = new Map(rows.map(row => [dashed(row.name), row]));
	const flags: Record<string, unknown> = {};
	const problems: string[] = [];
	for (const [key, value] of Object.entries(options)) {
		const name = dashed(key);
		const row = known.get(name);
		const result = row === undefined || row.notInJobs !== undefined ? {problem: whyNot(name, row, rows)} : valueOf(value, row);
		const attribute = row?.name ?? name;
		if ('problem' in result) problems.push(`${file}: ${formatPath([...path, key])}: ${result.problem}`);
		else if (Object.hasOwn(flags, attribute)) problems.push(`${file}: ${formatPath([...path, key])}: given twice, in two spellings`);
		else if (result.value !== undefined) flags[attribute] = result.value;
	}
	if (problems.length > 0)
		throw new UsageError(problems.join('\n'), {hint: "a job's options are those of its source's subcommand, see audit-export sources"});
	return flags;
}

function whyNot(name: string, row: OptionRow | undefined, rows: readonly OptionRow[]): string {
	if (row !== undefined) return `not an option of a job: ${row.notInJobs ?? ''}`;
	return `unknown option, ${nearestText(
		snakeCase(name), rows.filter(({notInJobs}) => notInJobs === undefined).map(other => snakeCase(other.name)),
	)}`;
}

/** The value as commander would give it. */
function valueOf(
	value: JobOptionValue, {flags, repeatable = false}: OptionRow,
): {value: string | string[] | boolean | undefined} | {problem: string} {
	if (!/[<[]/.test(flags)) return typeof value === 'boolean' ? {value} : {problem: 'expected true or false'};
	const values = Array.isArray(value) ? value : [value];
	if (Array.isArray(value) && !repeatable) return {problem: 'expected one value, not a list'};
	if (values.length === 0) return {problem: 'expected at least one value'};
	if (values.some(entry => typeof entry === 'boolean')) return {problem: 'expected a string or a number'};
	const texts = values.map(String);
	return {value: repeatable ? texts : texts[0]};
}
