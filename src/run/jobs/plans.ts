import type {LoadedConfig} from '../../access/config/load.ts';
import type {Context} from '../../base/context.ts';
import type {ExitCode} from '../../base/errors.ts';
import type {Log} from '../../base/log.ts';
import {failureOf} from '../../output/failure.ts';
import {writeReport} from '../../output/stream-output.ts';
import {openableNamed} from '../registry.ts';
import type {RunCommandFlags} from './flags.ts';
import {formatJobPlan, planJob, type JobPlan} from './job-plan.ts';
import {jobLog} from './job-report.ts';
import {openJob} from './open-job.ts';
import {worstExitCode} from './run-summary.ts';
import type {Job} from './select-jobs.ts';

/**
 * Writes the plan of each job to stdout. A job that cannot be planned is told of on stderr, and the others are planned.
 * @returns the exit code of the worst
 */
export async function showPlans({jobs, flags, context, config, log}: {
	jobs: readonly Job[]; flags: RunCommandFlags; context: Context; config: LoadedConfig; log: Log;
}): Promise<ExitCode> {
	const plans: JobPlan[] = [];
	const failures: ExitCode[] = [];
	for (const job of jobs) {
		const own = jobLog(log, job.name);
		try {
			plans.push(await planJob(await openJob(job, {
				source: openableNamed(job.source), runFlags: flags, context, config,
				warn: message => {
					own.warning(message);
				},
			}), {now: context.now, isThorough: flags.thorough === true}));
		} catch (error) {
			const {message, hint, exitCode} = failureOf(error);
			own.error(message, hint);
			failures.push(exitCode);
		}
	}
	const isJson = flags.format === 'json';
	await writeReport(
		isJson ? `${JSON.stringify({jobs: plans}, undefined, '\t')}\n` : plans.map(plan => formatJobPlan(plan)).join('\n'),
		isJson ? 'json' : 'text', context,
	);
	return worstExitCode(failures);
}
