import type {Stats} from 'node:fs';
import {lstat, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {systemCode, UsageError} from '../errors.ts';

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
	const kind = entry.isSymbolicLink() ? 'a link' : entry.isDirectory() ? 'a directory' : entry.isFile() ? 'a file' : 'no regular file, and it is';
	throw new UsageError(`${name} is ${kind} of another user, in a directory that everybody may write into`, {hint: 'name a place in a directory of your own, or remove it if you know whose it is'});
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
