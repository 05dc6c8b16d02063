import {resolve} from 'node:path';
import {loadConfig, type LoadedConfig} from '../access/config/load.ts';
import {secretVariables} from '../access/config/own-variables.ts';
import type {Context} from '../base/context.ts';
import {formatDuration, requireDuration, SECOND} from '../base/duration.ts';
import {ExportError, type ExitCode} from '../base/errors.ts';
import {oneOf, requireWholeNumber} from '../base/given.ts';
import type {Log} from '../base/log.ts';
import {formatUtc} from '../base/timezone.ts';
import {TokenPool} from '../http/token.ts';
import {requireDistinctFiles} from '../output/target.ts';
import {commandLog} from '../run/command-log.ts';
import {tellOfRun, type AfterRun} from '../run/jobs/after-run.ts';
import type {RunCommandFlags} from '../run/jobs/flags.ts';
import {reportJob} from '../run/jobs/job-report.ts';
import {writeLastRun} from '../run/jobs/last-run.ts';
import {repeat} from '../run/jobs/repeat.ts';
import {mostAtOnce, roundProgressText, runRound} from '../run/jobs/run-round.ts';
import {worstExitCode, toRunSummary} from '../run/jobs/run-summary.ts';
import {type Job, jobsOf, selectJobs} from '../run/jobs/select-jobs.ts';
import {inShard, shardOf} from '../run/jobs/shard.ts';
import {SharedBudgets} from '../run/jobs/shared-budgets.ts';
import {startProgressLine, type Progress} from '../run/progress.ts';
import {openableNamed} from '../run/registry.ts';

/** A `run` from the command line, once flags and configuration are resolved. */
interface Run {
	readonly flags: RunCommandFlags;
	readonly context: Context;
	readonly config: LoadedConfig;
	readonly log: Log;
	/** The jobs to run. */
	readonly jobs: readonly Job[];
	readonly budgets: SharedBudgets;
	readonly tokenPool: TokenPool;
	readonly everyMs: number | undefined;
	/** Jobs that run at once, at most. */
	readonly atOnce: number;
	readonly after: AfterRun;
	/** The progress line, while there is one. */
	progress: Progress | undefined;
}

/**
 * Runs jobs of the configuration into their archives, once or again and again.
 * @param names none means all jobs
 * @returns the exit code of the job that went worst, or of the interruption
 */
export async function runCommand(names: readonly string[], flags: RunCommandFlags, context: Context): Promise<ExitCode> {
	const run = await prepare(names, flags, context);
	const {everyMs, log} = run;
	if (flags.dryRun === true) {
		const {showPlans} = await import('../run/jobs/plans.ts');
		return showPlans(run);
	}
	if (everyMs === undefined) return runOnce(run);
	return repeat(async () => runOnce(run), {
		everyMs, context,
		onWait: nextAt => {
			log.notice(`next run at ${formatUtc(Math.round(nextAt / SECOND) * SECOND)}, every ${formatDuration(everyMs)}`);
		},
	});
}

async function prepare(names: readonly string[], flags: RunCommandFlags, context: Context): Promise<Run> {
	const {every, host} = flags;
	oneOf(flags.format ?? 'text', ['text', 'json'], '--format');
	const line: Pick<Run, 'progress'> = {progress: undefined};
	const log = commandLog(flags, context, () => line.progress?.clear());
	const everyMs = every === undefined ? undefined : requireDuration(every, '--every');
	const config = await loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	for (const warning of config.warnings) log.warning(warning);
	const shard = shardOf(flags, context.env);
	const configured = await jobsOf(config, context.env);
	const all = shard === undefined ? configured : inShard(configured, shard, config);
	const jobs = shard === undefined ? selectJobs(all, names) : inShard(selectJobs(configured, names), shard, config);
	if (jobs.length === 0) log.notice(`no job of shard ${shard?.index}/${shard?.count}: the others have them`);
	const hosts = new Set(jobs.flatMap(({source}) => openableNamed(source).hosts));
	if (host !== undefined) oneOf(host, [...hosts], '--host');
	const fileOf = (path: string | undefined) => path === undefined || path === '-' ? undefined : resolve(context.cwd, path);
	await requireDistinctFiles({
		output: {option: '--summary', path: fileOf(flags.summary)},
		others: [{option: '--metrics', path: fileOf(flags.metrics)}],
		config: {option: 'the configuration', path: config.path},
	});
	const {summary, metrics, onFailure} = flags;
	return Object.assign(line, {
		flags, context, config, log, jobs, everyMs,
		atOnce: requireWholeNumber(flags.jobsAtOnce ?? mostAtOnce, '--jobs-at-once', {least: 1}),
		budgets: new SharedBudgets(context),
		tokenPool: new TokenPool(),
		after: {summary, metrics, onFailure, jobs: all, secretVariables: secretVariables(config.config), context, log},
	});
}

/** Runs the jobs once, tells of each as it ends, and of all of them then. */
async function runOnce(run: Run): Promise<ExitCode> {
	const {flags, context, config, log, jobs, budgets, tokenPool, everyMs, after} = run;
	const startedAt = context.now();
	const beganAt = context.monotonic();
	const isShown = context.stderr.isTTY === true && flags.progress !== false && flags.quiet !== true && flags.logFormat !== 'json';
	try {
		const outcomes = await runRound(jobs, {
			sourceNamed: openableNamed, runFlags: flags, config, context, budgets, tokenPool, log,
			wait: flags.wait === true, isThorough: flags.thorough === true, atOnce: run.atOnce,
			onProgress: progress => {
				if (isShown) run.progress = startProgressLine(() => roundProgressText(progress, context.monotonic));
			},
			keep: async outcome => writeLastRun(outcome, {everyMs, masker: context.masker}),
			onEnd(outcome) {
				reportJob(outcome, log);
				if (outcome.error instanceof Error) log.debug?.(outcome.error.stack ?? outcome.error.message);
			},
		});
		const worst = (codes: readonly ExitCode[]) =>
			worstExitCode(context.signal.reason instanceof ExportError ? [...codes, context.signal.reason.exitCode] : codes);
		const exitCode = worst(outcomes.map(({exitCode: own}) => own));
		const summary = toRunSummary(outcomes, {exitCode, startedAt, elapsedMs: context.monotonic() - beganAt});
		run.progress?.stop();
		// Whoever is told may take a while, too.
		return worst([await tellOfRun(summary, outcomes, after)]);
	} finally {
		run.progress?.stop();
		run.progress = undefined;
	}
}
