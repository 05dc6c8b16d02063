import {constants} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import {pipeline, Transform} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {ExportError, exitCodes, systemCode} from '../base/errors.ts';
import {systemMessage} from '../output/failure.ts';
import {LineSplitter} from './lines.ts';

/** Bytes read, and unpacked, at a time. */
const chunkBytes = 256 * 1024;

/** How the system says that there is no such file here, or that the disk lost it. */
const lostCodes = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO', 'EIO']);

/** A segment is not what it should be: gone, cut off, altered, not a file. */
export class DamagedSegmentError extends ExportError {
	override readonly name = 'DamagedSegmentError';
	override readonly exitCode = exitCodes.incomplete;
	/** The segment's path below the archive's directory. */
	readonly file: string;

	constructor(file: string, problem: string, cause?: unknown) {
		super(`${file} ${problem}`, {hint: 'audit-export verify names all that is damaged; with --repair it is exported again', cause});
		this.file = file;
	}
}

/**
 * The lines of a segment in batches, without their line feeds; a last line that lacks its line feed comes too. Batches
 * are as long as what is read at a time, never empty, and ends of lines are line feeds alone.
 * @param dir the archive's directory
 * @param file the segment's path below it, as the manifest has it; `.gz` says that it is packed
 * @param options.onBytes told the bytes as they lie in the file, in their order, all of them by the time the lines end
 * @throws DamagedSegmentError when the file is gone, is a link or no file at all, or cannot be unpacked
 */
export async function* readSegment(
	dir: string, file: string, {onBytes}: {onBytes?: (bytes: Uint8Array) => void} = {},
): AsyncGenerator<string[], void, undefined> {
	const splitter = new LineSplitter();
	for await (const chunk of readSegmentBytes(dir, file, onBytes === undefined ? {} : {onBytes})) {
		for (const bytes of splitter.push(chunk)) yield bytes.toString('utf8', 0, bytes.length - 1).split('\n');
		if (splitter.isEndless) throw new DamagedSegmentError(file, 'holds a row that does not end');
	}
	const rest = splitter.rest();
	if (rest.length > 0) yield [rest.toString('utf8')];
}

/** As `readSegment`, but the unpacked bytes as they come. */
export async function* readSegmentBytes(
	dir: string, file: string, {onBytes}: {onBytes?: (bytes: Uint8Array) => void} = {},
): AsyncGenerator<Buffer, void, undefined> {
	try {
		const handle = await openRegular(join(dir, file), file);
		const source = handle.createReadStream({highWaterMark: chunkBytes});
		const tap = new Transform({
			readableHighWaterMark: chunkBytes,
			transform(chunk: Buffer, _encoding, done) {
				onBytes?.(chunk);
				done(undefined, chunk);
			},
		});
		// A failure anywhere surfaces where the last stream is read.
		const unpacked: AsyncIterable<Buffer> = file.endsWith('.gz')
			? pipeline(source, tap, createGunzip({chunkSize: chunkBytes}), () => undefined)
			: pipeline(source, tap, () => undefined);
		yield* unpacked;
	} catch (error) {
		const code = systemCode(error) ?? '';
		if (code.startsWith('Z_')) throw new DamagedSegmentError(file, 'cannot be unpacked: it is damaged or cut off', error);
		if (lostCodes.has(code)) throw new DamagedSegmentError(file, `cannot be read: ${systemMessage(error)}`, error);
		throw error instanceof ExportError || code === ''
			? error
			: new ExportError(`cannot read ${join(dir, file)}: ${systemMessage(error)}`, {cause: error});
	}
}

/** Opens a regular file for reading; neither a link nor a FIFO, which would be waited for. */
async function openRegular(path: string, file: string): Promise<FileHandle> {
	const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	const found = await handle.stat();
	if (found.isFile()) return handle;
	await handle.close();
	throw new DamagedSegmentError(file, 'is no regular file');
}
