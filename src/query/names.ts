import {cleaned} from '../base/clean-text.ts';
import {UsageError} from '../base/errors.ts';
import {nearestText} from '../base/nearest.ts';
import type {SourceDefinition, SourceOption} from '../sources/types.ts';
import {snakeCase, type ExportFlags} from './options.ts';

/** Marks a field that the source does not declare, because its vendor added it since. */
const undeclaredMark = '?';

/** The entries of a list, wherever it was written: each text may hold several with commas, and blanks around them do not count. */
export function entriesOf(list: readonly string[]): string[] {
	return list.flatMap(text => text.split(',')).map(entry => cleaned(entry)).filter(entry => entry !== '');
}

/**
 * The names of fields in a list, as `entriesOf` reads it.
 * @param place where it stands, for messages
 * @throws UsageError for a list that names nothing: taken as nothing, it would be as if it had not been given
 */
export function namesOf(list: readonly string[], place: string): string[] {
	const names = entriesOf(list);
	if (list.length > 0 && names.length === 0)
		throw new UsageError(`${place}: ${JSON.stringify(list.join(','))} names no field`, {hint: 'name at least one, or leave it out'});
	return names;
}

/**
 * The fields that a source's own option picks, by the API's names for them or the rows'; undefined where it is not given.
 * @throws UsageError for a name that is neither, and beside `--fields`, which says the same
 */
export function pickedFields({options, columns}: Pick<SourceDefinition, 'options' | 'columns'>, flags: ExportFlags): string[] | undefined {
	for (const [name, {flags: written, picks}] of Object.entries<SourceOption>(options)) {
		const given = flags[name];
		if (picks === undefined || given === undefined) continue;
		const long = written.split(' ', 1)[0] ?? written;
		if (flags.fields !== undefined) throw new UsageError(`${long} and --fields both pick fields`, {hint: 'give one of them'});
		const fields = new Set(columns.flatMap(({path = []}) => [path[0], path.join('.')]));
		return (Array.isArray(given) ? given : [given]).map(entry => {
			const field = picks[String(entry)] ?? snakeCase(String(entry));
			if (fields.has(field)) return field;
			throw new UsageError(`${long} ${String(entry)}: there is no such field, ${nearestText(String(entry), Object.keys(picks))}`);
		});
	}
	return undefined;
}

/** The dotted path that an entry of `--redact` stands for. */
export function redactedPath(entry: string): string {
	return entry.startsWith(undeclaredMark) ? entry.slice(undeclaredMark.length) : entry;
}

/**
 * The entries of `--redact`, each known to name a declared field or marked as one that the vendor added: what is mistyped
 * would be written for good.
 * @param options.source undefined where its fields are not known
 * @param options.place where the list stands, for messages
 * @throws UsageError for a field that is not declared, and for a list that names nothing
 */
export function redactionsOf(
	list: readonly string[],
	{source, place = '--redact'}: {source: Pick<SourceDefinition, 'columns' | 'id' | 'time'> | undefined; place?: string | undefined},
): string[] {
	const entries = namesOf(list, place);
	if (source === undefined) return entries;
	const firsts = source.columns.map(({path, name}) => path?.[0] ?? name);
	const declared = [...new Set([...firsts, ...[source.id, source.time].flatMap(path => path === null ? [] : [firstOf(path)])])];
	for (const entry of entries) {
		const first = firstOf(entry);
		if (entry.startsWith(undeclaredMark) || declared.includes(first)) continue;
		throw new UsageError(`${place} ${entry}: no declared field is called "${first}", ${nearestText(first, declared)}`, {
			hint: `write ?${entry} for a field that the vendor added since`,
		});
	}
	return entries;
}

function firstOf(path: string): string {
	return path.split('.')[0] ?? path;
}
