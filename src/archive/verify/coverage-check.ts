import type {Report} from './finding.ts';

/** Time that a line says was read for the first time, or could not be read. */
export interface ReadWindow {
	readonly kind: 'segment' | 'gap';
	/** `[from, to)` in Unix milliseconds. */
	readonly from: number;
	readonly to: number;
	readonly line: number;
	readonly file: string | undefined;
}

/**
 * First readings and gaps follow one another without holes from the archive's start on: time that no line has, nobody
 * has read. @param since the archive's start, where it is known
 */
export function checkCoverage(windows: readonly ReadWindow[], since: number | undefined, report: Report): void {
	let covered = since;
	for (const {kind, from, to, line, file} of windows.toSorted((a, b) => a.from - b.from || a.line - b.line)) {
		covered ??= from;
		if (from > covered) report({kind: 'window_gap', file, since: covered, until: from, line, detail: 'no line before it says that this time was read'});
		// A window that was read can fail when it is looked at again for late rows: that is a gap, too.
		else if (from < covered && kind === 'segment') report({kind: 'window_overlap', file, since: from, until: Math.min(to, covered), line, detail: 'another line has this time, too'});
		covered = Math.max(covered, to);
	}
}
