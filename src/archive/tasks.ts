import {DAY, MINUTE} from '../base/duration.ts';
import type {ExportError} from '../base/errors.ts';
import {formatUtc} from '../base/timezone.ts';
import type {Planner} from '../engine/in-order.ts';
import type {WindowReport} from '../engine/problems.ts';
import {later, VolumePlan, type WindowTooLarge} from '../engine/volume-plan.ts';
import type {Window} from '../engine/windows.ts';
import type {Query} from '../query/query.ts';
import {stepMs, wholeUnits} from '../sources/range.ts';
import {knownRows, nextWindow, type RunPlan} from './run-plan.ts';

/** So many failures in a row are no matter of a window any more. */
export const mostFailuresInRow = 3;

/** A probe reads no more than this, in milliseconds, or one unit of the source's time. */
const probeMs = MINUTE;

/**
 * What a window is read for:
 * - `gap`: an earlier run could not read it, or not completely;
 * - `overlap`: rows that came late;
 * - `fresh`: no run has read it, or the end of it; what is before that is overlap;
 * - `probe`: to see whether the API answers at all. Its rows are read again in their turn.
 */
export type Purpose = 'gap' | 'overlap' | 'fresh' | 'probe';

/** A window that a run reads. */
export interface Task extends Window {
	readonly purpose: Purpose;
	/** Why it could not be read. */
	failure: ExportError | undefined;
	/** Whose plan it is of; undefined for a probe. */
	readonly stretch: Stretch | undefined;
}

/** Time that is read for one purpose. */
interface Stretch {
	readonly purpose: Purpose;
	readonly plan: VolumePlan;
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
}

export interface TaskPlanOptions {
	readonly plan: RunPlan;
	readonly progress: Progress;
	/** Its range does not count. */
	readonly query: Query;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	readonly verbose: (message: string) => void;
}

/**
 * The windows of a run, cut as they are asked for, so that how it goes decides what comes next: gaps, overlap, fresh
 * time. Gaps that keep failing wait until fresh time was read; where other windows keep failing, a probe tells whether
 * it is them or the API.
 */
export class TaskPlan implements Planner<Task> {
	readonly windows: Iterable<Task | typeof later>;
	readonly #stretches: readonly Stretch[];
	/** Tasks that were given out and are not done. */
	#underWay = 0;
	#isProbed = false;
	#cuts = 0;
	readonly #options: TaskPlanOptions;

	constructor(options: TaskPlanOptions) {
		this.#options = options;
		this.#stretches = options.plan.stretches.map(({purpose, ...window}) => this.#stretch(purpose, window));
		this.windows = this.#tasks();
	}

	done({stretch, failure}: Task, {inside}: WindowReport): void {
		this.#underWay--;
		stretch?.plan.done(failure === undefined ? inside : undefined);
	}

	cut(task: Task, found: WindowTooLarge): void {
		this.#options.verbose(`${formatUtc(task.from)} to ${formatUtc(task.to)}: ${found.message}; it is cut into shorter ones`);
		for (const {plan} of this.#stretches) plan.restart();
		task.stretch?.plan.cut(task, found);
		this.#underWay = 0;
		this.#isProbed = false;
		this.#cuts++;
	}

	#stretch(purpose: Purpose, {from, to}: Window): Stretch {
		const {plan: {fresh, index}, query, now} = this.#options;
		const known = {from, to: Math.min(to, purpose === 'gap' ? to : fresh.from)};
		const expected = {rows: knownRows(known, index), spanMs: known.to - from};
		return {purpose, plan: new VolumePlan({...query, since: from, until: to}, {from, now, isByDay: true, expected})};
	}

	* #tasks(): Generator<Task | typeof later, void, undefined> {
		for (;;) {
			const next = this.#next();
			if (next === undefined && this.#underWay === 0) return;
			if (next === undefined || next === later) {
				yield later;
				continue;
			}
			const cuts = this.#cuts;
			const probe = next.purpose === 'gap' ? undefined : this.#probe();
			if (probe !== undefined) yield probe;
			if (cuts === this.#cuts) yield next;
		}
	}

	#next(): Task | typeof later | undefined {
		const {gapFailures, caughtUp, succeeded} = this.#options.progress;
		const waiting: Stretch[] = [];
		for (const stretch of this.#stretches) {
			const {purpose} = stretch;
			if (purpose === 'gap' && gapFailures >= mostFailuresInRow) waiting.push(stretch);
			else if (purpose !== 'fresh' || !caughtUp) {
				const next = this.#nextOf(stretch);
				if (next !== undefined) return next;
			}
		}
		if (this.#underWay > 0 || !succeeded) return undefined;
		for (const stretch of waiting) {
			const next = this.#nextOf(stretch);
			if (next !== undefined) return next;
		}
		return undefined;
	}

	#nextOf(stretch: Stretch): Task | typeof later | undefined {
		const next = stretch.plan.next();
		return next === undefined || next === later ? next : this.#give({...next, purpose: stretch.purpose, failure: undefined, stretch});
	}

	#give(task: Task): Task {
		this.#underWay++;
		return task;
	}

	#probe(): Task | undefined {
		const {progress: {failures}, plan: {fresh: {from, to}}, query, now} = this.#options;
		if (failures < mostFailuresInRow) this.#isProbed = false;
		else if (!this.#isProbed && from < to) {
			this.#isProbed = true;
			const start = Math.max(from, wholeUnits(to - probeMs, stepMs(query.source.range)), wholeUnits(to - 1, DAY));
			return this.#give({...nextWindow({from: start, to}, query, now), purpose: 'probe', failure: undefined, stretch: undefined});
		}
		return undefined;
	}
}
