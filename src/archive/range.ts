import type {Window} from '../engine/windows.ts';
import type {Gap} from './gaps.ts';
import {endOfPartition, partitionOf, listedSegment, nameProblem, type ListedSegment} from './layout.ts';
import {DamagedManifestError, parseLine, readManifestBackward} from './manifest-file.ts';
import {readStanding, hashLine, replacedBy, type ManifestLine} from './manifest.ts';

/** What an archive has of some time. */
export interface ArchiveRange {
	/** The segments whose windows have a part in it, in the order of their lines. */
	readonly segments: readonly ListedSegment[];
	/** What of it could not be read, or not completely, oldest first. */
	readonly gaps: readonly Gap[];
	/** How far the archive goes, Unix milliseconds. */
	readonly until: number;
	/** All before this was pruned; undefined where nothing was. */
	readonly pruned: number | undefined;
}

/**
 * Finds what an archive has of some windows. Reads the manifest from its end and makes sure that each line follows from the
 * one before it, no further than it takes: where a line says that nothing of those windows was covered yet, no line before
 * it lists any of it.
 * @returns undefined when there is no line of a manifest
 * @throws DamagedManifestError: what lines that are gone or altered listed would be left out without a word
 */
export async function findRange(dir: string, windows: readonly Window[]): Promise<ArchiveRange | undefined> {
	let start = Math.min(...windows.map(({from}) => from));
	const isWanted = ({from, to}: Window) => windows.some(window => from < window.to && to > Math.max(window.from, start));
	const segments: ListedSegment[] = [];
	const replaced = new Set<string>();
	let last: ManifestLine | undefined;
	let following: ManifestLine | undefined;
	for await (const {bytes, complete} of readManifestBackward(dir)) {
		if (!complete) continue;
		const line = parseLine(bytes);
		if (line === undefined)
			throw new DamagedManifestError(
				dir, following === undefined ? 'its last line cannot be read' : `the line before line ${following.line} cannot be read`,
			);
		if (following !== undefined && (line.line !== following.line - 1 || hashLine(bytes) !== following.prev))
			throw new DamagedManifestError(dir, `line ${following.line} does not follow from the line before it`);
		if (last === undefined) {
			last = line;
			start = Math.max(start, readStanding(line.standing).pruned ?? -Infinity);
		}
		following = line;
		if (Date.parse(line.standing.until) <= start) break;
		if (line.kind !== 'segment' && line.kind !== 'compact') continue;
		const segment = listedSegment(line);
		if (segment !== undefined && !replaced.has(segment.file) && isWanted(segment)) {
			// What no segment is called is not opened: it could lie anywhere.
			const problem = nameProblem(segment);
			if (problem !== undefined) throw new DamagedManifestError(dir, `line ${line.line} lists ${segment.file}: ${problem}`);
			segments.push(segment);
		}
		for (const file of replacedBy(line)) replaced.add(file);
	}
	if (last === undefined) return undefined;
	const {gaps, until, pruned} = readStanding(last.standing);
	return {segments: segments.toReversed(), gaps: gaps.filter(isWanted), until, pruned};
}

/** Segments by the partition that they are in; those of one in the order in which they come. */
export function byDay(segments: readonly ListedSegment[]): Map<string, ListedSegment[]> {
	const days = new Map<string, ListedSegment[]>();
	for (const segment of segments) {
		const day = partitionOf(segment.from);
		const others = days.get(day);
		if (others === undefined) days.set(day, [segment]);
		else others.push(segment);
	}
	return days;
}

/** The segments of the time that a run reads again, by the day that they are in. */
export class SegmentIndex {
	readonly #byDay: ReadonlyMap<string, readonly ListedSegment[]>;

	private constructor(segments: readonly ListedSegment[]) {
		this.#byDay = byDay(segments);
	}

	/** The segments whose windows have a part in one of the given ones. @throws DamagedManifestError */
	static async of(dir: string, windows: readonly Window[]): Promise<SegmentIndex> {
		return new SegmentIndex(windows.length === 0 ? [] : (await findRange(dir, windows))?.segments ?? []);
	}

	/** The segments whose windows have a part in this one. */
	within({from, to}: Window): ListedSegment[] {
		const found: ListedSegment[] = [];
		for (let day = from; day < to; day = endOfPartition(day)) {
			found.push(...(this.#byDay.get(partitionOf(day)) ?? []).filter(segment => segment.from < to && segment.to > from));
		}
		return found;
	}
}
