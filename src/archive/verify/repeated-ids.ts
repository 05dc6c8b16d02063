import {visibleInTable} from '../../base/visible.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import type {ListedSegment} from '../layout.ts';
import type {Report} from './finding.ts';
import {hashText, type Suspicion} from './id-index.ts';
import {RowReader, shownId} from './rows-check.ts';
import {pushRows} from './segment-check.ts';

interface Row {
	readonly id: string;
	/** The hash of its text. */
	readonly content: number;
}

/** Rows by the hash of their ids, as often as they stand in a segment. */
type RowsByHash = ReadonlyMap<number, readonly Row[]>;

/**
 * Looks at the ids that seem to occur twice, and tells of those that do: one finding for every two files that share rows, or
 * for a file that has some twice.
 * @param segments by place
 * @returns what there is to know of ids with several contents, which are no fault: the API has changed those rows
 */
export async function reportRepeats(dir: string, {suspicions, segments, source, report, signal}: {
	suspicions: readonly Suspicion[]; segments: readonly ListedSegment[]; source: SourceDefinition; report: Report; signal: AbortSignal;
}): Promise<string[]> {
	const wanted = new Map<number, Set<number>>();
	for (const {first, second, hashes} of suspicions) {
		for (const place of [first, second]) {
			const known = wanted.get(place) ?? new Set<number>();
			wanted.set(place, known);
			for (const hash of hashes) known.add(hash);
		}
	}
	const found = new Map<number, RowsByHash>();
	for (const [place, hashes] of wanted) {
		const segment = segments[place];
		if (segment !== undefined) found.set(place, await rowsOf(dir, segment, {source, hashes, signal}));
	}
	const notes: string[] = [];
	for (const {first, second, count, hashes, isRepeat} of suspicions.toSorted((a, b) => a.second - b.second || a.first - b.first)) {
		const segment = segments[second];
		const other = segments[first];
		if (segment === undefined || other === undefined) continue;
		const shared = hashes.flatMap(hash => sharedId(found.get(first)?.get(hash) ?? [], found.get(second)?.get(hash) ?? [], isRepeat));
		const [id] = shared;
		if (id === undefined) continue;
		// Those that were not looked at count as they seem: a hash of 53 bits is hardly ever wrong.
		const more = count - (hashes.length - shared.length) - 1;
		const ids = `id ${shownId(id, source)}${more > 0 ? ` and ${more} more` : ''}`;
		if (isRepeat) {
			report({
				kind: 'repeated', file: segment.file, since: segment.from, until: segment.to, line: segment.line,
				detail: first === second ? `${ids} twice in it` : `${ids} also in ${other.file}`,
			});
		} else {
			notes.push(
				visibleInTable(`several contents: ${ids} in ${first === second ? '' : `${other.file} and, with another content, in `}${segment.file}`),
			);
		}
	}
	return notes;
}

/** An id that two places have with the same content, or with another one; of a place itself, two of its rows. */
function sharedId(first: readonly Row[], second: readonly Row[], isRepeat: boolean): string[] {
	const contents = new Map<string, Map<number, number>>();
	for (const {id, content} of first) {
		const known = contents.get(id) ?? new Map<number, number>();
		contents.set(id, known.set(content, (known.get(content) ?? 0) + 1));
	}
	const shared = second.find(({id, content}) => {
		const known = contents.get(id);
		const same = known?.get(content) ?? 0;
		return isRepeat ? same > (first === second ? 1 : 0) : (known?.size ?? 0) > (same > 0 ? 1 : 0);
	});
	return shared === undefined ? [] : [shared.id];
}

async function rowsOf(dir: string, segment: ListedSegment, {source, hashes, signal}: {
	source: SourceDefinition; hashes: ReadonlySet<number>; signal: AbortSignal;
}): Promise<RowsByHash> {
	const rows = new Map<number, Row[]>();
	const reader = new RowReader(source, record => {
		if (record?.id === undefined) return;
		const hash = hashText(record.id);
		if (!hashes.has(hash)) return;
		const known = rows.get(hash) ?? [];
		rows.set(hash, known);
		known.push({id: record.id, content: hashText(record.text)});
	});
	await pushRows(dir, segment, {push: chunk => {
		signal.throwIfAborted();
		reader.push(chunk);
		return !reader.isEndless;
	}});
	return rows;
}
