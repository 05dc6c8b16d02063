import {basename} from 'node:path';
import {loadConfig} from '../access/config/load.ts';
import {readHeader} from '../archive/open-archive.ts';
import type {Context} from '../base/context.ts';
import {HOUR, requireDuration} from '../base/duration.ts';
import {ExportError, exitCodes, type ExitCode} from '../base/errors.ts';
import {oneOf} from '../base/given.ts';
import {chosenTimezone} from '../base/timezone.ts';
import {writeReport} from '../output/stream-output.ts';
import {archivePlaces} from '../run/archive-places.ts';
import {commandLog} from '../run/command-log.ts';
import {readJobState, type WatchedJob} from '../run/jobs/job-state.ts';
import {jobsOf} from '../run/jobs/select-jobs.ts';
import {complaintOf, formatStatusTable, toStatusJson} from '../run/jobs/status-report.ts';

/** How far behind is too far for `--check`, in milliseconds, where nobody says. */
const defaultMaxLagMs = HOUR;

/** What the options of `status` parse to. */
export interface StatusFlags {
	readonly config?: string;
	readonly format?: string;
	readonly timezone?: string;
	readonly check?: boolean;
	readonly maxLag?: string;
}

/**
 * Shows on stdout what the last runs of jobs left, or what archives hold.
 * @param names jobs, or directories, for which no configuration is needed; none means all jobs
 * @returns 0; with `--check` 6 when one is behind, has gaps, or cannot be read
 */
export async function statusCommand(names: readonly string[], flags: StatusFlags, context: Context): Promise<ExitCode> {
	const format = oneOf(flags.format ?? 'table', ['table', 'json'], '--format');
	const timezone = chosenTimezone(flags.timezone);
	const maxLagMs = flags.maxLag === undefined ? defaultMaxLagMs : requireDuration(flags.maxLag, '--max-lag');
	const states = await Promise.all((await watchedJobs(names, flags, context)).map(async job => readJobState(job)));
	const now = context.now();
	const text =
		format === 'json'
			? `${JSON.stringify({jobs: states.map(state => toStatusJson(state, now))}, undefined, '\t')}\n`
			: formatStatusTable(states, {now, timezone, width: context.stdout.isTTY === true ? (context.stdout.columns ?? 80) : undefined});
	await writeReport(text, format === 'json' ? 'json' : 'text', context);
	if (flags.check !== true && flags.maxLag === undefined) return exitCodes.complete;
	const log = commandLog({}, context);
	let exitCode: ExitCode = exitCodes.complete;
	for (const state of states) {
		const complaint = complaintOf(state, {now, maxLagMs});
		if (complaint === undefined) continue;
		exitCode = exitCodes.incomplete;
		log.error(`${state.job.name}: ${complaint}`);
	}
	return exitCode;
}

async function watchedJobs(names: readonly string[], flags: StatusFlags, context: Context): Promise<readonly WatchedJob[]> {
	if (names.length === 0) {
		const config = await loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
		return jobsOf(config, context.env);
	}
	const {places} = await archivePlaces(names, {config: flags.config, context});
	return Promise.all(places.map(async ({dir, job}) => job ?? ({
		name: basename(dir), source: await sourceOf(dir), dir, lagMs: 0, acceptGapsBefore: undefined, problem: undefined,
	})));
}

/** The source of an archive; nothing where its first line does not say: its state tells why. */
async function sourceOf(dir: string): Promise<string> {
	try {
		return (await readHeader(dir))?.source ?? '';
	} catch (error) {
		if (error instanceof ExportError) return '';
		throw error;
	}
}
