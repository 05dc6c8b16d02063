import type {Ora} from 'ora';
import {visibleInTable} from '../base/visible.ts';
import {formatDuration, MINUTE, SECOND} from '../base/duration.ts';
import type {Budget} from '../http/budget.ts';
import type {RunCounters} from '../engine/summary.ts';
import type {Window} from '../engine/windows.ts';

/** What the progress line is drawn from. */
export interface ProgressSource {
	readonly name: string;
	readonly counters: RunCounters;
	readonly budget: Budget;
	/** What this run is of, Unix milliseconds. */
	readonly range: Window;
	readonly monotonic: () => number;
}

/** A line on the terminal's stderr that tells how a long run is going. */
export interface Progress {
	/** Takes the line away so that something else can be written. It comes back by itself. */
	clear(): void;
	stop(): void;
}

const redrawEveryMs = 200;

/** When something happened, by the monotonic clock: the run began, time was last finished. */
interface Pace {
	readonly startedAt: number;
	readonly finishedAt: number;
}

/** The progress line's text, from what has been counted so far. */
export function progressText({name, counters, budget, range: {from, to}, monotonic}: ProgressSource, {startedAt, finishedAt}: Pace): string {
	const at = monotonic();
	const number = new Intl.NumberFormat('en');
	const done = to > from ? ((counters.finishedTo ?? from) - from) / (to - from) : 1;
	const parts = [
		`${name}: ${Math.floor(done * 100)}% of ${formatDuration(to - from)}`,
		`${number.format(counters.records)} records`,
		`${number.format(counters.requests)} requests (budget ${budget.used}/${number.format(budget.limit.requests)} per ${formatDuration(budget.limit.perMs)})`,
	];
	const waiting = waitingText(budget, at);
	if (waiting !== undefined) parts.push(waiting);
	if (done > 0 && done < 1 && finishedAt - startedAt > 5 * SECOND) {
		// What has passed since makes it less, not more: an estimate that climbs while it waits is none.
		const leftMs = Math.max(SECOND, ((finishedAt - startedAt) / done) * (1 - done) - (at - finishedAt));
		parts.push(leftMs < MINUTE ? `~${Math.ceil(leftMs / SECOND)} s left` : `~${Math.ceil(leftMs / MINUTE)} min left`);
	}
	return parts.join(' · ');
}

/** What the next request waits for, where it waits for a second at least. @param at the monotonic clock, in milliseconds */
export function waitingText({waitingUntil = -Infinity}: Budget, at: number): string | undefined {
	const waitMs = waitingUntil - at;
	return Number.isFinite(waitMs) && waitMs >= SECOND ? `waiting for the budget, ${Math.ceil(waitMs / SECOND)} s` : undefined;
}

/** Starts the progress line on the process's stderr, which must be a terminal. */
export function startProgress(source: ProgressSource): Progress {
	const startedAt = source.monotonic();
	let finishedAt = startedAt;
	let finishedTo: number | undefined;
	return startProgressLine(() => {
		if (source.counters.finishedTo !== finishedTo) {
			finishedTo = source.counters.finishedTo;
			finishedAt = source.monotonic();
		}
		return progressText(source, {startedAt, finishedAt});
	});
}

/** As `startProgress`, with a text that is asked for again and again. */
export function startProgressLine(text: () => string): Progress {
	let spinner: Ora | undefined;
	let stopped = false;
	// Loaded beside the first request rather than before it: its data for the width of text takes longer than starting to ask.
	const start = async () => {
		// Without columns (a serial line, some containers) the library would count lines for ever.
		if (!(process.stderr.columns > 0)) return;
		const {default: ora} = await import('ora');
		if (!stopped) spinner = ora({text: visibleInTable(text()), stream: process.stderr, discardStdin: false}).start();
	};
	void start();
	const timer = setInterval(() => {
		if (spinner !== undefined) spinner.text = visibleInTable(text());
	}, redrawEveryMs);
	timer.unref();
	return {
		clear() {
			spinner?.clear();
		},
		stop() {
			stopped = true;
			clearInterval(timer);
			spinner?.stop();
		},
	};
}
