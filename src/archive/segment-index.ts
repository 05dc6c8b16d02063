import {ExportError, exitCodes} from '../base/errors.ts';
import type {Window} from '../engine/windows.ts';
import type {Gap} from './gaps.ts';
import {endOfPartition, partitionOf, manifestName, listedSegment, nameProblem, type ListedSegment} from './layout.ts';
import {DamagedManifestError, parseLine, readManifestBackward} from './manifest-file.ts';
import {readStanding, hashLine, type ManifestLine} from './manifest.ts';

/** What an archive has of a range. */
export interface ArchiveRange {
	/** The segments whose windows have a part in it, in the order of their lines. */
	readonly segments: readonly ListedSegment[];
	/** What of it could not be read, or not completely, oldest first. */
	readonly gaps: readonly Gap[];
	/** How far the archive goes, Unix milliseconds. */
	readonly until: number;
}

/** Lines of the manifest are gone or altered: what they listed would be left out without a word. */
class AlteredManifestError extends ExportError {
	override readonly name = 'AlteredManifestError';
	override readonly exitCode = exitCodes.incomplete;

	constructor(problem: string) {
		super(`${manifestName}: ${problem}`, {hint: 'audit-export verify names all that is damaged'});
	}
}

/**
 * Finds what an archive has of a range. Reads the manifest from its end, no further than it takes, and makes sure that
 * each line follows from the one before it.
 * @returns undefined when there is no line of a manifest
 * @throws AlteredManifestError
 */
export async function findRange(dir: string, range: Window): Promise<ArchiveRange | undefined> {
	const segments: ListedSegment[] = [];
	const replaced = new Set<string>();
	let last: ManifestLine | undefined;
	let following: ManifestLine | undefined;
	for await (const {bytes, complete} of readManifestBackward(dir)) {
		if (!complete) continue;
		const line = parseLine(bytes);
		if (line === undefined)
			throw new AlteredManifestError(
				following === undefined ? 'its last line cannot be read' : `the line before line ${following.line} cannot be read`,
			);
		if (following !== undefined && (line.line !== following.line - 1 || hashLine(bytes) !== following.prev))
			throw new AlteredManifestError(`line ${following.line} does not follow from the line before it`);
		last ??= line;
		following = line;
		// Whatever a line before this one lists is of time before that.
		if (Date.parse(line.standing.until) <= range.from) break;
		if (line.kind !== 'segment') continue;
		const segment = listedSegment(line);
		if (segment !== undefined && !replaced.has(segment.file) && segment.from < range.to && segment.to > range.from) {
			const problem = nameProblem(segment);
			if (problem !== undefined) throw new AlteredManifestError(`line ${line.line} lists ${segment.file}: ${problem}`);
			segments.push(segment);
		}
		if (line.replaces !== undefined) replaced.add(line.replaces);
	}
	if (last === undefined) return undefined;
	const {gaps, until} = readStanding(last.standing);
	return {segments: segments.toReversed(), gaps: gaps.filter(gap => gap.from < range.to && gap.to > range.from), until};
}

/** The segments of the time that a run reads again, by the day that they are in. */
export class SegmentIndex {
	readonly #byDay = new Map<string, ListedSegment[]>();

	/** Takes in a segment. */
	insert(segment: ListedSegment): void {
		const day = partitionOf(segment.from);
		const segments = this.#byDay.get(day);
		if (segments === undefined) this.#byDay.set(day, [segment]);
		else segments.push(segment);
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

/**
 * Lists the segments whose windows have a part in one of the given ones. Reads the manifest from its end, and no further
 * than it takes: where a line says that nothing of those windows was covered yet, no line before it lists any of it.
 * @throws DamagedManifestError for a line that cannot be read
 */
export async function indexSegments(dir: string, windows: readonly Window[]): Promise<SegmentIndex> {
	const index = new SegmentIndex();
	if (windows.length === 0) return index;
	const start = Math.min(...windows.map(({from}) => from));
	const replaced = new Set<string>();
	let following = 'at its end';
	for await (const {bytes, complete} of readManifestBackward(dir)) {
		if (!complete) continue;
		const line = parseLine(bytes);
		if (line === undefined) throw new DamagedManifestError(dir, `the line ${following} cannot be read`);
		following = `before line ${line.line}`;
		if (Date.parse(line.standing.until) <= start) break;
		if (line.kind !== 'segment') continue;
		const listed = listedSegment(line);
		// What no segment is called is not opened: it could lie anywhere.
		if (listed !== undefined && nameProblem(listed) !== undefined)
			throw new DamagedManifestError(dir, `line ${line.line} lists what is no segment`);
		if (listed !== undefined && !replaced.has(listed.file) && windows.some(({from, to}) => listed.from < to && listed.to > from))
			index.insert(listed);
		if (line.replaces !== undefined) replaced.add(line.replaces);
	}
	return index;
}
