import {rename} from 'node:fs/promises';
import {basename} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {systemCode, UsageError} from '../base/errors.ts';

/** How long a rename waits before it is tried again, in milliseconds: about two seconds together. */
const renameWaits = [10, 20, 50, 100, 200, 400, 600, 600];

/**
 * Renames a file over another. Windows refuses for a moment while a virus scanner, an indexer or a backup has one of the two open,
 * so there it is tried again; other systems refuse for good.
 * @throws the system's error
 */
export async function renameFile(
	from: string, to: string, {platform = process.platform, move = rename, sleep = wait}: {
		platform?: NodeJS.Platform; move?: typeof rename; sleep?: (ms: number) => Promise<unknown>;
	} = {},
): Promise<void> {
	const waits = platform === 'win32' ? [...renameWaits] : [];
	for (;;) {
		try {
			await move(from, to);
			return;
		} catch (error) {
			const ms = waits.shift();
			if (ms === undefined || !['EPERM', 'EBUSY', 'EACCES'].includes(systemCode(error) ?? '')) throw error;
			await sleep(ms);
		}
	}
}

/**
 * Refuses names that mean something else to Windows than a file: devices whatever their ending is, streams within another file, and
 * endings that it takes away.
 * @throws UsageError
 */
export function requireFileName(path: string, platform = process.platform): void {
	if (platform !== 'win32') return;
	const name = basename(path.replaceAll('\\', '/'));
	const problem = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/i.test(name)
		? 'Windows has a device of that name'
		: /[<>:"|?*]/.test(name)
			? 'Windows takes none of < > : " | ? * in a name'
			: /[. ]$/.test(name)
				? 'Windows takes the dots and blanks at the end away'
				: undefined;
	if (problem !== undefined) throw new UsageError(`cannot write ${path}: ${problem}`, {hint: 'give it another name'});
}

/** A path by which two are the same where the file system takes upper and lower case, and ways to write a letter, for the same. */
export function comparablePath(path: string, platform = process.platform): string {
	return platform === 'win32' || platform === 'darwin' ? path.normalize('NFC').toLowerCase() : path;
}
