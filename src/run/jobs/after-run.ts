import {resolve} from 'node:path';
import type {Context} from '../../base/context.ts';
import {exitCodes, type ExitCode} from '../../base/errors.ts';
import {visibleInJson} from '../../base/visible.ts';
import type {Log} from '../../base/log.ts';
import {writeFileAtomic} from '../../output/atomic.ts';
import {failureOf} from '../../output/failure.ts';
import {standardStreamOf} from '../../output/target.ts';
import {formatUtc} from '../../base/timezone.ts';
import {readJobState, type JobState} from './job-state.ts';
import type {Job} from './select-jobs.ts';
import {formatMetrics} from './metrics.ts';
import {runOnFailure} from './on-failure.ts';
import type {JobOutcome} from './job-summary.ts';
import type {RunSummary} from './run-summary.ts';

/** What is told to others when a run of jobs has ended. */
export interface AfterRun {
	/** The file of `--summary`, `-` for stderr. */
	readonly summary: string | undefined;
	/** The file of `--metrics`. */
	readonly metrics: string | undefined;
	/** The command of `--on-failure`. */
	readonly onFailure: string | undefined;
	/** All jobs of the configuration: metrics are about each, also of those that did not run now. */
	readonly jobs: readonly Job[];
	readonly secretVariables: ReadonlySet<string>;
	readonly context: Context;
	readonly log: Log;
}

/**
 * Writes what was asked for about a run that has ended.
 * @returns its exit code, which a file that cannot be written makes 1 where it was 0
 */
export async function tellOfRun(summary: RunSummary, outcomes: readonly JobOutcome[], after: AfterRun): Promise<ExitCode> {
	const {context, log} = after;
	const {masker} = context;
	const text = visibleInJson(masker.mask(`${JSON.stringify(summary, undefined, '\t')}\n`));
	const written = [
		await write('summary', after.summary, async () => text, after),
		await write(
			'metrics', after.metrics, async () => masker.mask(formatMetrics(await statesNow(after.jobs, outcomes), context.now())), after,
		),
	];
	const exitCode = summary.exit_code === exitCodes.complete && written.includes(false) ? exitCodes.api : summary.exit_code;
	if (exitCode !== exitCodes.complete && after.onFailure !== undefined) {
		const failed = summary.jobs.filter(job => job.exit_code !== exitCodes.complete).map(({job}) => job);
		const {output, problem} = await runOnFailure(
			after.onFailure, {exitCode, jobs: failed, summary: text},
			{env: context.env, cwd: context.cwd, signal: context.signal, masker, secretVariables: after.secretVariables},
		);
		for (const line of output.split('\n')) if (line !== '') log.notice(`on-failure: ${line}`);
		if (problem !== undefined) log.warning(`--on-failure: the command ${problem}`);
	}
	return exitCode;
}

async function write(
	what: 'summary' | 'metrics', path: string | undefined, textOf: () => Promise<string>, {context, log}: AfterRun,
): Promise<boolean> {
	if (path === undefined) return true;
	try {
		const text = await textOf();
		const stream = path === '-' ? 'stderr' : standardStreamOf(path);
		if (stream !== undefined) {
			context[stream].write(text);
			return true;
		}
		// A collector of another user reads the metrics, which name nothing but jobs.
		await writeFileAtomic(resolve(context.cwd, path), text, what === 'metrics' ? {newMode: 0o644} : {});
		return true;
	} catch (error) {
		const {message, hint} = failureOf(error);
		log.error(`the ${what} could not be written: ${message}`, hint);
		return false;
	}
}

/** The state of every job. A run that another one kept out has left no trace, but is the last there was. */
async function statesNow(jobs: readonly Job[], outcomes: readonly JobOutcome[]): Promise<JobState[]> {
	return Promise.all(
		jobs.map(async job => {
			const state = await readJobState(job);
			const outcome = outcomes.find(({job: {name}}) => name === job.name);
			if (outcome === undefined) return state;
			const {summary, exitCode, startedAt, endedAt} = outcome;
			const {last_success_at = null, every_ms = null} = state.lastRun ?? {};
			return {
				...state,
				lastRun: {...summary, exit_code: exitCode, started_at: formatUtc(startedAt), ended_at: formatUtc(endedAt), last_success_at, every_ms},
			};
		}),
	);
}
