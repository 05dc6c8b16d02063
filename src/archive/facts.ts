import {join} from 'node:path';
import lockfile from 'proper-lockfile';
import {formatUtc} from '../base/timezone.ts';
import {lockFileSystem, staleMs, currentOwner} from '../output/lock-file-system.ts';
import {manifestName} from './layout.ts';
import {parseLine, readManifest, readTail} from './manifest-file.ts';
import {firstKept, type Standing} from './manifest.ts';

/** What an archive comes to, as its manifest says. Times are RFC 3339 in UTC. */
export interface ArchiveFacts extends Standing {
	/** From when on there are records. */
	readonly since: string;
	/** The last line, by its number and the hash of its bytes; null while there is none but the first. */
	readonly head: {readonly line: number; readonly sha256: string} | null;
}

/**
 * What an archive comes to, from the two ends of its manifest however long that is; undefined before there is one.
 * @throws DamagedManifestError when either end cannot be read
 */
export async function readArchiveFacts(dir: string): Promise<ArchiveFacts | undefined> {
	const tail = await readTail(dir, {cutOff: true});
	if (tail?.last === undefined) return undefined;
	for await (const {bytes} of readManifest(dir)) {
		const first = parseLine(bytes);
		if (first?.kind !== 'archive') return undefined;
		const {line, hash} = tail.last;
		return {since: formatUtc(firstKept(first, line.standing)), head: line.kind === 'archive' ? null : {line: line.line, sha256: hash}, ...line.standing};
	}
	return undefined;
}

/** Whether a run holds the lock of an archive: then files may come and go that no line lists. */
async function isRunUnderWay(dir: string): Promise<boolean> {
	const path = join(dir, manifestName);
	return lockfile.check(path, {lockfilePath: `${path}.lock`, realpath: false, stale: staleMs, fs: lockFileSystem(currentOwner(''))});
}

/** Whether another process may be writing. @param isHeld this process holds the lock */
export async function isBusy(dir: string, isHeld: boolean): Promise<boolean> {
	return !isHeld && await isRunUnderWay(dir);
}
