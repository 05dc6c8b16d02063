import type {Window} from '../engine/windows.ts';
import type {Account} from '../output/account.ts';
import type {Compacted} from './compact.ts';
import type {Gap} from './gaps.ts';

/** Rows of one window that came after it had been read. */
export interface LateWindow extends Window {
	readonly records: number;
	/** From the time of the latest of them to when it was found, in milliseconds: it came no later than that. */
	readonly lateByMs: number;
}

/** What a run did to an archive, filled in as it goes: what a run that fails has done by then is done. Times in Unix milliseconds. */
export interface ArchiveResult {
	/** Gaps are open, or something was missing or strange about a window. Settled by the end of the run. */
	status: 'complete' | 'incomplete';
	/** The time that the archive covers, but for the gaps; undefined before the archive was opened. */
	covered: {readonly since: number; readonly until: number} | undefined;
	/** Whose rows the archive holds, as far as this run and those before it tell; undefined while nothing was read. */
	account: Account | undefined;
	/** Records and segments written now. */
	records: number;
	segments: number;
	late: {records: number; latestByMs: number; readonly windows: LateWindow[]};
	/** Open gaps, oldest first. */
	gaps: readonly Gap[];
	/** Rows whose content was another when they were read again. The archive keeps both. */
	changed: number;
	/** What was removed at the end of the run, being older than the archive keeps. */
	pruned: {segments: number; records: number};
	/** Days that were made one segment each, and the segments that they were. */
	compacted: Compacted;
}

/** The result of a run that has done nothing yet. */
export function newArchiveResult(): ArchiveResult {
	return {
		status: 'incomplete', covered: undefined, account: undefined, records: 0, segments: 0, late: {records: 0, latestByMs: 0, windows: []},
		gaps: [], changed: 0, pruned: {segments: 0, records: 0}, compacted: {days: 0, segments: 0},
	};
}
