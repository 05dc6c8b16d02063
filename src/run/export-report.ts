import {resolve} from 'node:path';
import type {Context} from '../base/context.ts';
import {growthStart, toSummary, type RunCounters} from '../engine/summary.ts';
import {ExportError} from '../base/errors.ts';
import {visibleInJson} from '../base/visible.ts';
import type {Log} from '../base/log.ts';
import {writeFileAtomic} from '../output/atomic.ts';
import {createRfc3339} from '../output/formats/time.ts';
import type {Output} from '../output/output.ts';
import {standardStreamOf} from '../output/target.ts';
import {formatDuration, HOUR} from '../base/duration.ts';
import type {Query} from '../query/query.ts';
import {systemTimezone} from '../base/system-timezone.ts';
import {formatUtc} from '../base/timezone.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {ExportFlags} from '../query/options.ts';
import type {Ended} from './session.ts';

/** The part of a run that tells how it went. */
export interface ReportedRun {
	readonly source: SourceDefinition;
	readonly flags: ExportFlags;
	readonly context: Context;
	readonly log: Log;
	/** The summary was asked for and could not be written. */
	summaryFailed: boolean;
}

/** Names every problem on stderr, and what became of the output. */
export function reportProblems({log, source}: ReportedRun, {ended: {counters, status}, partial}: ExportEnd): void {
	for (const problem of counters.problems) {
		log.error(`${source.name}: ${problem.kind} in ${formatUtc(problem.since)} to ${formatUtc(problem.until)}: ${problem.detail}`);
	}
	const kept = partial === undefined ? '' : `; what was written is kept as ${partial}, and the same command continues it`;
	if (status === 'incomplete') {
		const many = `${counters.problems.length} problem${counters.problems.length === 1 ? '' : 's'}`;
		log.error(`${source.name}: the export is not complete: ${many}, named above${kept}`, remedyFor(counters.problems));
	}
	const {changed, baseEvents = 0} = counters;
	if (baseEvents > 0) log.notice(`${source.name}: ${baseEventsText(baseEvents)}`);
	if (changed > 0)
		log.notice(
			`${source.name}: ${changed} row${changed === 1 ? ' was' : 's were'} changed by the API while the range was read; both contents are written`,
		);
	if (status === 'complete') log.verbose(`${source.name}: complete, ${counters.records} records in ${counters.requests} requests`);
}

/** Tells of OCSF events of no class. */
export function baseEventsText(count: number): string {
	return `${count === 1 ? '1 record is a Base Event' : `${count} records are Base Events`}: no class fits, or a field that it needs is missing`;
}

/** Rows that stray from their windows do so at each of their ends: more of these would lose more rows. */
function remedyFor(problems: RunCounters['problems']): string {
	return problems.every(({kind}) => kind === 'out_of_range')
		? 'the rows say other times than were asked for, perhaps in whole seconds or minutes, or the API ignores the range; if it stays, a larger --window has fewer ends where they are lost'
		: 'run the same command again; if it stays, a smaller --window narrows it down';
}

/** Says from when on the range may still get rows, where they are known to come much later than their time. */
export function reportGrowth({log, source}: ReportedRun, {query, readAt}: ExportEnd): void {
	const {arrivesWithinMs} = source;
	if (arrivesWithinMs === undefined || arrivesWithinMs <= HOUR) return;
	const from = growthStart(query, {readAt, arrivesWithinMs});
	if (from !== undefined)
		log.notice(`${source.name}: rows may arrive ${formatDuration(arrivesWithinMs)} late: from ${formatUtc(from)} on there may still be more`);
}

/** Tells somebody at a terminal what a file holds now, and that it replaced another. */
export function reportFile(
	{source, context, log}: ReportedRun, {query, ended: {counters}}: ExportEnd,
	{path, timezone, output}: {path: string | undefined; timezone: string | undefined; output: Output},
): void {
	if (path === undefined || standardStreamOf(path) !== undefined || context.stderr.isTTY !== true) return;
	const time = createRfc3339(timezone ?? systemTimezone());
	const {records, failed} = counters;
	const number = new Intl.NumberFormat('en');
	log.notice([
		`${source.name}: ${number.format(records)} record${records === 1 ? '' : 's'}${source.outcome === undefined ? '' : ` (${number.format(failed)} failed)`}`,
		`from ${time(query.since)} up to ${time(query.until)} in ${path}${output.replaces === true ? ', which replaces the file of that name' : ''}`,
	].join(' '));
}

/** How an export ended. */
export interface ExportEnd {
	/** The range that it read. */
	readonly query: Query;
	readonly ended: Ended<unknown>;
	/** When the reading of the range began, Unix milliseconds. */
	readonly readAt: number;
	/** What the same command continues, if anything. */
	readonly partial: string | undefined;
}

/** Writes the summary that was asked for. A failure to do so is told, and noted in the run. */
export async function writeSummary(run: ReportedRun, {query, ended, readAt, partial}: ExportEnd): Promise<void> {
	const {flags, context} = run;
	if (flags.summary === undefined) return;
	const summary = toSummary({
		...ended, source: query.source.name, since: query.since, until: query.until, partial,
		hasOutcomes: query.source.outcome !== undefined,
		mayGrowFrom: growthStart(query, {readAt, arrivesWithinMs: query.source.arrivesWithinMs}),
		error: 'error' in ended && ended.error instanceof Error ? ended.error.message : undefined,
	});
	const text = visibleInJson(context.masker.mask(`${JSON.stringify(summary, undefined, '\t')}\n`));
	const stream = flags.summary === '-' ? 'stderr' : standardStreamOf(flags.summary);
	if (stream !== undefined) {
		context[stream].write(text);
		return;
	}
	try {
		await writeFileAtomic(resolve(context.cwd, flags.summary), text);
	} catch (error) {
		// How the export ended stays what the run is judged by, and what the state goes by.
		if (!(error instanceof ExportError)) throw error;
		run.summaryFailed = true;
		const message = `the summary is missing: ${error.message}`;
		if (ended.status === 'complete') run.log.error(message, error.hint);
		else run.log.warning(message);
	}
}
