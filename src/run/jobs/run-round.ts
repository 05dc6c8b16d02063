import type {LoadedConfig} from '../../access/config/load.ts';
import type {Context} from '../../base/context.ts';
import {exitCodes} from '../../base/errors.ts';
import type {Log} from '../../base/log.ts';
import {newCounters, type RunCounters} from '../../engine/summary.ts';
import type {Budget} from '../../http/budget.ts';
import type {TokenPool} from '../../http/token.ts';
import {failureOf} from '../../output/failure.ts';
import {waitingText} from '../progress.ts';
import type {Openable} from '../registry.ts';
import {jobLog} from './job-report.ts';
import {openJob, type OpenJob, type RunFlags} from './open-job.ts';
import type {JobOutcome} from './job-summary.ts';
import {failedJob, runJob, withFailure} from './run-job.ts';
import type {Job} from './select-jobs.ts';
import type {JobGroup, SharedBudgets} from './shared-budgets.ts';

/** Jobs that run at once, at most, by default: each holds a few open files, and the pages that it is reading. */
export const mostAtOnce = 200;

/** Running jobs that a progress line tells of by name: those that have run longest. */
const mostShown = 3;

/** How far a round is, for a progress line. */
export interface RoundProgress {
	readonly total: number;
	done: number;
	/** Those of `done` that did not end with exit code 0. */
	failed: number;
	/** What runs now, by the job's name. */
	readonly running: Map<string, {readonly counters: RunCounters; readonly budget: Budget}>;
}

export interface RoundOptions {
	readonly sourceNamed: (name: string) => Openable;
	readonly runFlags: RunFlags;
	readonly config: LoadedConfig;
	readonly context: Context;
	readonly budgets: SharedBudgets;
	readonly tokenPool: TokenPool;
	/** Wait for as long as another run uses an archive. */
	readonly wait: boolean;
	/** Look for late rows in all of the overlap. */
	readonly isThorough: boolean;
	/** Jobs that run at once, at most. */
	readonly atOnce: number;
	readonly log: Log;
	/** Told how far the round is as soon as it begins. */
	readonly onProgress: (progress: RoundProgress) => void;
	/** Keeps how a job ended. */
	readonly keep: (outcome: JobOutcome) => Promise<void>;
	/** Told of each job when it has ended. */
	readonly onEnd: (outcome: JobOutcome) => void;
}

/**
 * Runs jobs once, beside each other: those of one app wait for their one budget, and no other waits for them. Whatever a job throws, before
 * its start or after its end, is how that job ended: the others go on.
 * @returns how each ended, in the order of the jobs
 */
export async function runRound(jobs: readonly Job[], options: RoundOptions): Promise<JobOutcome[]> {
	const {budgets, context, log, onProgress, keep, onEnd} = options;
	const progress: RoundProgress = {total: jobs.length, done: 0, failed: 0, running: new Map()};
	onProgress(progress);
	const outcomes = new Map<string, JobOutcome>();
	const ended = async (ending: JobOutcome) => {
		let outcome = ending;
		try {
			await keep(ending);
		} catch (error) {
			// A job that did not go well keeps its own error.
			if (ending.error === undefined) outcome = withFailure(ending, error);
			else jobLog(log, ending.job.name).warning(`status and metrics will not know of this run: ${failureOf(error).message}`);
		}
		progress.done++;
		if (outcome.exitCode !== exitCodes.complete) progress.failed++;
		outcomes.set(outcome.job.name, outcome);
		onEnd(outcome);
	};
	const opened: OpenJob[] = [];
	await Promise.all(jobs.map(async job => {
		try {
			opened.push(await open(job, options));
		} catch (error) {
			await ended(await failedJob(job, error, context));
		}
	}));
	const order = (job: OpenJob) => jobs.indexOf(job.job);
	const groups = budgets.group(opened.toSorted((a, b) => order(a) - order(b)));
	// The first of each app, then the second: one with many jobs leaves room for the others.
	const longest = Math.max(0, ...groups.map(({jobs: members}) => members.length));
	const waiting = Array.from({length: longest}, (_, turn) => groups.flatMap(({jobs: members, budget}) => {
		const member = members[turn];
		return member === undefined ? [] : [{member, budget}];
	})).flat().values();
	await Promise.all(Array.from({length: options.atOnce}, async () => {
		for (const {member, budget} of waiting) await ended(await runOne(member, {...options, budget, progress}));
	}));
	return jobs.flatMap(({name}) => outcomes.get(name) ?? []);
}

async function open(job: Job, {sourceNamed, runFlags, context, config, log}: RoundOptions): Promise<OpenJob> {
	return openJob(job, {source: sourceNamed(job.source), runFlags, context, config, warn: jobLog(log, job.name).warning});
}

async function runOne(
	member: OpenJob, {context, log, wait, isThorough, tokenPool, budget, progress}: RoundOptions & Pick<JobGroup, 'budget'> & {progress: RoundProgress},
): Promise<JobOutcome> {
	const {name} = member.job;
	const own = jobLog(log, name);
	const counters = newCounters();
	progress.running.set(name, {counters, budget});
	try {
		return await runJob(member, {budget, tokenPool, counters, context, wait, isThorough, log: own});
	} catch (error) {
		return await failedJob(member.job, error, context);
	} finally {
		progress.running.delete(name);
	}
}

/** The progress line of a round: how many jobs are done, and what those that run have written or wait for. */
export function roundProgressText({total, done, failed, running}: RoundProgress, monotonic: () => number): string {
	const number = new Intl.NumberFormat('en');
	const shown = [...running].slice(0, mostShown);
	const parts = shown.map(([name, {counters, budget}]) => {
		const waiting = waitingText(budget, monotonic());
		const told = [`${number.format(counters.records)} records`, `${number.format(counters.requests)} requests`, waiting ?? []].flat();
		return `${name}: ${told.join(', ')}`;
	});
	const more = running.size - shown.length;
	return [
		`${done}/${total} jobs${failed === 0 ? '' : `, ${failed} failed`}${more === 0 ? '' : `, ${running.size} running`}`, ...parts,
		...(more === 0 ? [] : [`and ${more} more`]),
	].join(' · ');
}
