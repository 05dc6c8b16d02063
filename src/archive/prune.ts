import {dirname, join} from 'node:path';
import {ExportError} from '../base/errors.ts';
import {formatUtc} from '../base/timezone.ts';
import {writeFailure} from '../output/failure.ts';
import {isThere, type ArchiveFiles} from './file-system.ts';
import {withoutWindow} from './gaps.ts';
import {startOfPartition, type ListedSegment} from './layout.ts';
import type {ArchiveStanding} from './manifest.ts';
import {byDay, findRange} from './range.ts';
import type {Recorder} from './recorder.ts';

/** What is pruned of one day, or is to be. Times in Unix milliseconds. */
export interface PrunedDay {
	readonly from: number;
	/** The end of it, and of what follows without a segment. */
	readonly to: number;
	readonly segments: readonly ListedSegment[];
}

/**
 * What pruning would remove: whole days in UTC, from the archive's start on; never the day up to which it was read.
 * @param options.since from when on there are records now, Unix milliseconds
 * @param options.before nothing from this instant on
 * @throws DamagedManifestError
 */
export async function daysToPrune(
	dir: string, {since, standing, before}: {since: number; standing: Pick<ArchiveStanding, 'until'>; before: number},
): Promise<PrunedDay[]> {
	const to = startOfPartition(Math.min(before, standing.until));
	if (to <= since) return [];
	const {segments = []} = await findRange(dir, [{from: since, to}]) ?? {};
	const days = [...byDay(segments).values()].toSorted(([a], [b]) => (a?.from ?? 0) - (b?.from ?? 0));
	if (days.length === 0) return [{from: since, to, segments: []}];
	return days.map((own, index) => {
		const next = days[index + 1]?.[0]?.from;
		return {
			from: index === 0 ? since : startOfPartition(own[0]?.from ?? since),
			to: next === undefined ? to : startOfPartition(next),
			segments: own,
		};
	});
}

/**
 * Removes days, on the record: a line says what was there, then the files go. Cut off in between, the next run removes
 * what is left of them.
 * @param options.rule why, for people
 * @throws OutputError, LockedError
 */
export async function prune(
	recorder: Recorder, days: readonly PrunedDay[], {dir, files, rule}: {dir: string; files: ArchiveFiles; rule: string},
): Promise<void> {
	for (const {from, to, segments} of days) {
		const {standing} = recorder;
		const removed = segments.map(({file, records, sha256}) => ({file, records, sha256}));
		recorder.unclean = true;
		await recorder.change({kind: 'prune', since: formatUtc(from), until: formatUtc(to), rule, removed}, {
			pruned: to,
			segments: standing.segments - removed.length,
			records: standing.records - removed.reduce((sum, {records}) => sum + records, 0),
			gaps: withoutWindow(standing.gaps, {from: -Infinity, to}),
		});
		await removeFiles(recorder, segments.map(({file}) => file), {dir, files});
	}
}

/** Removes files that are no part of the archive any more, and their partition where it is empty then. */
export async function removeFiles(
	recorder: Recorder, names: readonly string[], {dir, files}: {dir: string; files: ArchiveFiles},
): Promise<void> {
	recorder.unclean = true;
	for (const partition of new Set(names.map(name => dirname(name)))) {
		const path = join(dir, partition);
		try {
			if (!(await isThere(path))) continue;
			for (const name of names) if (dirname(name) === partition) await files.remove(join(dir, name));
			await files.syncDirectory(path);
			await files.removeDirectory(path);
		} catch (error) {
			throw error instanceof ExportError ? error : writeFailure(path, error);
		}
	}
	recorder.unclean = false;
}
