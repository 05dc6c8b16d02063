import {formatUtc} from '../base/timezone.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {readRange} from './cat.ts';
import type {ArchiveFiles} from './file-system.ts';
import {endOfPartition, startOfPartition, type ListedSegment} from './layout.ts';
import {removeFiles} from './prune.ts';
import {byDay, findRange} from './range.ts';
import type {Recorder} from './recorder.ts';
import {DamagedSegmentError} from './segment-file.ts';

/** What compacting did. */
export interface Compacted {
	days: number;
	/** Files that are one a day now. */
	segments: number;
}

/** A day that was looked at. */
export interface CompactedDay {
	/** Where it begins, Unix milliseconds. */
	readonly from: number;
	readonly segments: number;
	/** Records in it; undefined where it stays as it is. */
	readonly records: number | undefined;
	/** Why it stays as it is. */
	readonly problem?: string;
}

export interface CompactOptions {
	readonly dir: string;
	readonly files: ArchiveFiles;
	readonly source: SourceDefinition;
	/** From when on there are records, Unix milliseconds. */
	readonly since: number;
	/** Where to begin to look; default `since`. */
	readonly from?: number | undefined;
	/** Days that end by then are closed: no run looks for late rows in them any more. */
	readonly closed: number;
	readonly signal: AbortSignal;
	/** Told each day that is done, and each that cannot be since a segment of it is damaged. */
	readonly report: (day: CompactedDay) => void;
}

/**
 * Makes one segment of those of each closed day that has no gap: the same rows byte for byte, oldest first. The new file is
 * durable before a line says that it stands for the others, and those are removed after that: cut off anywhere, nothing is
 * lost, and the next run clears away what is left.
 * @throws DamagedManifestError, OutputError, LockedError
 */
export async function compact(recorder: Recorder, options: CompactOptions): Promise<Compacted> {
	const {dir, files, since, from = since, closed, report} = options;
	const done: Compacted = {days: 0, segments: 0};
	const range = {from: Math.max(since, startOfPartition(from)), to: startOfPartition(closed)};
	if (range.from >= range.to) return done;
	const {segments = [], gaps = []} = await findRange(dir, [range]) ?? {};
	for (const own of byDay(segments).values()) {
		const [first] = own;
		if (first === undefined || own.length < 2) continue;
		const day = {from: Math.max(since, startOfPartition(first.from)), to: endOfPartition(first.from)};
		if (gaps.some(gap => gap.from < day.to && gap.to > day.from)) continue;
		try {
			const records = await compactDay(recorder, own, day, options);
			await removeFiles(recorder, own.map(({file}) => file), {dir, files});
			done.days++;
			done.segments += own.length;
			report({from: day.from, records, segments: own.length});
		} catch (error) {
			if (!(error instanceof DamagedSegmentError)) throw error;
			report({from: day.from, records: undefined, segments: own.length, problem: error.message});
		}
	}
	return done;
}

async function compactDay(
	recorder: Recorder, own: readonly ListedSegment[], {from, to}: {from: number; to: number}, {dir, source, signal}: CompactOptions,
): Promise<number> {
	const compression = own.at(-1)?.file.endsWith('.gz') === false ? 'none' : 'gzip';
	const draft = await recorder.draft(from, compression);
	try {
		// Each is compared with its line before a row of it is taken.
		for await (const records of readRange(dir, {segments: own, range: {from: -Infinity, to: Infinity}, source, signal}))
			await draft.write(records.map(({text}) => text));
		const {standing} = recorder;
		const written = await recorder.commit({from, to}, draft, 'day', compression);
		await recorder.change(
			{kind: 'compact', since: formatUtc(from), until: formatUtc(to), ...written, replaces: own.map(({file}) => file)},
			{segments: standing.segments + 1 - own.length, compacted: Math.max(standing.compacted ?? 0, to)}, written.file,
		);
		return written.records;
	} finally {
		await recorder.discard(draft);
	}
}
