import {displayWidth, fit, fitColumns, gap} from '../../output/formats/layout.ts';
import {createLocalTime} from '../../output/formats/time.ts';
import {visibleInTable} from '../../base/visible.ts';
import {DAY, HOUR, MINUTE, SECOND} from '../../base/duration.ts';
import {formatUtc} from '../../base/timezone.ts';
import type {JobState} from './job-state.ts';

/**
 * When a job's next run starts, Unix milliseconds; undefined where nobody said how often it runs, or where it did not start when
 * it should have: then nobody knows.
 */
function nextStartOf({lastRun}: JobState, now: number): number | undefined {
	if (lastRun?.every_ms == null) return undefined;
	const next = Date.parse(lastRun.started_at) + lastRun.every_ms;
	// A run that takes longer is followed by the next at once.
	return now < next + lastRun.every_ms ? next : undefined;
}

/** The state of a job as `status --format json` writes it: times as RFC 3339 in UTC, null for what is not known. */
export function toStatusJson(state: JobState, now: number): Record<string, unknown> {
	const {job, lastRun, archive, running, problem} = state;
	const next = nextStartOf(state, now);
	return {
		job: job.name,
		source: job.source,
		dir: job.dir,
		running,
		status: lastRun?.status ?? null,
		exit_code: lastRun?.exit_code ?? null,
		error: problem ?? lastRun?.error ?? null,
		last_run:
			lastRun === undefined
				? null
				: {
						started_at: lastRun.started_at, ended_at: lastRun.ended_at, records: lastRun.records, late_records: lastRun.late.records,
						requests: lastRun.requests, waited_ms: lastRun.waited_ms,
					},
		last_success_at: lastRun?.last_success_at ?? null,
		covered: archive === undefined ? null : {since: archive.since, until: archive.until},
		records: archive?.records ?? null,
		segments: archive?.segments ?? null,
		gaps: archive?.gaps ?? null,
		next_start_at: next === undefined ? null : formatUtc(next),
	};
}

/**
 * The states as a table, one line a job. Where the terminal is too narrow columns are left out: none is cut but the names.
 * @param options.width terminal columns; undefined where nothing is to be left out
 * @param options.now Unix milliseconds
 */
export function formatStatusTable(
	states: readonly JobState[], {now, timezone, width}: {now: number; timezone: string | undefined; width: number | undefined},
): string {
	const localTime = createLocalTime(timezone);
	const number = new Intl.NumberFormat('en');
	const isScheduled = states.some(state => nextStartOf(state, now) !== undefined);
	const nextRun = 6;
	const rows = [
		['job', 'status', 'last run', 'covered', 'records', 'gaps', 'next run', 'source'],
		...states.map(state => {
			const {job, lastRun, archive} = state;
			const next = nextStartOf(state, now);
			const covered =
				archive === undefined
					? ''
					: `${localTime(Date.parse(archive.since), false).slice(0, 10)} – ${localTime(Date.parse(archive.until), false)}`;
			return [
				job.name, statusText(state), lastRun === undefined ? '' : `${roughly(now - Date.parse(lastRun.ended_at))} ago`, covered,
				archive === undefined ? '' : number.format(archive.records), archive === undefined ? '' : String(archive.gaps.length),
				next === undefined ? '' : next <= now ? 'due' : `in ${roughly(next - now)}`, job.source,
			];
		}),
	].map(row => row.filter((_, column) => isScheduled || column !== nextRun).map(visibleInTable));
	const natural = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => displayWidth(row[column] ?? ''))));
	// A part of a date or a number would say something else: what does not fit is left out, and only names are cut.
	const widths = width === undefined ? natural : fitColumns(natural.map((size, column) => ({natural: size, isProse: column === 0})), width);
	return rows.map(row => `${widths.flatMap((limit, column) => {
		if (limit === 0) return [];
		const shown = fit(row[column] ?? '', limit);
		return `${shown.text}${' '.repeat(Math.max(0, limit - shown.width))}`;
	}).join(gap).trimEnd()}\n`).join('');
}

/**
 * What is wrong with a job for somebody who looks after it, if anything is.
 * @param options.maxLagMs how far it may be behind, beside what it leaves to the next run on purpose
 */
export function complaintOf({job, archive, problem}: JobState, {now, maxLagMs}: {now: number; maxLagMs: number}): string | undefined {
	if (problem !== undefined) return problem;
	if (archive === undefined) return 'there is no archive yet';
	const behindMs = now - job.lagMs - Date.parse(archive.until);
	const gaps = archive.gaps.filter(({until}) => Date.parse(until) > (job.acceptGapsBefore ?? -Infinity));
	const complaints = [
		...(behindMs > maxLagMs ? [`covered until ${archive.until}, which is ${roughly(now - Date.parse(archive.until))} ago`] : []),
		...(gaps.length > 0 ? [`${gaps.length} gaps, the first from ${gaps[0]?.since} to ${gaps[0]?.until}`] : []),
	];
	return complaints.length === 0 ? undefined : complaints.join('; ');
}

function statusText({lastRun, running, problem}: JobState): string {
	if (running) return 'running';
	if (problem !== undefined) return 'unreadable';
	if (lastRun === undefined) return 'never run';
	return lastRun.exit_code === 0 ? lastRun.status : `${lastRun.status} (${lastRun.exit_code})`;
}

/** A duration to the precision that a glance takes in: `42s`, `12m`, `5h`, `12d`. */
function roughly(ms: number): string {
	for (const [unit, size] of [['d', DAY], ['h', HOUR], ['m', MINUTE]] as const) {
		if (ms >= (unit === 'd' ? 2 : 1) * size) return `${Math.floor(ms / size)}${unit}`;
	}
	return `${Math.max(0, Math.floor(ms / SECOND))}s`;
}
