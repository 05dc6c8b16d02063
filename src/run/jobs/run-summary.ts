import {exitCodes, type ExitCode} from '../../base/errors.ts';
import {formatUtc} from '../../base/timezone.ts';
import type {RunStatus} from '../../engine/summary.ts';
import type {JobSummary, JobOutcome} from './job-summary.ts';

/** From the least to the most in need of somebody: what the next run may put right by itself comes first. */
const order: readonly ExitCode[] = [
	exitCodes.complete, exitCodes.incomplete, exitCodes.locked, exitCodes.network, exitCodes.api,
	exitCodes.credentials, exitCodes.usage, exitCodes.bug, exitCodes.sighup, exitCodes.sigint, exitCodes.sigterm,
];

/** The exit code of several jobs together: that of the worst. An interruption goes before everything. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
	return codes.reduce<ExitCode>((worst, code) => order.indexOf(code) > order.indexOf(worst) ? code : worst, exitCodes.complete);
}

/** How a run of jobs went, as `--summary` writes it and `--on-failure` reads it. */
export interface RunSummary {
	readonly status: RunStatus;
	readonly exit_code: ExitCode;
	readonly started_at: string;
	readonly elapsed_ms: number;
	readonly jobs: readonly JobSummary[];
}

/** @param options.startedAt Unix milliseconds */
export function toRunSummary(
	outcomes: readonly JobOutcome[], {exitCode, startedAt, elapsedMs}: {exitCode: ExitCode; startedAt: number; elapsedMs: number},
): RunSummary {
	return {
		status: statusOf(exitCode),
		exit_code: exitCode,
		started_at: formatUtc(startedAt),
		elapsed_ms: Math.round(elapsedMs),
		jobs: outcomes.map(({summary}) => summary),
	};
}

function statusOf(exitCode: ExitCode): RunStatus {
	if (exitCode === exitCodes.complete) return 'complete';
	if (exitCode === exitCodes.incomplete) return 'incomplete';
	return [exitCodes.sighup, exitCodes.sigint, exitCodes.sigterm].some(code => code === exitCode) ? 'interrupted' : 'failed';
}
