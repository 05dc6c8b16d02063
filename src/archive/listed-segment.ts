import {formatUtc} from '../query/timezone.ts';
import {endOfPartition, parseSegmentPath} from './layout.ts';
import type {SegmentLine} from './manifest.ts';

/** A segment file as its line lists it. */
export interface ListedSegment {
	/** The number of its line. */
	readonly line: number;
	/** Below the archive's directory. */
	readonly file: string;
	/** Its window `[from, to)` in Unix milliseconds. */
	readonly from: number;
	readonly to: number;
	readonly records: number;
	/** Size and hash of the file as it lies there. */
	readonly bytes: number;
	readonly sha256: string;
	/** What it completes or replaces; undefined for the first reading of a window. */
	readonly completes: 'late' | 'gap' | 'replaces' | undefined;
}

/** The file that a line lists; undefined when its window needed none, or when it says what no line can say. */
export function listedSegment(line: SegmentLine): ListedSegment | undefined {
	const {file, sha256, records, bytes, replaces, completes} = line;
	if (file === null || sha256 === null) return undefined;
	return {
		line: line.line, file, from: Date.parse(line.since), to: Date.parse(line.until), records, bytes, sha256,
		completes: replaces === undefined ? completes : 'replaces',
	};
}

/** Why a segment cannot be called so, or undefined when it can. What no segment is called must not be opened: it could lie anywhere. */
export function nameProblem({file, from, to, line, completes}: ListedSegment): string | undefined {
	const name = parseSegmentPath(file);
	if (name === undefined) return 'no segment has such a name';
	if (name.from !== from || name.to !== to) return `its name says ${formatUtc(name.from)} to ${formatUtc(name.to)}`;
	if (from >= to) return 'its window is empty';
	if (to > endOfPartition(from)) return 'its window goes beyond the day of its partition';
	const late = completes === undefined ? undefined : line;
	return name.late === late ? undefined : `its name should ${late === undefined ? 'be that of a first reading' : `say late-${late}`}`;
}
