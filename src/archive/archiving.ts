import {LockedError, OutputError, type ExportError} from '../base/errors.ts';
import type {AuditRecord} from '../base/record.ts';
import {formatUtc} from '../base/timezone.ts';
import type {WindowEvent} from '../engine/in-order.ts';
import {problemsOf, type WindowReport} from '../engine/problems.ts';
import type {Sink} from '../engine/pump.ts';
import {requireSameTime, settledBy, type ServerClock} from '../engine/server-clock.ts';
import type {RunCounters} from '../engine/summary.ts';
import type {Query} from '../query/query.ts';
import {stepMs} from '../sources/range.ts';
import type {ArchiveResult} from './archive-result.ts';
import type {Failures} from './failures.ts';
import type {Recorder} from './recorder.ts';
import {incompleteBecause} from './repair-work.ts';
import {wholeUnits} from './run-plan.ts';
import {SeenBefore} from './seen-before.ts';
import {DamagedSegmentError} from './segment-file.ts';
import type {SegmentIndex} from './range.ts';
import type {Progress, Task} from './tasks.ts';
import {WindowWork} from './window-work.ts';

export interface ArchivingOptions {
	/** The archive's directory. */
	readonly dir: string;
	readonly query: Query;
	readonly lagMs: number;
	readonly maxRecords: number;
	/** Where the time begins that no run has read, Unix milliseconds. */
	readonly freshFrom: number;
	readonly recorder: Recorder;
	readonly index: SegmentIndex;
	readonly clock: ServerClock;
	readonly progress: Progress;
	readonly failures: Failures;
	readonly counters: RunCounters;
	readonly result: ArchiveResult;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	readonly warning: (message: string) => void;
	readonly verbose: (message: string) => void;
	/** Looks at records about to be written. */
	readonly inspect: (records: readonly AuditRecord[]) => void;
}

/** Takes what comes out of the reading of a run's windows, one window after the other, into the archive. */
export class Archiving implements Sink<Task> {
	/** Up to where fresh time was read, or failed. */
	#position: number;
	/** The window at work; null for one that does not count. */
	#work: WindowWork | null | undefined;
	readonly #options: ArchivingOptions;

	constructor(options: ArchivingOptions) {
		this.#options = options;
		this.#position = options.freshFrom;
	}

	/**
	 * Takes the next event.
	 * @throws OutputError when the archive cannot be written, LockedError when its lock was taken away, and a window's error
	 * that is no matter of this window alone
	 */
	async take(event: WindowEvent<Task>): Promise<void> {
		const task = event.window;
		if (task.purpose === 'pause') return;
		if (task.failure === undefined && this.#work === undefined) this.#work = await this.#begin(task, event.report);
		if (event.kind === 'records') {
			await this.#work?.take(event.records);
			return;
		}
		if (task.failure === undefined) await this.#finish(task, event.report);
		else this.#fail(task, task.failure);
		this.#work = undefined;
	}

	/** Settles what is still open when all windows have been taken. @throws the error of windows that are left for the next run */
	async end(): Promise<void> {
		const {failures, recorder, clock} = this.#options;
		await failures.settle(recorder, {to: clock.latest === undefined ? Infinity : this.#settledBy(clock.latest)});
		await recorder.flush();
	}

	/** Leaves the archive in order as far as that goes: what was read completely before the error is recorded. */
	async abandon(error: unknown): Promise<void> {
		const {recorder, verbose} = this.#options;
		try {
			await this.#work?.abandon();
			this.#work = undefined;
			if (!(error instanceof OutputError || error instanceof LockedError)) await recorder.flush();
		} catch (further) {
			verbose(`what the run was writing is left to the next one: ${further instanceof Error ? further.message : String(further)}`);
		}
	}

	/** Begins to write a window, all of which has been read; null when it does not count, or has failed after all. */
	async #begin(task: Task, report: WindowReport): Promise<WindowWork | null> {
		const {purpose, from} = task;
		const {dir, query, recorder, index, progress, failures, maxRecords, result, now, inspect} = this.#options;
		if (purpose === 'probe' || (purpose === 'fresh' && from !== this.#position)) return null;
		const {answer} = report;
		requireSameTime(answer);
		const isBounded = purpose !== 'overlap' && answer.at !== undefined;
		const to = isBounded ? Math.min(task.to, this.#settledBy(answer.at ?? 0)) : task.to;
		if (to < task.to && purpose === 'fresh') {
			progress.caughtUp = true;
		}
		if (to <= from) return null;
		const window = {from, to};
		try {
			const seenBefore = await SeenBefore.open({
				dir, source: query.source, window, segments: purpose === 'fresh' ? undefined : index.within(window), strayMs: query.windowMs,
			});
			if (purpose === 'fresh') await failures.record(recorder);
			return new WindowWork({
				window, seenBefore, recorder, result, maxRecords, now, inspect,
				completes: purpose === 'fresh' ? undefined : purpose === 'gap' ? 'gap' : 'late',
				gap: incompleteBecause(report, window, {isFirst: purpose === 'fresh'}),
				total: to === task.to ? report.total : undefined,
				report,
			});
		} catch (error) {
			if (!(error instanceof DamagedSegmentError)) throw error;
			task.failure = error;
			return null;
		}
	}

	async #finish(task: Task, report: WindowReport): Promise<void> {
		const {counters, failures, recorder, result, verbose} = this.#options;
		const work = this.#work ?? undefined;
		await work?.end();
		failures.succeeded(task);
		if (task.purpose === 'probe' || work === undefined) return;
		counters.windows++;
		counters.duplicates += report.duplicates;
		counters.changed = result.changed;
		counters.problems.push(...problemsOf(report, task));
		result.covered = result.covered === undefined ? undefined : {...result.covered, until: recorder.standing.until};
		counters.records = result.records;
		if (task.purpose === 'fresh') {
			this.#position = work.window.to;
			this.#adapt(work);
		}
		verbose(
			`${task.purpose} window ${formatUtc(work.window.from)} to ${formatUtc(work.window.to)} done, ${counters.records} new records so far`,
		);
	}

	#fail(task: Task, failure: ExportError): void {
		const {failures, warning} = this.#options;
		const {purpose, from, to} = task;
		if (purpose === 'fresh' || purpose === 'unreachable') {
			// Beyond the server's clock: nothing is expected there yet.
			if (from !== this.#position) return;
			this.#position = to;
		}
		warning(`${formatUtc(from)} to ${formatUtc(to)} could not be read: ${failure.message}`);
		if (failure instanceof DamagedSegmentError) failures.succeeded(task);
		failures.add(task, failure);
	}

	/** Lets the next windows be so long that their rows are about as many as a segment holds, and no longer than asked. */
	#adapt({rows, window}: WindowWork): void {
		const {progress, maxRecords, query} = this.#options;
		const unitMs = stepMs(query.source.range);
		const factor = rows > maxRecords ? Math.max(1 / 16, 0.8 * maxRecords / rows) : rows * 2 < maxRecords ? 2 : 1;
		const lengthMs = rows > maxRecords ? (window.to - window.from) * factor : progress.freshMs * factor;
		progress.freshMs = Math.min(query.windowMs, Math.max(unitMs, wholeUnits(lengthMs, unitMs)));
	}

	/** Up to where all rows must be there when the server's clock says `at`: whole units, but for the lag. */
	#settledBy(at: number): number {
		const {lagMs, query} = this.#options;
		return settledBy(at, query.source, lagMs);
	}
}
