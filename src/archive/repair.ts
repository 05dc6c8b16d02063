import {ApiError, NetworkError} from '../base/errors.ts';
import {newReport} from '../engine/problems.ts';
import type {Window} from '../engine/windows.ts';
import {stepMs} from '../sources/range.ts';
import {newArchiveResult} from './archive-result.ts';
import {Recorder} from './recorder.ts';
import {replaceSegment} from './repair-segment.ts';
import {type Attempt, type RepairOptions, type RepairWork, incompleteBecause, type Attempted} from './repair-work.ts';
import {nextWindow, piecesOf} from './run-plan.ts';
import {SeenBefore} from './seen-before.ts';
import {DamagedSegmentError} from './segment-file.ts';
import {SegmentIndex} from './range.ts';
import {manifestKinds, type Finding, type FindingKind} from './verify/finding.ts';
import {WindowWork} from './window-work.ts';

/** Records of a segment that fills a gap; only the rows of one instant may be more. */
const maxRecords = 100_000;

/** Reads open gaps again, as a run does. @returns whether nothing is left that the next run has to clear away */
async function fillGaps(work: RepairWork, attempt: Attempt): Promise<{clean: boolean}> {
	const {dir, archive: {writer, lock}, files, query, now, standing, healthy} = work;
	const compression = healthy.at(-1)?.file.endsWith('.gz') === false ? 'none' : 'gzip';
	const recorder = new Recorder({dir, files, writer, standing, compression, lost: lock.lost});
	const index = await SegmentIndex.of(dir, standing.gaps);
	for (const gap of standing.gaps) {
		for (const {from, to} of piecesOf(gap, {index, unitMs: stepMs(query.source.range), next: window => nextWindow(window, query, now)})) {
			await attempt({file: undefined, from, to}, async () => fill(work, {from, to}, {recorder, index}));
		}
	}
	work.standing = recorder.standing;
	return {clean: !recorder.unclean && !writer.unsettled};
}

async function fill(
	{dir, query, read, signal, inspect, now}: RepairWork, window: Window, {recorder, index}: {recorder: Recorder; index: SegmentIndex},
): Promise<Attempted> {
	const seenBefore = await SeenBefore.open({dir, source: query.source, window, segments: index.within(window), strayMs: query.windowMs});
	const report = newReport();
	const batches = read(window, report)[Symbol.asyncIterator]();
	// Sorted, a window is read whole before its first record comes out: by then it is known whether it is complete.
	let next = await batches.next();
	const gap = incompleteBecause(report, window);
	const result = newArchiveResult();
	const writing = new WindowWork({
		window, seenBefore, recorder, result, maxRecords, now, inspect, completes: 'gap', gap, total: report.total, report,
	});
	try {
		for (; next.done !== true; next = await batches.next()) {
			signal.throwIfAborted();
			await writing.take(next.value);
		}
		await writing.end();
		result.changed += Math.max(writing.changed, report.changed);
	} catch (error) {
		await writing.abandon();
		throw error;
	} finally {
		await batches.return?.();
	}
	const found = `${result.records} record${result.records === 1 ? '' : 's'}${result.changed === 0 ? '' : `, ${result.changed} of them with another content than before`}`;
	return gap === undefined
		? {done: true, detail: `read again, ${found}`}
		: {done: false, detail: `read again, ${found}, but not completely: ${gap}`};
}

export type {Repair} from './repair-work.ts';

/** Findings that mean that a segment's rows are lost, or not those that were archived. */
const lostKinds: ReadonlySet<FindingKind> = new Set(['missing', 'not_a_file', 'altered', 'unreadable']);

/** Whether anything that was found can be exported again. */
export function isRepairable(findings: readonly Finding[]): boolean {
	return findings.some(({kind}) => lostKinds.has(kind) || kind === 'gap');
}

/**
 * Exports again what is missing or damaged, as far as the API still has it: segments, then open gaps. Nothing is deleted:
 * damaged files are set aside. What the manifest itself has lost cannot be had again.
 * @returns whether something may lie there that the next run has to clear away
 * @throws CredentialsError, OutputError, LockedError, and the signal's reason
 */
export async function repairArchive(options: RepairOptions): Promise<{clean: boolean}> {
	const {findings, manifest, report, archive} = options;
	const lost = new Map(findings.filter(({kind}) => lostKinds.has(kind)).map(({file, kind}) => [file, kind]));
	const isSound = !findings.some(({kind}) => manifestKinds.has(kind));
	const segments = [...manifest.segments.values()];
	const work: RepairWork = {
		...options, standing: archive.standing, isSound, healthy: segments.filter(({file}) => !lost.has(file)), surplus: [],
	};
	let unreachable: NetworkError | undefined;
	const attempt: Attempt = async (place, run) => {
		work.signal.throwIfAborted();
		archive.lock.lost.throwIfAborted();
		try {
			if (unreachable !== undefined) throw unreachable;
			report({...place, ...await run()});
		} catch (error) {
			work.signal.throwIfAborted();
			if (!(error instanceof ApiError || error instanceof NetworkError || error instanceof DamagedSegmentError)) throw error;
			if (error instanceof NetworkError) unreachable = error;
			report({...place, done: false, detail: error.message});
		}
	};
	for (const segment of segments) {
		const kind = lost.get(segment.file);
		if (kind === undefined) continue;
		const {file, from, to} = segment;
		await attempt({file, from, to}, async () => {
			if (manifest.suspect.has(segment.line)) return {done: false, detail: `line ${segment.line}, which lists it, may have been altered`};
			return replaceSegment(work, segment, {isMissing: kind === 'missing'});
		});
	}
	if (isSound) return fillGaps(work, attempt);
	for (const {from, to} of work.standing.gaps)
		report({file: undefined, from, to, done: false, detail: 'the manifest was altered, and takes no more lines'});
	return {clean: true};
}
