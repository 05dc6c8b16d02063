import {loadConfig} from '../access/config/load.ts';
import type {Context} from '../base/context.ts';
import {oneOf} from '../base/given.ts';
import {chosenTimezone} from '../base/timezone.ts';
import {writeReport} from '../output/stream-output.ts';
import {readJobState} from '../run/jobs/job-state.ts';
import {jobsOf, selectJobs} from '../run/jobs/select-jobs.ts';
import {formatStatusTable, toStatusJson} from '../run/jobs/status-report.ts';

/** What the options of `status` parse to. */
export interface StatusFlags {
	readonly config?: string;
	readonly format?: string;
	readonly timezone?: string;
}

/** Shows on stdout what the last runs of jobs left. @param names none means all jobs */
export async function statusCommand(names: readonly string[], flags: StatusFlags, context: Context): Promise<void> {
	const format = oneOf(flags.format ?? 'table', ['table', 'json'], '--format');
	const timezone = chosenTimezone(flags.timezone);
	const config = await loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	const jobs = selectJobs(await jobsOf(config, context.env), names);
	const states = await Promise.all(jobs.map(async job => readJobState(job)));
	const text =
		format === 'json'
			? `${JSON.stringify({jobs: states.map(state => toStatusJson(state))}, undefined, '\t')}\n`
			: formatStatusTable(states, {
					now: context.now(), timezone, width: context.stdout.isTTY === true ? (context.stdout.columns ?? 80) : undefined,
				});
	await writeReport(text, format === 'json' ? 'json' : 'text', context);
}
