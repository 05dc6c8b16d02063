import type {Stats} from 'node:fs';
import {access, constants, readlink, realpath, stat, lstat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {systemCode, UsageError} from '../base/errors.ts';
import {openFailure} from './failure.ts';
import {comparablePath, requireFileName} from './windows.ts';

type Owned = Pick<Stats, 'mode' | 'uid'>;

const writableByAll = 0o002;

/**
 * Whether something in a directory may have been put there by somebody else to be written through, or believed: everybody
 * may write into the directory (as into /tmp), and it belongs neither to this user nor to the directory's owner. The rule
 * by which Linux protects links, FIFOs and files there (fs.protected_symlinks), held here on every system and in every call.
 * @param user who asks; default the user of this process. Always false where the system has no users by number
 */
export function isForeign(entry: Owned, directory: Owned, user = process.geteuid?.()): boolean {
	return user !== undefined && (directory.mode & writableByAll) !== 0 && entry.uid !== user && entry.uid !== directory.uid;
}

/**
 * Makes sure that what has this name, links not followed, is not a stranger's in a directory of everybody's. Nothing of that
 * name is fine.
 * @param name how messages name it
 * @throws UsageError
 */
export async function refuseForeign(path: string, name = path): Promise<void> {
	const [entry, directory] = await Promise.all([unlessHidden(lstat(path)), unlessHidden(stat(dirname(path)))]);
	if (entry === undefined || directory === undefined || !isForeign(entry, directory)) return;
	const kind = entry.isSymbolicLink()
		? 'a link'
		: entry.isDirectory()
			? 'a directory'
			: entry.isFile() ? 'a file' : 'no regular file, and it is';
	throw new UsageError(`${name} is ${kind} of another user, in a directory that everybody may write into`, {
		hint: 'name a place in a directory of your own, or remove it if you know whose it is',
	});
}

/** Undefined where nothing is to be seen: whoever opens it is told why. */
async function unlessHidden(stats: Promise<Stats>): Promise<Stats | undefined> {
	try {
		return await stats;
	} catch (error) {
		if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
		throw error;
	}
}

/** A file of a run, and the option that names it. */
interface NamedFile {
	readonly option: string;
	/** Absolute; undefined where the option was not given. */
	readonly path: string | undefined;
}

/** What an unfinished export keeps beside its file. */
const besideOutput = ['.partial', '.partial.json'];

/**
 * Makes sure, before anything is requested or written, that every file of a run can be written, and that none is written
 * over another. Pipes and devices may be shared.
 * @throws UsageError
 */
export async function requireDistinctFiles({output, others, config}: {
	readonly output: NamedFile;
	/** Written, too. */
	readonly others: readonly NamedFile[];
	/** Only read. */
	readonly config: NamedFile;
}): Promise<void> {
	const owners = new Map<string, string>();
	const claim = (at: string, {option, path: name}: NamedFile) => {
		const path = comparablePath(at);
		const owner = owners.get(path);
		if (owner !== undefined)
			throw new UsageError(`${option} and ${owner} name the same file: ${name}`, {hint: 'give each a file of its own'});
		owners.set(path, option);
	};
	if (config.path !== undefined) claim(await followLinks(config.path), config);
	for (const file of [output, ...others]) {
		if (file.path === undefined) continue;
		const target = await resolveTarget(file.path);
		if (target.kind === 'stream') continue;
		claim(target.path, file);
		if (file === output) for (const suffix of besideOutput) claim(`${target.path}${suffix}`, file);
	}
}

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
		requireFileName(path);
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
			throw new UsageError(`cannot write ${path}: there is no directory ${missingDirectory(path, error)}`, {
				hint: 'create it first, or name another file', cause: error,
			});
		}
		throw openFailure(path, error);
	}
}

/** Of a link that leads nowhere, it is not the one above the link. */
function missingDirectory(path: string, error: unknown): string {
	return error instanceof Error && 'syscall' in error && error.syscall === 'realpath' && 'path' in error && typeof error.path === 'string'
		? error.path
		: dirname(path);
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

/**
 * The standard stream that a path names, or undefined. These paths must not be opened like files: `>>` puts a regular
 * file behind them, which would be replaced, and a socket behind them cannot be opened at all.
 */
export function standardStreamOf(path: string): 'stdout' | 'stderr' | undefined {
	if (path === '-') return 'stdout';
	const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(?<number>[12])$/.exec(path)?.groups?.['number'];
	if (path === '/dev/stdout' || number === '1') return 'stdout';
	return path === '/dev/stderr' || number === '2' ? 'stderr' : undefined;
}
