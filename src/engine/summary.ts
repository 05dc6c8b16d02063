import {formatUtc} from '../query/time.ts';
import type {Problem} from './problems.ts';

/** How a run ended. */
export type RunStatus = 'complete' | 'incomplete' | 'failed' | 'interrupted';

/** What one run did, as counted so far; the progress line and the summary read it. */
export interface RunCounters {
	/** Records written, by this run and by those it resumed. */
	records: number;
	/** Those of them that record a failure. */
	failed: number;
	/** Those of them that are OCSF events of no class; absent in other formats. */
	baseEvents?: number | undefined;
	/** Rows delivered more than once, written once. */
	duplicates: number;
	/** Rows delivered again with another content, which is written beside the first. */
	changed: number;
	/** Windows finished. */
	windows: number;
	/** Where the last of them ends, Unix milliseconds; undefined before there is one. */
	finishedTo: number | undefined;
	requests: number;
	retries: number;
	/** Attempts refused for rate. */
	rateLimited: number;
	/** Milliseconds slept between attempts. */
	retryWaitMs: number;
	readonly problems: Problem[];
}

/** Counters of a run that has done nothing yet. */
export function newCounters(): RunCounters {
	return {
		records: 0, failed: 0, duplicates: 0, changed: 0, windows: 0, finishedTo: undefined,
		requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0, problems: [],
	};
}

/** The run's summary as `--summary` writes it; times as RFC 3339 in UTC, durations in milliseconds. */
export interface Summary {
	readonly source: string;
	readonly since: string;
	readonly until: string;
	readonly status: RunStatus;
	readonly records: number;
	/** How many of the records record a success and a failure; absent where the source does not say. */
	readonly outcomes?: {readonly success: number; readonly failed: number};
	/** Records that are OCSF events of no class; absent in other formats. */
	readonly base_events?: number;
	readonly duplicates: number;
	readonly changed: number;
	readonly windows: number;
	readonly requests: number;
	readonly retries: number;
	readonly rate_limited: number;
	readonly waited_ms: number;
	readonly elapsed_ms: number;
	readonly problems: ReadonlyArray<{readonly kind: string; readonly since: string; readonly until: string; readonly detail: string}>;
	/** From when on rows of the range may still arrive, or null where none are expected. */
	readonly may_grow_from: string | null;
	/** What continues the run, or null where nothing is left to continue. */
	readonly resume: {readonly partial: string; readonly hint: string} | null;
	/** The error that ended the run, if one did. */
	readonly error?: string;
}

/**
 * From when on a range may still get rows, Unix milliseconds; undefined where none are expected.
 * @param options.readAt when its reading began
 * @param options.arrivesWithinMs how late rows may arrive; undefined where the vendor does not say
 */
export function growthStart(
	{since, until}: {since: number; until: number}, {readAt, arrivesWithinMs}: {readAt: number; arrivesWithinMs: number | undefined},
): number | undefined {
	if (arrivesWithinMs === undefined) return undefined;
	const from = Math.max(since, readAt - arrivesWithinMs);
	return from < until ? from : undefined;
}

/** The summary object of a run. @param hasOutcomes whether its records say that they failed. Default false */
export function toSummary({source, since, until, status, counters, hasOutcomes = false, mayGrowFrom, budgetWaitedMs, elapsedMs, partial, error}: {
	source: string; since: number; until: number; status: RunStatus; counters: RunCounters; hasOutcomes?: boolean; mayGrowFrom: number | undefined;
	budgetWaitedMs: number; elapsedMs: number; partial: string | undefined; error: string | undefined;
}): Summary {
	return {
		source,
		since: formatUtc(since),
		until: formatUtc(until),
		status,
		records: counters.records,
		...(hasOutcomes ? {outcomes: {success: counters.records - counters.failed, failed: counters.failed}} : {}),
		...(counters.baseEvents === undefined ? {} : {base_events: counters.baseEvents}),
		duplicates: counters.duplicates,
		changed: counters.changed,
		windows: counters.windows,
		requests: counters.requests,
		retries: counters.retries,
		rate_limited: counters.rateLimited,
		waited_ms: Math.round(budgetWaitedMs + counters.retryWaitMs),
		elapsed_ms: Math.round(elapsedMs),
		problems: counters.problems.map(problem => ({
			kind: problem.kind, since: formatUtc(problem.since), until: formatUtc(problem.until), detail: problem.detail,
		})),
		may_grow_from: mayGrowFrom === undefined ? null : formatUtc(mayGrowFrom),
		resume: partial === undefined ? null : {partial, hint: 'run the same command again'},
		...(error === undefined ? {} : {error}),
	};
}
