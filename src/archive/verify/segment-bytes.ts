import {createHash} from 'node:crypto';
import {closeSync, constants, fstatSync, lstatSync, openSync, readSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {ExportError, systemCode} from '../../base/errors.ts';
import {systemMessage} from '../../output/failure.ts';
import type {ListedSegment} from '../layout.ts';

const blockBytes = 1024 * 1024;
const absentCodes = new Set(['ENOENT', 'ENOTDIR']);
/** What is wrong with this process or its rights, and not with the file. */
const ownCodes = new Set(['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** The file of a segment as it lies there: whether it is the listed one, byte for byte. */
export type SegmentBytes =
	| {readonly problem: {readonly kind: 'missing' | 'not_a_file' | 'altered' | 'unreadable'; readonly detail: string}}
	/** `content`: the whole of it where it is small, since it has been read anyway. */
	| {readonly problem: undefined; readonly content: Buffer | undefined};

/**
 * Compares a segment's file with its line. Files are read synchronously, a block at a time: most are so small that
 * anything else would take longer than the reading.
 * @throws ExportError when it may not be read, and the signal's reason
 */
export async function checkBytes(dir: string, segment: ListedSegment, signal: AbortSignal): Promise<SegmentBytes> {
	const path = join(dir, segment.file);
	let descriptor: number | undefined;
	try {
		if (![dirname(path), dirname(dirname(path))].every(directory => lstatSync(directory).isDirectory()))
			return problem('not_a_file', 'its partition is no directory of its own');
		if (!lstatSync(path).isFile()) return problem('not_a_file', 'it is no regular file');
		descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		return await compare(descriptor, segment, signal);
	} catch (error) {
		const code = systemCode(error);
		if (code === undefined) throw error;
		if (absentCodes.has(code)) return problem('missing', 'there is no such file');
		if (code === 'ELOOP') return problem('not_a_file', 'it is no regular file');
		if (ownCodes.has(code))
			throw new ExportError(`cannot read ${path}: ${systemMessage(error)}`, {
				hint: 'change the permissions, or verify as the user who runs the exports', cause: error,
			});
		return problem('unreadable', `it cannot be read: ${systemMessage(error)}`);
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}

async function compare(descriptor: number, {bytes, sha256}: ListedSegment, signal: AbortSignal): Promise<SegmentBytes> {
	const found = fstatSync(descriptor);
	if (!found.isFile()) return problem('not_a_file', 'it is no regular file');
	if (found.size !== bytes) return problem('altered', `it has ${found.size} bytes, not ${bytes}`);
	const hash = createHash('sha256');
	const block = Buffer.allocUnsafe(Math.min(blockBytes, Math.max(1, bytes)));
	let position = 0;
	for (;;) {
		const read = readSync(descriptor, block, 0, block.length, position);
		if (read === 0) break;
		hash.update(block.subarray(0, read));
		position += read;
		if (bytes > blockBytes) await nextTurn();
		signal.throwIfAborted();
	}
	if (position !== bytes || hash.digest('hex') !== sha256) return problem('altered', 'its SHA-256 is not the listed one');
	return {problem: undefined, content: bytes <= block.length ? block : undefined};
}

function problem(kind: 'missing' | 'not_a_file' | 'altered' | 'unreadable', detail: string): SegmentBytes {
	return {problem: {kind, detail}};
}
