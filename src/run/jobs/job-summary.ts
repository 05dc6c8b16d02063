import type {ArchiveResult} from '../../archive/archive-result.ts';
import {growthStart, toSummary, type RunCounters, type RunStatus, type Summary} from '../../engine/summary.ts';
import type {ExitCode} from '../../base/errors.ts';
import {MINUTE} from '../../base/duration.ts';
import {formatUtc} from '../../base/timezone.ts';
import type {Account} from '../../output/account.ts';
import {earliestStart} from '../../sources/range.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import type {ArchiveFacts} from '../../archive/facts.ts';
import type {Job} from './select-jobs.ts';

interface Range {
	readonly since: string;
	readonly until: string;
}

/** How one job went: the summary of an export, whose range is the time that was read for the first time, and the archive's. */
export interface JobSummary extends Summary {
	readonly job: string;
	readonly dir: string;
	readonly exit_code: ExitCode;
	/** What to do about the error. */
	readonly hint?: string;
	/** Rows found in time that was read before, and how long after their time at most: what `overlap` must be longer than. */
	readonly late: {
		readonly records: number;
		readonly latest_by_ms: number;
		readonly windows: ReadonlyArray<Range & {readonly records: number; readonly late_by_ms: number}>;
	};
	/** Rows whose content was another when they were read again; the archive keeps the first. */
	readonly changed: number;
	/** Segments written. */
	readonly segments: number;
	/** What was removed, being older than `keep`. */
	readonly pruned: ArchiveResult['pruned'];
	/** Days that were made one segment each, and the segments that they were. */
	readonly compacted: ArchiveResult['compacted'];
	/** Open gaps of the archive, oldest first; `lost` where the source no longer gives out what is missing. */
	readonly gaps: ReadonlyArray<Range & {readonly reason: string; readonly lost: boolean}>;
	/** The time that the archive covers, but for the gaps; null before there is an archive. */
	readonly covered: Range | null;
	/** What the archive holds now; null before there is one. */
	readonly archive: {readonly records: number; readonly segments: number} | null;
	/** The last line of its manifest: whoever keeps this can prove later that nothing up to there was taken away or rewritten. */
	readonly head: ArchiveFacts['head'];
}

/** How a job's run ended. */
export interface JobOutcome {
	readonly job: Job;
	readonly exitCode: ExitCode;
	readonly summary: JobSummary;
	/** Whose rows the archive holds; undefined where nothing was read. */
	readonly account: Account | undefined;
	/** When it started and ended, Unix milliseconds. */
	readonly startedAt: number;
	readonly endedAt: number;
	/** What ended it before its end. */
	readonly error: unknown;
}

export interface JobSummaryOptions {
	readonly job: Job;
	readonly status: RunStatus;
	readonly exitCode: ExitCode;
	readonly result: ArchiveResult;
	readonly counters: RunCounters;
	/** What the archive came to before this run, and after it. */
	readonly before: ArchiveFacts | undefined;
	readonly after: ArchiveFacts | undefined;
	/** When the run started, Unix milliseconds. */
	readonly startedAt: number;
	readonly source: Pick<SourceDefinition, 'arrivesWithinMs' | 'reachMs' | 'reachZone'>;
	readonly budgetWaitedMs: number;
	readonly elapsedMs: number;
	readonly error: {readonly message: string; readonly hint: string | undefined} | undefined;
}

/** The summary of a job's run; times as RFC 3339 in UTC, durations in milliseconds. */
export function toJobSummary({
	job, status, exitCode, result, counters, before, after, startedAt, source, budgetWaitedMs, elapsedMs, error,
}: JobSummaryOptions): JobSummary {
	const until = Date.parse(after?.until ?? before?.until ?? formatUtc(startedAt));
	const since = before === undefined ? Date.parse(after?.since ?? formatUtc(until)) : Math.min(until, Date.parse(before.until));
	const goesOn = after !== undefined && status !== 'complete';
	return {
		job: job.name,
		dir: job.dir,
		...toSummary({
			source: job.source, since, until, status, counters, budgetWaitedMs, elapsedMs,
			mayGrowFrom: growthStart({since, until}, {readAt: startedAt, arrivesWithinMs: source.arrivesWithinMs}),
			partial: goesOn ? job.dir : undefined,
			error: error?.message,
		}),
		...(error?.hint === undefined ? {} : {hint: error.hint}),
		exit_code: exitCode,
		late: {
			records: result.late.records,
			latest_by_ms: result.late.latestByMs,
			windows: result.late.windows.map(({from, to, records, lateByMs}) => ({
				since: formatUtc(from), until: formatUtc(to), records, late_by_ms: lateByMs,
			})),
		},
		changed: result.changed,
		segments: result.segments,
		pruned: result.pruned,
		compacted: result.compacted,
		gaps: (after?.gaps ?? []).map(gap => ({...gap, lost: Date.parse(gap.until) <= earliestStart(source, startedAt + MINUTE)})),
		covered: after === undefined ? null : {since: after.since, until: after.until},
		archive: after === undefined ? null : {records: after.records, segments: after.segments},
		head: after?.head ?? null,
	};
}
