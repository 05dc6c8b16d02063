import {isBusy} from '../../archive/verify/under-way.ts';
import {ExportError, systemCode} from '../../base/errors.ts';
import {readArchiveFacts, type ArchiveFacts} from '../../archive/facts.ts';
import type {Job} from './select-jobs.ts';
import {readLastRun, type LastRun} from './last-run.ts';

/** What is known of a job without reading its segments. */
export interface JobState {
	readonly job: Job;
	readonly lastRun: LastRun | undefined;
	/** Undefined before there is an archive, and where it cannot be read. */
	readonly archive: ArchiveFacts | undefined;
	/** Why it cannot be read. */
	readonly problem: string | undefined;
	/** A run is under way. */
	readonly running: boolean;
}

/** Looks at a job's archive: the ends of its manifest, how the last run ended, and whether one is under way. */
export async function readJobState(job: Job): Promise<JobState> {
	let running = false;
	try {
		running = await isBusy(job.dir, false);
		const [lastRun, archive] = await Promise.all([readLastRun(job.dir), readArchiveFacts(job.dir)]);
		return {job, lastRun, archive, problem: undefined, running};
	} catch (error) {
		if (!(error instanceof ExportError) && systemCode(error) === undefined) throw error;
		return {job, lastRun: undefined, archive: undefined, problem: error instanceof Error ? error.message : String(error), running};
	}
}
