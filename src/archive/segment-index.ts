import type {Window} from '../engine/windows.ts';
import {endOfPartition, partitionOf} from './layout.ts';
import {listedSegment, nameProblem, type ListedSegment} from './listed-segment.ts';
import {DamagedManifestError, parseLine, readManifestBackward} from './manifest-file.ts';

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
		if (listed !== undefined && nameProblem(listed) !== undefined) throw new DamagedManifestError(dir, `line ${line.line} lists what is no segment`);
		if (listed !== undefined && !replaced.has(listed.file) && windows.some(({from, to}) => listed.from < to && listed.to > from)) index.insert(listed);
		if (line.replaces !== undefined) replaced.add(line.replaces);
	}
	return index;
}
