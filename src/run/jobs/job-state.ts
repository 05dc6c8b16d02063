import {failureOf} from '../../output/failure.ts';
import {isBusy, readArchiveFacts, type ArchiveFacts} from '../../archive/facts.ts';
import type {Job} from './select-jobs.ts';
import {readLastRun, type LastRun} from './last-run.ts';

/** What is looked at of a job, or of an archive that was named by its directory. */
export type WatchedJob = Pick<Job, 'name' | 'source' | 'dir' | 'lagMs' | 'acceptGapsBefore' | 'problem'>;

/** What is known of a job without reading its segments. */
export interface JobState {
	readonly job: WatchedJob;
	readonly lastRun: LastRun | undefined;
	/** Undefined before there is an archive, and where it cannot be read. */
	readonly archive: ArchiveFacts | undefined;
	/** Why it, or the word of the last run, cannot be read, or why the job cannot run. */
	readonly problem: string | undefined;
	/** A run is under way. */
	readonly running: boolean;
}

/** Looks at a job's archive: the ends of its manifest, how the last run ended, and whether one is under way. */
export async function readJobState(job: WatchedJob): Promise<JobState> {
	// What can be read is told, whatever else cannot.
	const [running, lastRun, archive] = await Promise.allSettled([isBusy(job.dir, false), readLastRun(job.dir), readArchiveFacts(job.dir)]);
	const failed = [archive, lastRun, running].find(read => read.status === 'rejected');
	return {
		job,
		lastRun: lastRun.status === 'fulfilled' ? lastRun.value : undefined,
		archive: archive.status === 'fulfilled' ? archive.value : undefined,
		problem: job.problem?.message ?? (failed === undefined ? undefined : failureOf(failed.reason).message),
		running: running.status === 'fulfilled' && running.value,
	};
}
