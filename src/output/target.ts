import {access, constants, readlink, realpath, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {systemCode, UsageError} from '../errors.ts';
import {standardStreamOf} from './file-name.ts';
import {openFailure} from './failure.ts';
import {refuseForeign} from './ownership.ts';

/** What stands, or will stand, under an output's name. */
export interface Target {
	/** The path with its symbolic links followed, so that a link stays a link; a stream's path as given. */
	readonly path: string;
	/** `stream`: a pipe or a device, written to as it is. `file`: a regular file, there already or not. */
	readonly kind: 'file' | 'stream';
	/** The permission bits of a file that is there already. */
	readonly mode?: number;
}

/**
 * Finds out what an output's name leads to, before anything is requested or written.
 * @throws UsageError for a directory, a missing directory above it, a file that may not be written, and for what somebody
 * else has put there; see `refuseForeign`
 */
export async function resolveTarget(path: string): Promise<Target> {
	try {
		// What stands behind a descriptor belongs to whoever opened it: it is not replaced, even where it is a file.
		if (isDescriptor(path)) return {path, kind: 'stream'};
		const found = await unless('ENOENT', stat(path));
		if (found?.isDirectory() === true) throw new UsageError(`cannot write ${path}: it is a directory`, {hint: 'name a file in it'});
		await refuseForeign(dirname(path));
		const followed = await follow(path, refuseForeign);
		if (isDescriptor(followed)) return {path: followed, kind: 'stream'};
		// Files are replaced as one step: what becomes the file is made beside it.
		if (found === undefined || found.isFile()) await access(dirname(followed), constants.W_OK);
		if (found === undefined) return {path: followed, kind: 'file'};
		await access(followed, constants.W_OK);
		return found.isFile() ? {path: followed, kind: 'file', mode: found.mode & 0o777} : {path: followed, kind: 'stream'};
	} catch (error) {
		if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') {
			throw new UsageError(`cannot write ${path}: there is no directory ${missingDirectory(path, error)}`, {hint: 'create it first, or name another file', cause: error});
		}
		throw openFailure(path, error);
	}
}

/** Of a link that leads nowhere, it is not the one above the link. */
function missingDirectory(path: string, error: unknown): string {
	return error instanceof Error && 'syscall' in error && error.syscall === 'realpath' && 'path' in error && typeof error.path === 'string' ? error.path : dirname(path);
}

/** The path with its symbolic links followed; a descriptor's as it is. The file need not exist, its directory must. */
export async function followLinks(path: string): Promise<string> {
	return isDescriptor(path) ? path : follow(path);
}

function isDescriptor(path: string): boolean {
	return standardStreamOf(path) !== undefined || /^\/(?:dev\/fd|proc\/(?:self|\d+)\/fd)\/\d+$/.test(path);
}

/** The real path of a file that need not exist. Stops at a descriptor: links to /dev/stdout are common in containers. */
async function follow(path: string, check?: (link: string) => Promise<void>): Promise<string> {
	const directory = await realpath(dirname(path));
	await check?.(join(directory, basename(path)));
	// EINVAL: it is there and is no link.
	const link = await unless('ENOENT', unless('EINVAL', readlink(path)));
	if (link === undefined) return join(directory, basename(path));
	const next = resolve(directory, link);
	return isDescriptor(next) ? next : follow(next, check);
}

/** What the promise resolves to, or undefined when it fails with this system code. */
async function unless<T>(code: string, promise: Promise<T>): Promise<T | undefined> {
	try {
		return await promise;
	} catch (error) {
		if (systemCode(error) === code) return undefined;
		throw error;
	}
}
