import type {Sleep} from '../base/context.ts';
import {ExportError} from '../base/errors.ts';
import type {AuditRecord} from '../base/record.ts';
import {newReport, type WindowReport} from './problems.ts';
import {later, WindowTooLarge} from './volume-plan.ts';
import {unparked, type ParkedBatch, WaitingRoom} from './waiting-room.ts';
import type {Window} from './windows.ts';

/** What comes out of a run of windows, strictly window after window. */
export type WindowEvent<W extends Window = Window> =
	| {readonly kind: 'records'; readonly window: W; readonly records: AuditRecord[]; readonly report: WindowReport}
	| {readonly kind: 'done'; readonly window: W; readonly report: WindowReport};

/** Reads one window; problems and counts go into `report`. */
export type ReadWindow<W extends Window = Window> = (window: W, report: WindowReport) => AsyncIterable<AuditRecord[]>;

/** Who plans the windows, and hears of each in its turn, before anything else does. */
export interface Planner<W extends Window = Window> {
	/** The windows in their order; `later` while the next depends on what is under way. */
	readonly windows: Iterable<W | typeof later>;
	/** A window was read. */
	done?(window: W, report: WindowReport): void;
	/** A window turned out too large: `windows` goes on with what stands in its place, and in that of all after it. */
	cut?(window: W, found: WindowTooLarge): void;
}

interface Job<W extends Window> {
	readonly window: W;
	readonly report: WindowReport;
	readonly queue: ParkedBatch[];
	finished: boolean;
	/** Another plan came in its place. */
	dropped: boolean;
	failure: {readonly error: unknown} | undefined;
	/** Settles when the reading has stopped for whatever reason. */
	stopped: Promise<void>;
}

/**
 * Reads up to `concurrency` windows at once and delivers their records in window order, so that the output never
 * depends on timing. Windows ahead of their turn are held back once too much waits in the `WaitingRoom`. A
 * failure surfaces when its window's turn comes: everything before it has been delivered by then. When the consumer
 * leaves, `stop` is aborted and every reading has ended before this generator returns.
 */
export async function* inOrder<W extends Window>(
	planner: Planner<W>,
	read: ReadWindow<W>,
	{concurrency, stop, sleep}: {concurrency: number; stop: AbortController; sleep: Sleep},
): AsyncGenerator<WindowEvent<W>, void, undefined> {
	const jobs: Array<Job<W>> = [];
	const plan = planner.windows[Symbol.iterator]();
	const dropped: Array<Promise<void>> = [];
	let closed = false;
	let listeners: Array<() => void> = [];
	const changed = () => new Promise<void>(resolve => {
		listeners.push(resolve);
	});
	const announce = () => {
		const waiting = listeners;
		listeners = [];
		for (const listener of waiting) listener();
	};
	const room = new WaitingRoom({sleep, signal: stop.signal, announce});

	// Functions of their own: one that waits holds on to all of its variables, to a page in the end.
	const readPage = async (job: Job<W>, reading: AsyncIterator<AuditRecord[]>): Promise<boolean> => {
		const page = await reading.next();
		if (page.done === true || closed || job.dropped) return false;
		job.queue.push(job === jobs[0] ? unparked(page.value) : room.enter(page.value));
		announce();
		return true;
	};
	// One page of the window at the head waits at a time: the reader of the output sets the pace.
	const mayReadOn = (job: Job<W>) => closed || job.dropped || (job === jobs[0] ? job.queue.length <= 1 : room.hasRoom);

	const run = async (job: Job<W>) => {
		try {
			const reading = read(job.window, job.report)[Symbol.asyncIterator]();
			try {
				while (await readPage(job, reading)) while (!mayReadOn(job)) await changed();
			} finally {
				await reading.return?.();
			}
		} catch (error) {
			job.failure = {error};
		} finally {
			job.finished = true;
			announce();
		}
	};

	const fill = () => {
		while (jobs.length < concurrency) {
			const next = plan.next();
			if (next.done === true || next.value === later) return;
			const job: Job<W> = {
				window: next.value, report: newReport(), queue: [], finished: false, dropped: false, failure: undefined, stopped: Promise.resolve(),
			};
			jobs.push(job);
			job.stopped = run(job);
		}
	};

	const drop = (job: Job<W>) => {
		job.dropped = true;
		for (const batch of job.queue) room.leave(batch);
		dropped.push(job.stopped);
	};

	try {
		for (fill(); jobs[0] !== undefined; fill()) {
			const [head] = jobs;
			const batch = head.queue.shift();
			if (batch !== undefined) {
				room.serve();
				const records = room.leave(batch);
				announce();
				yield {kind: 'records', window: head.window, records, report: head.report};
			} else if (head.failure?.error instanceof WindowTooLarge && planner.cut !== undefined) {
				for (const job of jobs.splice(0)) drop(job);
				announce();
				planner.cut(head.window, head.failure.error);
			} else if (head.failure !== undefined) {
				throw head.failure.error;
			} else if (head.finished) {
				room.serve();
				jobs.shift();
				announce();
				planner.done?.(head.window, head.report);
				yield {kind: 'done', window: head.window, report: head.report};
			} else {
				room.starve();
				await changed();
			}
		}
	} finally {
		closed = true;
		stop.abort(new ExportError('the export has ended'));
		announce();
		await Promise.all([...dropped, ...jobs.map(async job => job.stopped)]);
	}
}
