import {visibleInTable} from '../../base/visible.ts';
import {formatUtc} from '../../base/timezone.ts';

/**
 * What can be wrong with an archive:
 * - of the manifest: `line_unreadable`, `line_missing`, `line_order` (out of its place, or twice), `chain` (altered since the
 *   next line was written), `standing` (what a line says the archive comes to does not follow), `tail` (an unfinished line),
 *   `head` (the newest line that the last run knew is gone, or another);
 * - of the time covered: `window_gap` (no line says that it was read), `window_overlap` (read twice), `gap` (recorded: it
 *   could not be read, or not completely);
 * - of a segment: `name`, `listed_twice`, `missing`, `not_a_file`, `altered`, `unreadable`, `count`, `out_of_window`, `order`;
 * - of all segments together: `repeated` (a row that occurs twice), `unlisted` (a file that no line lists).
 */
export type FindingKind =
	| 'line_unreadable' | 'line_missing' | 'line_order' | 'chain' | 'standing' | 'tail' | 'head'
	| 'window_gap' | 'window_overlap' | 'gap'
	| 'name' | 'listed_twice' | 'missing' | 'not_a_file' | 'altered' | 'unreadable' | 'count' | 'out_of_window' | 'order'
	| 'repeated' | 'unlisted';

/** One thing that is wrong with an archive. */
export interface Finding {
	readonly kind: FindingKind;
	/** The file, below the archive's directory; undefined where it is about time that no file covers. */
	readonly file?: string | undefined;
	/** The window, in Unix milliseconds. */
	readonly since?: number | undefined;
	readonly until?: number | undefined;
	/** The manifest line, by its number: the first is 0. */
	readonly line?: number | undefined;
	/** What is wrong, for people. */
	readonly detail: string;
}

/** Takes findings as they are made. */
export type Report = (finding: Finding) => void;

/** What the manifest's own damage is called: lines that cannot be written again. */
export const manifestKinds: ReadonlySet<FindingKind> = new Set([
	'line_unreadable', 'line_missing', 'line_order', 'chain', 'standing', 'head', 'name', 'listed_twice', 'window_gap', 'window_overlap',
]);

/** A finding as one line of text. */
export function formatFinding(finding: Finding): string {
	return formatPlace(finding.kind, finding);
}

/** `<word>: <file> line <number>, <window>: <detail>`, as far as these apply, on one line whatever stands in them. */
export function formatPlace(word: string, {file, since, until, line, detail}: Omit<Finding, 'kind'>): string {
	const window = since === undefined || until === undefined ? undefined : `${formatUtc(since)} to ${formatUtc(until)}`;
	const place = [file, line === undefined ? undefined : `line ${line}`].filter(part => part !== undefined).join(' ');
	const where = [place, window].filter(part => part !== undefined && part !== '').join(', ');
	return visibleInTable(`${word}: ${where === '' ? '' : `${where}: `}${detail}`);
}

/** A finding as JSON shows it; what does not apply is null. */
export function findingToJson({kind, file, since, until, line, detail}: Finding): Record<string, unknown> {
	return {
		kind, file: file ?? null,
		since: since === undefined ? null : formatUtc(since), until: until === undefined ? null : formatUtc(until),
		line: line ?? null, detail,
	};
}
