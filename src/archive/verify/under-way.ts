import {join} from 'node:path';
import lockfile from 'proper-lockfile';
import {lockFileSystem, staleMs, currentOwner} from '../../output/lock-file-system.ts';
import {manifestName} from '../layout.ts';

/** Whether a run holds the lock of an archive: then files may come and go that no line lists. */
async function isRunUnderWay(dir: string): Promise<boolean> {
	const path = join(dir, manifestName);
	return lockfile.check(path, {lockfilePath: `${path}.lock`, realpath: false, stale: staleMs, fs: lockFileSystem(currentOwner(''))});
}

/** Whether another process may be writing. @param isHeld this process holds the lock */
export async function isBusy(dir: string, isHeld: boolean): Promise<boolean> {
	return !isHeld && await isRunUnderWay(dir);
}
