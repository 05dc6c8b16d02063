import {exitCodes, type ExitCode, type ExportError} from '../../base/errors.ts';

/**
 * - `ok`: as it should be;
 * - `warning`: works, and yet something should be done;
 * - `failed`: an export would fail, or lose rows;
 * - `skipped`: does not apply.
 */
export type FindingStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What one check found. */
export interface Finding {
	/** Absent for what all sources share. */
	readonly source?: string;
	readonly check: string;
	readonly status: FindingStatus;
	readonly detail: string;
	/** What to do about it. */
	readonly remedy?: string | undefined;
	/** The exit code that a failure stands for; default 1. */
	readonly exitCode?: ExitCode;
}

/** What a check says; its name and source are added by whoever runs it. */
export type Verdict = Omit<Finding, 'source' | 'check'>;

/** A failure in the words of the error that an export would end with, less the source's name at its start. */
export function failureOf(error: ExportError, sourceName = ''): Verdict {
	const prefix = `${sourceName}: `;
	const detail = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
	return {status: 'failed', detail, remedy: error.hint, exitCode: error.exitCode};
}

/** The exit code of the first failure; 0 without one. */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
	const failure = findings.find(({status}) => status === 'failed');
	return failure === undefined ? exitCodes.complete : failure.exitCode ?? exitCodes.api;
}
