import type {Ora} from 'ora';
import {visibleInTable} from '../base/visible.ts';
import {formatDuration, MINUTE, SECOND} from '../base/duration.ts';
import type {Budget} from '../http/budget.ts';
import type {RunCounters} from '../engine/summary.ts';
import type {Window} from '../engine/windows.ts';
import {createLocalTime} from '../output/formats/time.ts';

/** What the progress line is drawn from. */
export interface ProgressSource {
	readonly name: string;
	readonly counters: RunCounters;
	readonly budget: Budget;
	/** What this run is of, Unix milliseconds. */
	readonly range: Window;
	readonly monotonic: () => number;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
}

/** A line on the terminal's stderr that tells how a long run is going. */
export interface Progress {
	/** Takes the line away so that something else can be written. It comes back by itself. */
	clear(): void;
	stop(): void;
}

const redrawEveryMs = 200;

/** The progress line's text, from what has been counted so far. */
export function progressText({name, counters, budget, range: {from, to}, monotonic, now}: ProgressSource, startedAt: number): string {
	const at = monotonic();
	const number = new Intl.NumberFormat('en');
	const done = to > from ? ((counters.finishedTo ?? from) - from) / (to - from) : 1;
	const parts = [
		`${name}: ${Math.floor(done * 100)}% of ${formatDuration(to - from)}`,
		`${number.format(counters.records)} records`,
		`${number.format(counters.requests)} requests (budget ${budget.used}/${number.format(budget.limit.requests)} per ${formatDuration(budget.limit.perMs)})`,
	];
	if (budget.waitingUntil !== undefined && Number.isFinite(budget.waitingUntil) && budget.waitingUntil - at >= SECOND) {
		const waitMs = budget.waitingUntil - at;
		parts.push(`waiting until ${timeOfDay(now() + waitMs)} (${Math.ceil(waitMs / SECOND)} s)`);
	}
	const elapsedMs = at - startedAt;
	if (done > 0 && done < 1 && elapsedMs > 5 * SECOND) {
		const leftMs = (elapsedMs / done) * (1 - done);
		parts.push(leftMs < MINUTE ? `~${Math.ceil(leftMs / SECOND)} s left` : `~${Math.ceil(leftMs / MINUTE)} min left`);
	}
	return parts.join(' · ');
}

/** Unix milliseconds as the system's clocks show them: `17:30:12`. */
export function timeOfDay(ms: number): string {
	return createLocalTime()(ms, false).slice('YYYY-MM-DD '.length);
}

/** Starts the progress line on the process's stderr, which must be a terminal. */
export function startProgress(source: ProgressSource): Progress {
	const startedAt = source.monotonic();
	return startProgressLine(() => progressText(source, startedAt));
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
