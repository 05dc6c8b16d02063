import {setMaxListeners} from 'node:events';
import {newArchiveResult, type ArchiveResult} from '../../archive/archive-result.ts';
import {runArchive} from '../../archive/run-archive.ts';
import type {Context} from '../../base/context.ts';
import {RecordWatch} from '../../engine/redactor.ts';
import {newCounters, type RunCounters, type RunStatus} from '../../engine/summary.ts';
import {exitCodes, InterruptedError} from '../../base/errors.ts';
import type {Budget} from '../../http/budget.ts';
import type {Log} from '../../base/log.ts';
import {failureOf} from '../../output/failure.ts';
import type {AuditRecord} from '../../base/record.ts';
import {readArchiveFacts, type ArchiveFacts} from '../../archive/facts.ts';
import {toJobSummary, type JobOutcome} from './job-summary.ts';
import type {Job} from './select-jobs.ts';
import {readLearned} from './last-run.ts';
import type {OpenJob} from './open-job.ts';

export interface RunJobOptions {
	readonly budget: Budget;
	readonly counters: RunCounters;
	readonly context: Context;
	/** Wait for as long as another run uses the archive. */
	readonly wait: boolean;
	readonly log: Log;
	readonly inspect: (records: readonly AuditRecord[]) => void;
}

/** Runs one job into its archive. Never throws: what went wrong is in the outcome. */
export async function runJob(open: OpenJob, {budget, counters, context, wait, log, inspect}: RunJobOptions): Promise<JobOutcome> {
	const {job, opened, overlapMs, asked, account} = open;
	const result = newArchiveResult();
	const stop = new AbortController();
	// Every request and every wait listens to it; the default of ten is a guess at leaks.
	setMaxListeners(0, stop.signal, context.signal);
	const onInterrupt = () => {
		stop.abort(context.signal.reason);
	};
	context.signal.addEventListener('abort', onInterrupt, {once: true});
	const startedAt = context.now();
	const beganAt = context.monotonic();
	const waitedBefore = budget.waitedMs;
	let watch: RecordWatch | undefined;
	let before: ArchiveFacts | undefined;
	let error: unknown;
	try {
		context.signal.throwIfAborted();
		before = await readArchiveFacts(job.dir);
		const {query, warnings} = open.resolve(before);
		for (const warning of warnings) log.warning(warning);
		const seen = new RecordWatch({redact: query.redact, source: query.source});
		watch = seen;
		const client = await opened.connect({
			timeoutMs: query.timeoutMs, retries: query.retries, maxResponseBytes: query.maxResponseBytes, budget, counters,
			context: {...context, signal: stop.signal},
			debug: log.debug,
			warn: message => {
				log.warning(message);
			},
		});
		await runArchive(
			{
				dir: job.dir, compression: job.compression, since: query.since, overlapMs, lagMs: job.lagMs, maxRecords: job.maxRecords,
				job: {source: job.source, query: asked, account, learned: await readLearned(job.dir)}, wait,
			},
			{
				query, client, counters, stop, context, log, result,
				inspect: records => {
					inspect(records);
					seen.see(records);
				},
			},
		);
	} catch (thrown) {
		error = thrown;
	} finally {
		context.signal.removeEventListener('abort', onInterrupt);
		watch?.tell(log, {whole: error === undefined});
	}
	const {facts: after, problem} = await factsOf(job.dir);
	error ??= problem;
	return outcomeOf({
		job, error, counters, result, before, after, startedAt,
		endedAt: context.now(),
		status: error === undefined ? finishedStatus(job, result, counters) : statusOf(error),
		source: opened.source,
		budgetWaitedMs: budget.waitedMs - waitedBefore,
		elapsedMs: context.monotonic() - beganAt,
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

function statusOf(error: unknown): RunStatus {
	return error instanceof InterruptedError ? 'interrupted' : 'failed';
}

/** What the archive comes to; undefined, and why, where that cannot be told. */
async function factsOf(dir: string): Promise<{facts?: ArchiveFacts | undefined; problem?: unknown}> {
	try {
		return {facts: await readArchiveFacts(dir)};
	} catch (problem) {
		return {problem};
	}
}
