import {LockedError, OutputError, type ExportError} from '../base/errors.ts';
import type {AuditRecord} from '../base/record.ts';
import {formatUtc} from '../base/timezone.ts';
import type {WindowEvent} from '../engine/in-order.ts';
import {problemsOf, type WindowReport} from '../engine/problems.ts';
import type {Sink} from '../engine/pump.ts';
import {requireSameTime, settledBy, type ServerClock} from '../engine/server-clock.ts';
import type {RunCounters} from '../engine/summary.ts';
import type {Window} from '../engine/windows.ts';
import type {Query} from '../query/query.ts';
import {stepMs} from '../sources/range.ts';
import type {ArchiveResult} from './archive-result.ts';
import type {Failures} from './failures.ts';
import type {Recorder} from './recorder.ts';
import {incompleteBecause} from './repair-work.ts';
import {piecesOf} from './run-plan.ts';
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

/** What of a window that was read is written. */
interface Writing {
	readonly task: Task;
	readonly report: WindowReport;
	/** The pieces that it is cut into, oldest first; none where it does not count. */
	readonly pieces: Window[];
	/** The one that is written. */
	work: WindowWork | undefined;
	/** Rows that the archive had with another content. */
	changed: number;
}

/** Takes what comes out of the reading of a run's windows, one window after the other, into the archive: by pieces of one day. */
export class Archiving implements Sink<Task> {
	/** Up to where fresh time was read, or failed. */
	#position: number;
	#writing: Writing | undefined;
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
		const {window: task, report} = event;
		if (task.failure !== undefined) {
			if (event.kind === 'done') this.#fail(task, task.failure);
			return;
		}
		this.#writing ??= await this.#begin(task, report);
		if (event.kind === 'records') await this.#write(this.#writing, event.records);
		else await this.#finish(this.#writing);
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
			await this.#writing?.work?.abandon();
			this.#writing = undefined;
			if (!(error instanceof OutputError || error instanceof LockedError)) await recorder.flush();
		} catch (further) {
			verbose(`what the run was writing is left to the next one: ${further instanceof Error ? further.message : String(further)}`);
		}
	}

	/** Begins to write a window, all of which has been read. */
	async #begin(task: Task, report: WindowReport): Promise<Writing> {
		const {query, progress, freshFrom, index} = this.#options;
		const {purpose, from} = task;
		const {answer} = report;
		const writing: Writing = {task, report, pieces: [], work: undefined, changed: 0};
		if (purpose === 'probe' || (purpose === 'fresh' && Math.max(from, freshFrom) !== this.#position)) return writing;
		requireSameTime(answer);
		const settled = purpose === 'overlap' || answer.at === undefined ? Infinity : this.#settledBy(answer.at);
		const to = Math.min(task.to, purpose === 'fresh' ? Math.max(freshFrom, settled) : settled);
		if (to < task.to && purpose === 'fresh') progress.caughtUp = true;
		const parts = purpose === 'fresh' && from < freshFrom && freshFrom < to ? [{from, to: freshFrom}, {from: freshFrom, to}] : [{from, to}];
		const unitMs = stepMs(query.source.range);
		for (const part of parts) writing.pieces.push(...piecesOf(part, {index, unitMs}));
		await this.#next(writing);
		return writing;
	}

	/** Writes rows to the pieces that they are of, in the order of time; those without one to the last. */
	async #write(writing: Writing, records: readonly AuditRecord[]): Promise<void> {
		for (let rest = records; rest.length > 0;) {
			const {pieces: [piece, following], work} = writing;
			if (piece === undefined) return;
			const beyond = following === undefined ? -1 : rest.findIndex(({time}) => time === undefined || time >= piece.to);
			const own = beyond === -1 ? rest : rest.slice(0, beyond);
			await work?.take(own);
			rest = rest.slice(own.length);
			if (rest.length > 0) await this.#advance(writing);
		}
	}

	async #advance(writing: Writing): Promise<void> {
		const {purpose} = writing.task;
		await writing.work?.end();
		writing.changed += writing.work?.changed ?? 0;
		writing.work = undefined;
		const done = writing.pieces.shift();
		if (purpose === 'fresh' && done !== undefined) this.#position = Math.max(this.#position, done.to);
		await this.#next(writing);
	}

	/** Begins the next piece. What the archive has of it may be damaged: then it is passed over. */
	async #next(writing: Writing): Promise<void> {
		const {dir, query, recorder, index, failures, maxRecords, result, now, inspect, freshFrom} = this.#options;
		const {task, report, pieces: [window]} = writing;
		if (window === undefined) return;
		const isFirst = task.purpose === 'fresh' && window.from >= freshFrom;
		try {
			const seenBefore = await SeenBefore.open({
				dir, source: query.source, window, segments: isFirst ? undefined : index.within(window),
				strayMs: Math.max(query.windowMs, task.to - task.from),
			});
			if (isFirst) await failures.record(recorder);
			writing.work = new WindowWork({
				window, seenBefore, recorder, result, maxRecords, now, inspect, report,
				completes: isFirst ? undefined : task.purpose === 'gap' ? 'gap' : 'late',
				gap: incompleteBecause(report, task, {isFirst}),
				total: window.from === task.from && window.to === task.to ? report.total : undefined,
			});
		} catch (error) {
			if (!(error instanceof DamagedSegmentError)) throw error;
			failures.succeeded(task);
			this.#fail({...task, ...window}, error);
		}
	}

	async #finish(writing: Writing): Promise<void> {
		const {counters, failures, recorder, result, verbose} = this.#options;
		const {task, report, pieces} = writing;
		const isRead = pieces.length > 0;
		while (pieces.length > 0) await this.#advance(writing);
		this.#writing = undefined;
		failures.succeeded(task);
		if (!isRead) return;
		result.changed += Math.max(writing.changed, report.changed);
		counters.windows++;
		counters.duplicates += report.duplicates;
		counters.changed = result.changed;
		counters.problems.push(...problemsOf(report, task));
		result.covered = result.covered === undefined ? undefined : {...result.covered, until: recorder.standing.until};
		counters.records = result.records;
		verbose(`${task.purpose} window ${formatUtc(task.from)} to ${formatUtc(task.to)} done, ${counters.records} new records so far`);
	}

	#fail(task: Task, failure: ExportError): void {
		const {failures, warning, freshFrom} = this.#options;
		const {purpose, from, to} = task;
		if (purpose === 'fresh') {
			// Beyond the server's clock: nothing is expected there yet.
			if (Math.max(from, freshFrom) !== this.#position) return;
			this.#position = Math.max(this.#position, to);
		}
		warning(couldNotBeRead(task, failure));
		failures.add(task, failure);
	}

	/** Up to where all rows must be there when the server's clock says `at`: whole units, but for the lag. */
	#settledBy(at: number): number {
		const {lagMs, query} = this.#options;
		return settledBy(at, query.source, lagMs);
	}
}

/** What is said of a window that could not be read. */
export function couldNotBeRead({from, to}: Window, {message}: ExportError): string {
	return `${formatUtc(from)} to ${formatUtc(to)} could not be read: ${message}`;
}
