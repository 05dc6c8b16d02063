import {constants} from 'node:fs';
import {lstat, mkdir, open, rm, rmdir, type FileHandle} from 'node:fs/promises';
import {systemCode} from '../base/errors.ts';
import {syncDirectory} from '../output/atomic.ts';
import {writeFully} from '../output/block-writer.ts';
import {renameFile} from '../output/windows.ts';

/** Archives are for their owner: audit logs say who did what. */
const fileMode = 0o600;
const directoryMode = 0o700;

/** A file being written. Every method throws what the system throws. */
export interface WritableFile {
	/** Writes all of the bytes from `position` on. */
	write(bytes: Uint8Array, position: number): Promise<void>;
	/** Its size in bytes as the system knows it. */
	size(): Promise<number>;
	/** Cuts the file off after so many bytes. */
	truncate(bytes: number): Promise<void>;
	/** Makes the content durable. */
	sync(): Promise<void>;
	close(): Promise<void>;
}

/** Every step by which an archive changes: tests let a run end, or the power fail, between any two of them. */
export interface ArchiveFiles {
	/** Creates a directory for its owner alone; false when something of that name is there already. */
	makeDirectory(path: string): Promise<boolean>;
	/** Creates a file that must not be there yet, not even as a link. */
	create(path: string): Promise<WritableFile>;
	/** Opens a file that is there, links aside. */
	open(path: string): Promise<WritableFile>;
	rename(from: string, to: string): Promise<void>;
	/** Removes a file, there or not. */
	remove(path: string): Promise<void>;
	/** Removes a directory where it is empty. */
	removeDirectory(path: string): Promise<void>;
	/** Makes the names in a directory durable. */
	syncDirectory(path: string): Promise<void>;
}

/** The file system itself. */
export const diskFiles: ArchiveFiles = {
	async makeDirectory(path) {
		try {
			await mkdir(path, {mode: directoryMode});
			return true;
		} catch (error) {
			if (systemCode(error) === 'EEXIST') return false;
			throw error;
		}
	},
	async create(path) {
		return writable(await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, fileMode));
	},
	async open(path) {
		return writable(await open(path, constants.O_WRONLY | constants.O_NOFOLLOW));
	},
	rename: renameFile,
	async remove(path) {
		await rm(path, {force: true});
	},
	async removeDirectory(path) {
		try {
			await rmdir(path);
		} catch (error) {
			if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) throw error;
		}
	},
	syncDirectory,
};

/** Whether something of this name is there, a link that leads nowhere included. */
export async function isThere(path: string): Promise<boolean> {
	try {
		await lstat(path);
		return true;
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return false;
		throw error;
	}
}

function writable(handle: FileHandle): WritableFile {
	return {
		write: async (bytes, position) => writeFully(handle, bytes, position),
		size: async () => (await handle.stat()).size,
		truncate: async bytes => handle.truncate(bytes),
		sync: async () => handle.sync(),
		close: async () => handle.close(),
	};
}
