/**
 * Why an export is finished but not complete:
 * - `total_mismatch`: the API stated another number of rows than it delivered;
 * - `unstable`: the number of rows kept changing while the pages were read;
 * - `unreadable`: rows without an identity or a time; they are written as they are;
 * - `out_of_range`: the API delivered rows of other times than asked for, which no window wrote;
 * - `altered`: bytes that are not UTF-8 were replaced.
 */
export type ProblemKind = 'total_mismatch' | 'unstable' | 'unreadable' | 'out_of_range' | 'altered';

/** One thing that is missing, capped or unreadable; `since` and `until` in Unix milliseconds. */
export interface Problem {
	readonly kind: ProblemKind;
	readonly since: number;
	readonly until: number;
	readonly detail: string;
}

/** What reading one window found out besides its records. */
export interface WindowReport {
	readonly problems: Problem[];
	/** Rows delivered more than once, written once. */
	duplicates: number;
}
