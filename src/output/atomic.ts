import {randomBytes} from 'node:crypto';
import {lstat, mkdir, open, readdir, rm, stat, writeFile, type FileHandle} from 'node:fs/promises';
import {constants} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {systemCode} from '../base/errors.ts';
import {writeFailure} from './failure.ts';
import {resolveTarget} from './target.ts';
import {renameFile} from './windows.ts';

/** How a directory says that it cannot be synced: then renames are as durable as the file system makes them. */
const unsyncable = new Set(['EINVAL', 'EPERM', 'EACCES', 'EISDIR', 'ENOTSUP']);

/** Permissions of a file that is written. */
interface FileModes {
	readonly mode?: number;
	readonly newMode?: number;
}

/**
 * Replaces a file as one step: a reader, and a run after a power cut, sees the old text or the new, never a part.
 * A target that is no regular file (/dev/stderr, a FIFO) is written to directly.
 * @param options.mode of the file, whatever is replaced. Default: as it was
 * @param options.newMode of a file that was not there, lowered by the umask. Default 0o600
 * @throws OutputError; UsageError when the directory does not exist
 */
export async function writeFileAtomic(path: string, text: string, options: FileModes = {}): Promise<void> {
	const target = await resolveTarget(path);
	try {
		if (target.kind === 'stream') await writeFile(target.path, text, {flag: constants.O_WRONLY | constants.O_APPEND});
		else await replace(target.path, text, {...options, before: target.mode});
	} catch (error) {
		throw writeFailure(path, error);
	}
}

async function replace(
	path: string, text: string, {mode, newMode = 0o600, before}: FileModes & {before: number | undefined},
): Promise<void> {
	const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
	try {
		const handle = await open(temporary, 'wx', mode ?? newMode);
		await closing(handle, async () => {
			if (mode === undefined && before !== undefined) await handle.chmod(before);
			await handle.writeFile(text);
			await handle.sync();
		});
		await renameFile(temporary, path);
	} catch (error) {
		await rm(temporary, {force: true});
		throw error;
	}
	await syncDirectory(dirname(path));
}

/** Removes what a killed run left of `writeFileAtomic(path)`. Only for whoever holds the lock of `path`. */
export async function removeLeftovers(path: string): Promise<void> {
	const start = `${basename(path)}.`;
	for (const name of await readdir(dirname(path))) {
		const leftover = join(dirname(path), name);
		if (name.startsWith(start) && /^[\da-f]{8}\.tmp$/.test(name.slice(start.length)) && !(await lstat(leftover)).isDirectory())
			await rm(leftover, {force: true});
	}
}

/**
 * Creates a directory for its owner alone, with those above it that are missing, so that they are there after a power cut.
 * One step for each: Node's own way goes round for ever where a directory is there but takes no others, as below /proc.
 * @throws the system's error for the first that cannot be made
 */
export async function makeDirectory(path: string): Promise<void> {
	const missing: string[] = [];
	for (let at = resolve(path); !(await isThere(at)); at = dirname(at)) missing.push(at);
	for (const at of missing.toReversed()) {
		try {
			await mkdir(at, 0o700);
		} catch (error) {
			// Another run may have been faster.
			if (systemCode(error) !== 'EEXIST' || !(await stat(at)).isDirectory()) throw error;
		}
		await syncDirectory(dirname(at));
	}
}

async function isThere(directory: string): Promise<boolean> {
	try {
		return (await stat(directory)).isDirectory();
	} catch (error) {
		if (systemCode(error) !== 'ENOENT' || dirname(directory) === directory) throw error;
		return false;
	}
}

/** Makes the names in a directory durable: what was created, renamed and removed. */
export async function syncDirectory(directory: string): Promise<void> {
	try {
		const handle = await open(directory, 'r');
		await closing(handle, async () => handle.sync());
	} catch (error) {
		if (!unsyncable.has(systemCode(error) ?? '')) throw error;
	}
}

async function closing(handle: FileHandle, use: () => Promise<void>): Promise<void> {
	try {
		await use();
	} finally {
		await handle.close();
	}
}
