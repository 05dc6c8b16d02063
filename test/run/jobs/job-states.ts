import type {JobState} from '../../../src/run/jobs/job-state.ts';
import {formatUtc} from '../../../src/base/timezone.ts';

/** What metrics tell of a job. Times in milliseconds since 1970. */
export interface Told {
	readonly job: string;
	/** When its last run ended; without it the job never ran. */
	readonly ranAt?: number;
	readonly exitCode?: number;
	/** Up to when its archive reaches; without it there is none. */
	readonly until?: number;
	readonly gaps?: number;
}

/** The state of a job of feishu-openapi that tells this. */
export function stateOf({job, ranAt, exitCode = 0, until, gaps = 0}: Told): JobState {
	const ended = ranAt === undefined ? undefined : formatUtc(ranAt);
	const gap = {since: formatUtc(0), until: formatUtc(0), reason: 'failed'} as const;
	return {
		job: {
			name: job, source: 'feishu-openapi', dir: '/archive', lagMs: 0, acceptGapsBefore: undefined, problem: undefined,
		},
		lastRun: ended === undefined ? undefined : {
			started_at: ended, ended_at: ended, status: exitCode === 0 ? 'complete' : 'failed', exit_code: exitCode, last_success_at: ended, every_ms: null,
			records: 0, requests: 0, waited_ms: 0, late: {records: 0},
		},
		archive: until === undefined ? undefined : {
			since: formatUtc(0), until: formatUtc(until), head: null, gaps: Array.from({length: gaps}, () => gap), records: 0, segments: 0,
		},
		problem: undefined,
		running: false,
	};
}
