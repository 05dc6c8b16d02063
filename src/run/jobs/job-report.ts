import {InterruptedError} from '../../base/errors.ts';
import {counted} from '../../base/given.ts';
import type {Log} from '../../base/log.ts';
import {formatDuration, HOUR, MINUTE, SECOND} from '../../base/duration.ts';
import type {JobOutcome} from './job-summary.ts';

/** Gaps and problems beyond so many are counted, not named; the summary has them all. */
const mostNamed = 10;

/** A log whose lines begin with the job's name. */
export function jobLog(log: Log, name: string): Log {
	return {
		error: (message, hint) => {
			log.error(`${name}: ${message}`, hint);
		},
		warning: message => {
			log.warning(`${name}: ${message}`);
		},
		notice: message => {
			log.notice(`${name}: ${message}`);
		},
		verbose: message => {
			log.verbose(`${name}: ${message}`);
		},
		debug: log.debug && (message => {
			log.debug?.(`${name}: ${message}`);
		}),
	};
}

/** Tells how a job went: a line for what it did, and one for each thing that is wrong. */
export function reportJob({job, error, summary}: JobOutcome, log: Log): void {
	const own = jobLog(log, job.name);
	const {status, problems, gaps, dir} = summary;
	nameEach(problems, ({kind, since, until, detail}) => `${kind} in ${since} to ${until}: ${detail}`, own);
	if (error !== undefined) {
		if (summary.records > 0 || summary.segments > 0) own.notice(`${done(summary)} before it ended`);
		if (error instanceof InterruptedError) own.notice(`${error.message}; the next run goes on from there`);
		else own.error(summary.error ?? '', summary.hint);
		return;
	}
	if (status === 'complete') {
		own.notice(done(summary));
		return;
	}
	nameEach(gaps, ({since, until, reason}) => `gap from ${since} to ${until}: ${reason}`, own);
	const lost = gaps.filter(gap => gap.lost);
	const hint =
		lost.length > 0 && lost.length === gaps.length
			? `what is missing can no longer be had; to let runs end with exit code 0 again, accept it: "accept_gaps_before": "${lost.at(-1)?.until}" in the job`
			: gaps.length > 0
				? 'the next run tries to fill the gaps'
				: `see what it is in ${dir}, then run again`;
	own.error(`${done(summary)}; not complete${gaps.length === 0 ? '' : `: ${counted(gaps.length, 'gap')}, named above`}`, hint);
}

function done({records, late, covered}: JobOutcome['summary']): string {
	const added = records === 0 ? 'nothing new' : counted(records, 'record');
	const lateText = late.records === 0 ? '' : `, ${grouped(late.records)} of them late by up to ${roundedUp(late.latest_by_ms)}`;
	return `${added}${lateText}${covered === null ? '' : `; covered until ${covered.until}`}`;
}

function nameEach<T>(entries: readonly T[], text: (entry: T) => string, log: Log): void {
	for (const entry of entries.slice(0, mostNamed)) log.error(text(entry));
	if (entries.length > mostNamed) log.error(`… and ${entries.length - mostNamed} more`);
}



/** Asks Intl only when there is something to tell: it takes a while to start. */
function grouped(count: number): string {
	return new Intl.NumberFormat('en').format(count);
}

/** A duration that is no shorter, short to read: an overlap of it would have been enough. */
function roundedUp(ms: number): string {
	const unit = ms > 2 * HOUR ? HOUR : ms > 2 * MINUTE ? MINUTE : SECOND;
	return formatDuration(Math.max(1, Math.ceil(ms / unit)) * unit);
}
