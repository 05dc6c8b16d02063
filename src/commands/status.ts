import {loadConfig} from '../config/load.ts';
import type {Context} from '../context.ts';
import {UsageError} from '../errors.ts';
import {readJobState} from '../jobs/job-state.ts';
import {jobsOf, selectJobs} from '../jobs/select-jobs.ts';
import {formatStatusTable, toStatusJson} from '../jobs/status-report.ts';
import {writeReport} from '../output/report-output.ts';
import {chosenTimezone} from '../query/timezone.ts';
import type {StatusFlags} from './run-options.ts';

/** Shows on stdout what the last runs of jobs left. @param names none means all jobs */
export async function statusCommand(names: readonly string[], flags: StatusFlags, context: Context): Promise<void> {
	const {format = 'table'} = flags;
	if (format !== 'table' && format !== 'json') throw new UsageError(`--format: "${format}" is not one of table, json`);
	const timezone = chosenTimezone(flags.timezone);
	const config = await loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	const jobs = selectJobs(await jobsOf(config, context.env), names);
	const states = await Promise.all(jobs.map(async job => readJobState(job)));
	const text = format === 'json'
		? `${JSON.stringify({jobs: states.map(state => toStatusJson(state))}, undefined, '\t')}\n`
		: formatStatusTable(states, {now: context.now(), timezone, width: context.stdout.isTTY === true ? context.stdout.columns ?? 80 : undefined});
	await writeReport(text, format === 'json' ? 'json' : 'text', context);
}
