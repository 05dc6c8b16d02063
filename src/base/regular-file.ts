import {constants, type Stats} from 'node:fs';
import {open, stat, type FileHandle} from 'node:fs/promises';
import {UsageError} from './errors.ts';

/** A file that somebody named, or that the program keeps, is none that it reads. Its message names the file. */
export class UnreadableFileError extends UsageError {
	/** What is wrong with the file, to stand behind whatever names it: `is a FIFO and no regular file`. */
	readonly reason: string;

	constructor(path: string, reason: string, hint = 'check which file it is') {
		super(`${path}: ${reason}`, {hint});
		this.reason = reason;
	}
}

/**
 * Opens a regular file for reading, links followed. FIFOs, sockets and devices would keep this process waiting, or never end.
 * A directory is opened: reading says EISDIR.
 * @throws UnreadableFileError for what is no regular file; the system's own errors as they are
 */
export async function openRegularFile(path: string): Promise<{file: FileHandle; stats: Stats}> {
	// Looked at before it is opened, which some devices answer with an act, and after, because it may be another by then.
	refuseOthers(path, await stat(path));
	const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const stats = await file.stat();
		refuseOthers(path, stats);
		return {file, stats};
	} catch (error) {
		await file.close();
		throw error;
	}
}

/**
 * The bytes of a regular file that a person wrote or this program keeps: a configuration, a secret, a state.
 * @param options.maxBytes more than that is refused. Default 4 MiB
 * @param options.signal ends the reading with its reason
 * @throws UnreadableFileError for what is no regular file or too large; the system's own errors as they are
 */
export async function readRegularFile(path: string, {maxBytes = 4 * 2 ** 20, signal}: {
	maxBytes?: number; signal?: AbortSignal | undefined;
} = {}): Promise<{bytes: Buffer; stats: Stats}> {
	const {file, stats} = await openRegularFile(path);
	try {
		const chunks: Buffer[] = [];
		let length = 0;
		// What a size says is not asked: those of the system's own files say 0, and others grow.
		for (;;) {
			signal?.throwIfAborted();
			const {bytesRead, buffer} = await file.read(Buffer.allocUnsafe(64 * 1024), 0, 64 * 1024, null);
			if (bytesRead === 0) return {bytes: Buffer.concat(chunks), stats};
			length += bytesRead;
			if (length > maxBytes) throw new UnreadableFileError(path, `is larger than ${maxBytes / 2 ** 20} MiB`);
			chunks.push(buffer.subarray(0, bytesRead));
		}
	} finally {
		await file.close();
	}
}

/** Whether files belong to neither this user nor the system: somebody else could have put them there. */
export function isStrangers(stats: readonly Stats[], user = process.geteuid?.()): boolean {
	return user !== undefined && stats.some(({uid}) => uid !== user && uid !== 0);
}

function refuseOthers(path: string, stats: Stats): void {
	if (stats.isFile() || stats.isDirectory()) return;
	const kind = stats.isFIFO() ? 'a FIFO' : stats.isSocket() ? 'a socket' : 'a device';
	throw new UnreadableFileError(path, `is ${kind} and no regular file`, 'name a file; what a program writes, save to a file first');
}
