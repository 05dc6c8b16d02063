import {gunzipSync} from 'node:zlib';
import {systemCode} from '../../base/errors.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {DamagedSegmentError, readSegmentBytes} from '../segment-file.ts';
import type {FindingKind} from './finding.ts';
import type {ListedSegment} from '../layout.ts';
import type {RowHashes} from './id-index.ts';
import {RowsCheck} from './rows-check.ts';
import {checkBytes} from './segment-bytes.ts';

/** What a small file may be unpacked to at once; more is unpacked as it is read. */
const unpackedBytes = 16 * 1024 * 1024;

/** What looking at a segment's file came to. */
export interface SegmentVerdict {
	readonly rows: number;
	/** Of the rows in it that have ids; none where its bytes are not the listed ones. */
	readonly hashes: readonly RowHashes[];
	/** Rows that have no id, or no time, that could be read. */
	readonly withoutId: number;
	readonly withoutTime: number;
	readonly problems: ReadonlyArray<{readonly kind: FindingKind; readonly detail: string}>;
}

/** Checks everything about a segment that can be told from its file and its line alone. */
export async function checkSegment(
	dir: string, segment: ListedSegment, {source, signal}: {source: SourceDefinition | undefined; signal: AbortSignal},
): Promise<SegmentVerdict> {
	const {problem, ...found} = await checkBytes(dir, segment, signal);
	// Rows of other bytes than the listed ones prove nothing.
	if (problem !== undefined) return {rows: 0, hashes: [], withoutId: 0, withoutTime: 0, problems: [problem]};
	const check = new RowsCheck(segment, source);
	const failure = await pushRows(dir, segment, {content: 'content' in found ? found.content : undefined, push: chunk => {
		signal.throwIfAborted();
		check.push(chunk);
		return !check.isEndless;
	}});
	const {rows, problems} = check.end();
	const {hashes, withoutId, withoutTime} = check;
	return {rows, hashes, withoutId, withoutTime, problems: failure === undefined ? problems : [{kind: 'unreadable', detail: failure}]};
}

/**
 * Hands on a segment's unpacked bytes until `push` wants no more.
 * @param options.content the whole file, where it has been read
 * @returns why it cannot be unpacked, if so
 */
export async function pushRows(
	dir: string, {file}: ListedSegment, {content, push}: {content?: Buffer | undefined; push: (chunk: Buffer) => boolean},
): Promise<string | undefined> {
	const unpacked = content === undefined ? 'large' : unpack(content, file);
	if (Buffer.isBuffer(unpacked)) {
		push(unpacked);
		return undefined;
	}
	if (unpacked === 'damaged') return 'it cannot be unpacked';
	try {
		for await (const chunk of readSegmentBytes(dir, file)) if (!push(chunk)) break;
		return undefined;
	} catch (error) {
		if (error instanceof DamagedSegmentError) return error.message.replace(file, 'it');
		throw error;
	}
}

function unpack(content: Buffer, file: string): Buffer | 'damaged' | 'large' {
	if (!file.endsWith('.gz')) return content;
	try {
		return gunzipSync(content, {maxOutputLength: unpackedBytes});
	} catch (error) {
		if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') return 'large';
		if (systemCode(error)?.startsWith('Z_') === true) return 'damaged';
		throw error;
	}
}
