import {cleaned} from '../base/clean-text.ts';
import {UsageError} from '../base/errors.ts';
import {nearestText} from '../base/nearest.ts';
import type {SourceDefinition} from '../sources/types.ts';

/** Marks a field that the source does not declare, because its vendor added it since. */
const undeclaredMark = '?';

/** The names of a list, wherever it was written: each entry may hold several with commas, and blanks around them do not count. */
export function namesOf(list: readonly string[] = []): string[] {
	return list.flatMap(entry => entry.split(',')).map(name => cleaned(name)).filter(name => name !== '');
}

/** The dotted path that an entry of `--redact` stands for. */
export function redactedPath(entry: string): string {
	return entry.startsWith(undeclaredMark) ? entry.slice(undeclaredMark.length) : entry;
}

/**
 * The entries of `--redact`, each known to name a declared field or marked as one that the vendor added: what is mistyped
 * would be written for good.
 * @param source undefined where its fields are not known
 * @throws UsageError for a field that is not declared, and for a list that names nothing
 */
export function redactionsOf(list: readonly string[], source: Pick<SourceDefinition, 'columns' | 'id' | 'time'> | undefined): string[] {
	const entries = namesOf(list);
	if (list.length > 0 && entries.length === 0) throw new UsageError('--redact: the list names no field');
	if (source === undefined) return entries;
	const firsts = source.columns.map(({path, name}) => path?.[0] ?? name);
	const declared = [...new Set([...firsts, ...[source.id, source.time].flatMap(path => path === null ? [] : [firstOf(path)])])];
	for (const entry of entries) {
		const first = firstOf(entry);
		if (entry.startsWith(undeclaredMark) || declared.includes(first)) continue;
		throw new UsageError(`--redact ${entry}: no declared field is called "${first}", ${nearestText(first, declared)}`, {hint: `write ?${entry} for a field that the vendor added since`});
	}
	return entries;
}

function firstOf(path: string): string {
	return path.split('.')[0] ?? path;
}
