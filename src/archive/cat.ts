import {toRecord} from '../engine/rows-of.ts';
import type {Window} from '../engine/windows.ts';
import type {AuditRecord} from '../base/record.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {ListedSegment} from './layout.ts';
import {mergeParts} from './merge.ts';
import {DamagedSegmentError, readSegment} from './segment-file.ts';
import {checkBytes} from './verify/segment-bytes.ts';

/**
 * The records of a range of an archive, oldest first; of the same time, in the order in which they were archived. Each
 * segment is compared with its line before a record of it comes out. A record whose time cannot be read goes with the
 * one before it; without a source, no time can be read, and windows come whole.
 * @param segments those whose windows have a part in the range, in the order of their lines
 * @throws DamagedSegmentError for a segment that is not what its line says, and the signal's reason
 */
export async function* readRange(dir: string, {segments, range, source, signal}: {
	segments: readonly ListedSegment[]; range: Window; source: SourceDefinition | undefined; signal: AbortSignal;
}): AsyncGenerator<AuditRecord[], void, undefined> {
	const parts = segments.map(segment => ({from: segment.from, to: segment.to, read: () => readRecords(dir, segment, {source, signal})}));
	for await (const ordered of mergeParts(parts)) {
		const records: AuditRecord[] = [];
		for (const {record, at} of ordered) if (source === undefined || (at >= range.from && at < range.to)) records.push(record);
		if (records.length > 0) yield records;
	}
}

async function* readRecords(
	dir: string, segment: ListedSegment, {source, signal}: {source: SourceDefinition | undefined; signal: AbortSignal},
): AsyncGenerator<AuditRecord[], void, undefined> {
	const {file, records} = segment;
	const {problem} = await checkBytes(dir, segment, signal);
	if (problem !== undefined) throw new DamagedSegmentError(file, `is damaged: ${problem.detail}`);
	let count = 0;
	for await (const lines of readSegment(dir, file)) {
		signal.throwIfAborted();
		count += lines.length;
		yield lines.map(text => parseRow(text, {file, source}));
	}
	if (count !== records) throw new DamagedSegmentError(file, `holds ${count} rows, not ${records}`);
}

function parseRow(text: string, {file, source}: {file: string; source: SourceDefinition | undefined}): AuditRecord {
	if (source === undefined) return {text, id: undefined, time: undefined};
	try {
		return toRecord(text, JSON.parse(text), source);
	} catch (error) {
		if (error instanceof SyntaxError) throw new DamagedSegmentError(file, 'holds a row that is not JSON', error);
		throw error;
	}
}
