import {newArchiveResult, type ArchiveResult} from '../../archive/archive-result.ts';
import {runArchive} from '../../archive/run-archive.ts';
import type {Context} from '../../base/context.ts';
import {newCounters, type RunCounters, type RunStatus} from '../../engine/summary.ts';
import {exitCodes} from '../../base/errors.ts';
import type {Budget} from '../../http/budget.ts';
import type {TokenPool} from '../../http/token.ts';
import type {Log} from '../../base/log.ts';
import {failureOf} from '../../output/failure.ts';
import {readArchiveFacts, type ArchiveFacts} from '../../archive/facts.ts';
import {statusOf, withRun} from '../session.ts';
import {toJobSummary, type JobOutcome} from './job-summary.ts';
import type {Job} from './select-jobs.ts';
import {readLearned} from './last-run.ts';
import type {OpenJob} from './open-job.ts';

export interface RunJobOptions {
	readonly budget: Budget;
	readonly tokenPool: TokenPool;
	readonly counters: RunCounters;
	readonly context: Context;
	/** Wait for as long as another run uses the archive. */
	readonly wait: boolean;
	/** Look for late rows in all of the overlap. Default false. */
	readonly isThorough?: boolean | undefined;
	readonly log: Log;
}

/** Runs one job into its archive. Never throws: what went wrong is in the outcome. */
export async function runJob(open: OpenJob, {wait, isThorough = false, ...running}: RunJobOptions): Promise<JobOutcome> {
	const {counters, context, log} = running;
	const {job, opened, overlapMs, asked, account} = open;
	const result = newArchiveResult();
	let before: ArchiveFacts | undefined;
	const ended = await withRun(running, async ({stop, connect}) => {
		before = await readArchiveFacts(job.dir);
		const {query, warnings} = open.resolve(before);
		for (const warning of warnings) log.warning(warning);
		await runArchive(
			{
				dir: job.dir, compression: job.compression, since: query.since, overlapMs, isThorough, lagMs: job.lagMs, maxRecords: job.maxRecords,
				keepMs: job.keepMs, compact: job.compact,
				job: {source: job.source, query: asked, account, learned: await readLearned(job.dir)}, wait,
			},
			{query, ...await connect(opened, query), counters, stop, context, log, result},
		);
	});
	const {facts: after, problem} = await factsOf(job.dir);
	const error = 'error' in ended ? ended.error : problem;
	return outcomeOf({
		...ended, job, error, result, before, after,
		endedAt: context.now(),
		status: error === undefined ? finishedStatus(job, result, counters) : statusOf(error),
		source: opened.source,
	});
}

/** The outcome of a job that could not even be opened, or was not begun. Never throws. */
export async function failedJob(job: Job, error: unknown, {now}: Pick<Context, 'now'>): Promise<JobOutcome> {
	const {facts} = await factsOf(job.dir);
	return outcomeOf({
		job, error, status: statusOf(error), counters: newCounters(), result: newArchiveResult(), before: facts, after: facts,
		startedAt: now(), endedAt: now(), source: {}, budgetWaitedMs: 0, elapsedMs: 0,
	});
}

function outcomeOf({error: thrown, status, endedAt, ...facts}: Omit<Parameters<typeof toJobSummary>[0], 'exitCode' | 'error'> & {
	readonly error: unknown; readonly status: RunStatus; readonly endedAt: number;
}): JobOutcome {
	const {job, startedAt, result: {account}} = facts;
	if (thrown === undefined) {
		const exitCode = status === 'complete' ? exitCodes.complete : exitCodes.incomplete;
		return {
			job, exitCode, startedAt, endedAt, error: undefined, account, summary: toJobSummary({...facts, status, exitCode, error: undefined}),
		};
	}
	const failure = failureOf(thrown);
	const {error, exitCode} = failure;
	return {job, exitCode, startedAt, endedAt, error, account, summary: toJobSummary({...facts, status, exitCode, error: failure})};
}

/** The outcome, when something went wrong after the job's own end. */
export function withFailure(outcome: JobOutcome, thrown: unknown): JobOutcome {
	const {error, message, hint, exitCode} = failureOf(thrown);
	return {
		...outcome, error, exitCode,
		summary: {...outcome.summary, status: 'failed', exit_code: exitCode, error: message, ...(hint === undefined ? {} : {hint})},
	};
}

/** Complete when nothing was strange and nothing is missing, but for the gaps that the user has accepted. */
function finishedStatus({acceptGapsBefore = -Infinity}: Job, {gaps}: ArchiveResult, {problems}: RunCounters): RunStatus {
	return problems.length === 0 && gaps.every(({to}) => to <= acceptGapsBefore) ? 'complete' : 'incomplete';
}

/** What the archive comes to; undefined, and why, where that cannot be told. */
async function factsOf(dir: string): Promise<{facts?: ArchiveFacts | undefined; problem?: unknown}> {
	try {
		return {facts: await readArchiveFacts(dir)};
	} catch (problem) {
		return {problem};
	}
}
