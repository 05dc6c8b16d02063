import type {SourceDefinition} from '../../sources/types.ts';
import type {ListedSegment} from '../layout.ts';
import type {Report} from './finding.ts';
import {hashId, type Suspicion} from './id-index.ts';
import {RowReader, shownId} from './rows-check.ts';
import {pushRows} from './segment-check.ts';

/** Ids by their hash, and how often they stand in a segment. */
type IdsByHash = ReadonlyMap<number, ReadonlyMap<string, number>>;

/**
 * Looks at the ids that seem to occur twice, and tells of those that do: one finding for every two files that share
 * some, or for a file that has some twice.
 * @param segments by place
 */
export async function reportRepeats(dir: string, {suspicions, segments, source, report, signal}: {
	suspicions: readonly Suspicion[]; segments: readonly ListedSegment[]; source: SourceDefinition; report: Report; signal: AbortSignal;
}): Promise<void> {
	const wanted = new Map<number, Set<number>>();
	for (const {first, second, hashes} of suspicions) {
		for (const place of [first, second]) {
			const known = wanted.get(place) ?? new Set<number>();
			wanted.set(place, known);
			for (const hash of hashes) known.add(hash);
		}
	}
	const found = new Map<number, IdsByHash>();
	for (const [place, hashes] of wanted) {
		const segment = segments[place];
		if (segment !== undefined) found.set(place, await idsOf(dir, segment, {source, hashes, signal}));
	}
	for (const {first, second, count, hashes} of suspicions.toSorted((a, b) => a.second - b.second || a.first - b.first)) {
		const segment = segments[second];
		const other = segments[first];
		if (segment === undefined || other === undefined) continue;
		const shared = hashes.flatMap(hash => sharedId(found.get(first)?.get(hash), found.get(second)?.get(hash), first === second));
		const [id] = shared;
		if (id === undefined) continue;
		// Those that were not looked at count as they seem: a hash of 53 bits is hardly ever wrong.
		const more = count - (hashes.length - shared.length) - 1;
		const ids = `id ${shownId(id, source)}${more > 0 ? ` and ${more} more` : ''}`;
		report({
			kind: 'repeated', file: segment.file, since: segment.from, until: segment.to, line: segment.line,
			detail: first === second ? `${ids} twice in it` : `${ids} also in ${other.file}`,
		});
	}
}

function sharedId(first: ReadonlyMap<string, number> | undefined, second: ReadonlyMap<string, number> | undefined, isSame: boolean): string[] {
	const [id] = Array.from(second ?? []).find(([other, count]) => isSame ? count > 1 : first?.has(other) === true) ?? [];
	return id === undefined ? [] : [id];
}

async function idsOf(dir: string, segment: ListedSegment, {source, hashes, signal}: {source: SourceDefinition; hashes: ReadonlySet<number>; signal: AbortSignal}): Promise<IdsByHash> {
	const ids = new Map<number, Map<string, number>>();
	const reader = new RowReader(source, record => {
		if (record?.id === undefined) return;
		const hash = hashId(record.id);
		if (!hashes.has(hash)) return;
		const counts = ids.get(hash) ?? new Map<string, number>();
		ids.set(hash, counts.set(record.id, (counts.get(record.id) ?? 0) + 1));
	});
	await pushRows(dir, segment, {push: chunk => {
		signal.throwIfAborted();
		reader.push(chunk);
		return !reader.isEndless;
	}});
	return ids;
}
