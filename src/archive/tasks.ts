import {DAY, MINUTE} from '../base/duration.ts';
import type {ExportError} from '../base/errors.ts';
import type {Window} from '../engine/windows.ts';
import {stepMs} from '../sources/range.ts';
import {nextWindow, partsOf, wholeUnits, type RunPlan, type WindowRules} from './run-plan.ts';
import type {SegmentIndex} from './range.ts';

/** So many failures in a row are no matter of a window any more. */
export const mostFailuresInRow = 3;

/** A probe reads no more than this, in milliseconds, or one unit of the source's time. */
const probeMs = MINUTE;

/**
 * What a window is read for:
 * - `gap`: an earlier run could not read it, or not completely;
 * - `overlap`: rows that came late;
 * - `fresh`: no run has read it;
 * - `unreachable`: no run has read it, and none can any more;
 * - `probe`: to see whether the API answers at all. Its rows are read again in their turn;
 * - `pause`: nothing, until what comes before it is settled.
 */
export type Purpose = 'gap' | 'overlap' | 'fresh' | 'unreachable' | 'probe' | 'pause';

/** A window that a run reads. */
export interface Task extends Window {
	readonly purpose: Purpose;
	/** Why it could not be read. */
	failure: ExportError | undefined;
}

/** What decides how a run goes on. */
export interface Progress {
	/** Failures of the API, one after the other: of gaps, and of other windows. */
	gapFailures: number;
	failures: number;
	/** A window that is no gap was read. */
	succeeded: boolean;
	/** The server's clock says that there is nothing further to read yet. */
	caughtUp: boolean;
	/** The longest that the next fresh window may be, in milliseconds: it adapts to the rows that there are. */
	freshMs: number;
}

export interface TasksOptions {
	readonly plan: RunPlan;
	readonly progress: Progress;
	readonly index: SegmentIndex;
	readonly rules: WindowRules;
	/** Tasks that are read at once, at most. */
	readonly concurrency: number;
}

/**
 * The windows of a run, cut as they are asked for, so that how it goes decides what comes next: gaps, overlap, fresh
 * time. Gaps that keep failing wait until fresh time was read; where other windows keep failing, a probe tells whether
 * it is them or the API.
 */
export function* tasksOf({plan, progress, index, rules, concurrency}: TasksOptions): Generator<Task, void, undefined> {
	const unitMs = stepMs(rules.query.source.range);
	const deferred: Window[] = [];
	for (const gap of plan.gaps) {
		for (const part of partsOf(gap, index, rules)) {
			if (progress.gapFailures < mostFailuresInRow) yield taskOf('gap', part);
			else deferred.push(part);
		}
	}
	let isProbed = false;
	function* probe(from: number): Generator<Task, void, undefined> {
		if (progress.failures < mostFailuresInRow) isProbed = false;
		else if (!isProbed && from < plan.fresh.to) {
			isProbed = true;
			const {to} = plan.fresh;
			const start = Math.max(from, wholeUnits(to - probeMs, unitMs), wholeUnits(to - 1, DAY));
			yield taskOf('probe', nextWindow({from: start, to}, rules));
		}
	}
	for (const window of plan.overlap) {
		for (const part of partsOf(window, index, rules)) {
			yield* probe(plan.fresh.from);
			yield taskOf('overlap', part);
		}
	}
	if (plan.unreachable !== undefined) yield taskOf('unreachable', plan.unreachable);
	for (let {from} = plan.fresh; from < plan.fresh.to && !progress.caughtUp;) {
		yield* probe(from);
		const window = nextWindow({from, to: plan.fresh.to}, {...rules, lengthMs: progress.freshMs});
		yield taskOf('fresh', window);
		from = window.to;
	}
	if (deferred.length === 0) return;
	// So many that everything before them has come to its end when the next task is asked for.
	for (let count = 0; count < concurrency; count++) yield taskOf('pause', {from: 0, to: 0});
	if (progress.succeeded) for (const part of deferred) yield taskOf('gap', part);
}

function taskOf(purpose: Purpose, {from, to}: Window): Task {
	return {purpose, from, to, failure: undefined};
}
