import {formatUtc} from '../../base/timezone.ts';
import {outsideGaps, withoutWindow} from '../gaps.ts';
import {readStanding, type ManifestLine, type SegmentLine, type Standing} from '../manifest.ts';

/**
 * Why what a line says the archive comes to does not follow from the line before, or undefined when it does.
 * @param replacedRecords records of the file that the line replaces
 */
export function standingProblem(standingBefore: Standing, line: ManifestLine, replacedRecords: number): string | undefined {
	const before = readStanding(standingBefore);
	const after = readStanding(line.standing);
	const until = Math.max(before.until, line.kind === 'gap' || isFirstReading(line) ? Date.parse(line.until) : 0);
	if (after.until !== until) return `it says that everything up to ${formatUtc(after.until)} was read, not ${formatUtc(until)}`;
	const isSegment = line.kind === 'segment';
	const replaced = isSegment && line.replaces !== undefined ? 1 : 0;
	const segments = before.segments + (isSegment && line.file !== null ? 1 : 0) - replaced;
	if (after.segments !== segments) return `it counts ${after.segments} segments, not ${segments}`;
	const records = before.records + (isSegment ? line.records : 0) - replaced * replacedRecords;
	if (after.records !== records) return `it counts ${after.records} records, not ${records}`;
	if (line.kind === 'archive') return undefined;
	const window = {from: Date.parse(line.since), to: Date.parse(line.until)};
	// More may count as a gap than before, for there may be too many to be told apart; none may vanish.
	const open = line.kind === 'gap' ? [...withoutWindow(before.gaps, window), window] : withoutWindow(before.gaps, window);
	return outsideGaps(open, after.gaps).length > 0 ? 'a gap that was open is not among the open ones any more' : undefined;
}

/** Whether a line tells of the first reading of a window, not of one that completes or replaces an earlier one. */
export function isFirstReading(line: ManifestLine): line is SegmentLine {
	return line.kind === 'segment' && line.completes === undefined && line.replaces === undefined;
}
