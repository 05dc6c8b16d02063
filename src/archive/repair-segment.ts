import {lstat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {systemCode} from '../base/errors.ts';
import {counted} from '../base/given.ts';
import {formatUtc} from '../base/timezone.ts';
import {newReport} from '../engine/problems.ts';
import type {Window} from '../engine/windows.ts';
import {withGap} from './gaps.ts';
import type {SegmentCompression, ListedSegment} from './layout.ts';
import {writeStanding} from './manifest.ts';
import {incompleteBecause, settled, type Attempted, type RepairWork} from './repair-work.ts';
import {nextWindow} from './run-plan.ts';
import {SeenBefore} from './seen-before.ts';
import {draftSegment, type SegmentDraft, type WrittenSegment} from './segment-draft.ts';
import {setAside} from './sweep.ts';

/**
 * Reads a segment's window again and writes the rows that stand in no other segment. Bytes that are those listed take
 * their place again; others become a segment that stands for the lost one from now on. Fewer rows than there were never
 * do: the loss stays a finding, and what there still is of a lost file is kept aside.
 * @throws ApiError, NetworkError; DamagedSegmentError when another segment of the window cannot be read
 */
export async function replaceSegment(work: RepairWork, segment: ListedSegment, {isMissing}: {isMissing: boolean}): Promise<Attempted> {
	const {from, to, file} = segment;
	const compression: SegmentCompression = file.endsWith('.gz') ? 'gzip' : 'none';
	const draft = await draftSegment(work.dir, {from, to, compression}, work.files);
	try {
		const incomplete = await readAgain(work, segment, draft);
		const found = rowsElsewhere(work, segment);
		const isLess = draft.records + found < segment.records;
		const fewer = `the API has only ${draft.records} of its ${segment.records} records any more`;
		if (isLess && !isMissing) return {done: false, detail: `${fewer}; the file stays as it is`};
		// Under a name of its own until its hash is known.
		const written = draft.records === 0 ? undefined : await draft.commit({from, to, compression, late: work.archive.writer.nextLine});
		if (isLess)
			return {done: false, detail: written === undefined ? fewer : `${fewer}: kept as ${await setAside(work.dir, written.file, work.files)}`};
		if (written !== undefined && written.sha256 === segment.sha256) return await putBack(work, segment, written);
		if (!work.isSound) {
			if (written !== undefined) await removeFile(work, written.file);
			return {done: false, detail: 'the API delivers other bytes than those listed, and the manifest, which was altered, takes no more lines'};
		}
		// First: what nothing lists any more would be in nobody's way, and lie there for good.
		const aside = await setAsideIfThere(work, file);
		await record(work, segment, {written, gap: incomplete});
		takeFrom(work, segment, segment.records - draft.records);
		const kept = aside === undefined ? '' : `; what was there is now ${aside}`;
		const as = written === undefined ? 'its records stand in other segments' : `exported again as ${written.file}, ${counted(draft.records, 'record')}`;
		return incomplete === undefined
			? {done: true, detail: `${as}${kept}`}
			: {done: false, detail: `${as}, but not completely: ${incomplete}${kept}`};
	} finally {
		await draft.discard();
	}
}

/** Writes the window's rows that no healthy segment has. @returns why the reading is not complete, if so */
async function readAgain(
	work: RepairWork, {from, to}: Window, draft: SegmentDraft,
): Promise<string | undefined> {
	const {query, now} = work;
	let incomplete: string | undefined;
	// A compacted day is longer than a window.
	for (let at = from; at < to;) {
		const window = nextWindow({from: at, to}, query, now);
		incomplete = await readWindow(work, window, draft) ?? incomplete;
		at = window.to;
	}
	return incomplete;
}

async function readWindow(
	{dir, query, read, healthy, signal, inspect}: RepairWork, window: Window, draft: SegmentDraft,
): Promise<string | undefined> {
	const seenBefore = await SeenBefore.open({
		dir, source: query.source, window, segments: healthy.filter(other => meets(other, window)), strayMs: query.windowMs,
	});
	const report = newReport();
	for await (const records of read(window, report)) {
		signal.throwIfAborted();
		const unseen = await seenBefore.unseen(settled(records, report));
		inspect(unseen);
		await draft.write(unseen.map(({text}) => text));
	}
	return incompleteBecause(report, window);
}

/** Gives the bytes that are those listed their name again. */
async function putBack(work: RepairWork, segment: ListedSegment, {file: written, records}: WrittenSegment): Promise<Attempted> {
	const {dir, files, healthy} = work;
	const aside = await setAsideIfThere(work, segment.file);
	await files.rename(join(dir, written), join(dir, segment.file));
	await files.syncDirectory(dirname(join(dir, segment.file)));
	healthy.push(segment);
	return {done: true, detail: `put back as it was, ${counted(records, 'record')}${aside === undefined ? '' : `; what was there is now ${aside}`}`};
}

/** Adds the line that says what stands for a segment from now on. */
async function record(
	work: RepairWork, segment: ListedSegment, {written, gap}: {written: WrittenSegment | undefined; gap: string | undefined},
): Promise<void> {
	const {
		archive: {writer}, healthy, surplus,
	} = work;
	const {from, to, file} = segment;
	const {segments, records, gaps} = work.standing;
	const standing = {
		...work.standing,
		segments: segments - 1 + (written === undefined ? 0 : 1),
		records: records - segment.records + (written?.records ?? 0),
		gaps: gap === undefined ? gaps : withGap(gaps, {from, to, reason: gap}),
	};
	const {line} = await writer.append({
		kind: 'segment', since: formatUtc(from), until: formatUtc(to), file: written?.file ?? null, records: written?.records ?? 0,
		bytes: written?.bytes ?? 0, sha256: written?.sha256 ?? null, total: null, replaces: file, standing: writeStanding(standing),
	});
	work.standing = standing;
	if (written === undefined) return;
	healthy.push({...written, line, from, to, completes: 'replaces'});
	if (written.records > segment.records) surplus.push({from, to, file: written.file, records: written.records - segment.records});
}

/** How many of a segment's rows may be among those that others of its window got beyond their own. */
function rowsElsewhere({surplus}: RepairWork, window: Window): number {
	return surplus.filter(other => meets(other, window)).reduce((sum, {records}) => sum + records, 0);
}

function takeFrom({surplus}: RepairWork, window: Window, count: number): void {
	let left = count;
	for (const other of surplus) {
		if (left <= 0) return;
		if (!meets(other, window)) continue;
		const taken = Math.min(left, other.records);
		other.records -= taken;
		left -= taken;
	}
}

async function setAsideIfThere({dir, files}: RepairWork, file: string): Promise<string | undefined> {
	try {
		await lstat(join(dir, file));
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw error;
	}
	return setAside(dir, file, files);
}

async function removeFile({dir, files}: RepairWork, file: string): Promise<void> {
	await files.remove(join(dir, file));
	await files.syncDirectory(dirname(join(dir, file)));
}

function meets(a: Window, b: Window): boolean {
	return a.from < b.to && a.to > b.from;
}


