import {formatUtc} from '../query/timezone.ts';
import type {Gap} from './gaps.ts';
import type {Standing} from './manifest.ts';

/** What an archive comes to, as `Standing` says, with times in Unix milliseconds. */
export interface ArchiveStanding {
	readonly until: number;
	readonly segments: number;
	readonly records: number;
	readonly gaps: readonly Gap[];
}

/** A line's standing. */
export function readStanding({until, segments, records, gaps}: Standing): ArchiveStanding {
	return {
		until: Date.parse(until),
		segments,
		records,
		gaps: gaps.map(gap => ({from: Date.parse(gap.since), to: Date.parse(gap.until), reason: gap.reason})),
	};
}

/** A standing as a line carries it. */
export function writeStanding({until, segments, records, gaps}: ArchiveStanding): Standing {
	return {until: formatUtc(until), segments, records, gaps: gaps.map(({from, to, reason}) => ({since: formatUtc(from), until: formatUtc(to), reason}))};
}
