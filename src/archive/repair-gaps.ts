import {newReport} from '../engine/problems.ts';
import {inTimeOrder} from '../engine/time-order.ts';
import type {Window} from '../engine/windows.ts';
import {newArchiveResult} from './archive-result.ts';
import {Recorder} from './recorder.ts';
import {incompleteBecause, type Attempt, type Attempted, type RepairWork} from './repair-work.ts';
import {partsOf} from './run-plan.ts';
import {SeenBefore} from './seen-before.ts';
import {indexSegments, type SegmentIndex} from './segment-index.ts';
import {WindowWork} from './window-work.ts';

/** Records of a segment that fills a gap; only the rows of one instant may be more. */
const maxRecords = 100_000;

/** Reads open gaps again, as a run does. @returns whether nothing is left that the next run has to clear away */
export async function fillGaps(work: RepairWork, attempt: Attempt): Promise<{clean: boolean}> {
	const {dir, archive: {writer, lock}, files, query, now, standing, healthy} = work;
	const compression = healthy.at(-1)?.file.endsWith('.gz') === false ? 'none' : 'gzip';
	const recorder = new Recorder({dir, files, writer, standing, compression, lost: lock.lost});
	const index = await indexSegments(dir, standing.gaps);
	for (const gap of standing.gaps) {
		for (const {from, to} of partsOf(gap, index, {query, lengthMs: query.windowMs, now})) {
			await attempt({file: undefined, from, to}, async () => fill(work, {from, to}, {recorder, index}));
		}
	}
	work.standing = recorder.standing;
	return {clean: !recorder.unclean && !writer.unsettled};
}

async function fill({dir, query, read, signal, inspect, now}: RepairWork, window: Window, {recorder, index}: {recorder: Recorder; index: SegmentIndex}): Promise<Attempted> {
	const seenBefore = await SeenBefore.open({dir, source: query.source, window, segments: index.within(window), strayMs: query.windowMs});
	const report = newReport();
	const batches = inTimeOrder(read(window, report));
	// Sorted, a window is read whole before its first record comes out: by then it is known whether it is complete.
	let next = await batches.next();
	const gap = incompleteBecause(report, window);
	const result = newArchiveResult();
	const writing = new WindowWork({window, seenBefore, recorder, result, maxRecords, now, inspect, completes: 'gap', gap, total: report.total});
	try {
		for (; next.done !== true; next = await batches.next()) {
			signal.throwIfAborted();
			await writing.take(next.value);
		}
		await writing.end();
	} catch (error) {
		await writing.abandon();
		throw error;
	} finally {
		await batches.return();
	}
	const found = `${result.records} record${result.records === 1 ? '' : 's'}`;
	return gap === undefined ? {done: true, detail: `read again, ${found}`} : {done: false, detail: `read again, ${found}, but not completely: ${gap}`};
}
