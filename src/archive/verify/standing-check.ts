import {formatUtc} from '../../base/timezone.ts';
import type {Window} from '../../engine/windows.ts';
import {outsideGaps, withoutWindow} from '../gaps.ts';
import {startOfPartition} from '../layout.ts';
import {
	readStanding, replacedBy, type ArchiveStanding, type ManifestLine, type PruneLine, type SegmentLine, type Standing,
} from '../manifest.ts';
import type {Report} from './finding.ts';

/**
 * Why what a line says the archive comes to does not follow from the line before, or undefined when it does.
 * @param goneRecords records of the files that are replaced or removed by the line
 */
export function standingProblem(standingBefore: Standing, line: ManifestLine, goneRecords: number): string | undefined {
	const before = readStanding(standingBefore);
	const after = readStanding(line.standing);
	const until = Math.max(before.until, line.kind === 'gap' || isFirstReading(line) ? Date.parse(line.until) : 0);
	if (after.until !== until) return `it says that everything up to ${formatUtc(after.until)} was read, not ${formatUtc(until)}`;
	const hasRows = line.kind === 'segment' || line.kind === 'compact';
	const segments = before.segments + (hasRows && line.file !== null ? 1 : 0) - replacedBy(line).length;
	if (after.segments !== segments) return `it counts ${after.segments} segments, not ${segments}`;
	const records = before.records + (hasRows ? line.records : 0) - goneRecords;
	if (after.records !== records) return `it counts ${after.records} records, not ${records}`;
	if (line.kind === 'compact' && line.records !== goneRecords)
		return `it stands for ${goneRecords} records, and has ${line.records}`;
	const pruned = line.kind === 'prune' ? Date.parse(line.until) : before.pruned;
	if (after.pruned !== pruned) return 'it says of another time than the lines before it that it was pruned';
	if (line.kind === 'archive' || line.kind === 'compact') return undefined;
	if (line.kind === 'prune' && !isPrune(line, before)) return 'it prunes what is not there any more, or not yet';
	const window = {from: line.kind === 'prune' ? -Infinity : Date.parse(line.since), to: Date.parse(line.until)};
	// More may count as a gap than before, for there may be too many to be told apart; none may vanish.
	const open = line.kind === 'gap' ? [...withoutWindow(before.gaps, window), window] : withoutWindow(before.gaps, window);
	return lostGap(open, after.gaps);
}

/** Whether a line prunes whole days, from where the archive begins by now. */
function isPrune({since, until}: PruneLine, {pruned, until: covered}: ArchiveStanding): boolean {
	const to = Date.parse(until);
	return to === startOfPartition(to) && to <= covered && Date.parse(since) < to && (pruned === undefined || Date.parse(since) === pruned);
}

function lostGap(open: readonly Window[], after: readonly Window[]): string | undefined {
	return outsideGaps(open, after).length > 0 ? 'a gap that was open is not among the open ones any more' : undefined;
}

/** Whether a line tells of the first reading of a window, not of one that completes or replaces an earlier one. */
export function isFirstReading(line: ManifestLine): line is SegmentLine {
	return line.kind === 'segment' && line.completes === undefined && line.replaces === undefined;
}

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
		if (from > covered)
			report({kind: 'window_gap', file, since: covered, until: from, line, detail: 'no line before it says that this time was read'});
		// A window that was read can fail when it is looked at again for late rows: that is a gap, too.
		else if (from < covered && kind === 'segment')
			report({kind: 'window_overlap', file, since: from, until: Math.min(to, covered), line, detail: 'another line has this time, too'});
		covered = Math.max(covered, to);
	}
}
