import {randomUUID} from 'node:crypto';
import lockfile from 'proper-lockfile';
import {LockedError, systemCode} from '../errors.ts';
import {openFailure} from './failure.ts';
import {lockFileSystem, ownerFile, staleMs} from './lock-file-system.ts';
import {currentOwner, readOwner, type LockOwner} from './lock-owner.ts';

/** How often a lock shows a sign of life. */
const updateMs = 1000;

/** A lock that this process holds. */
export interface Lock {
	/** Gives the lock back. May be called again; never throws: the lock of a process that has ended holds nobody up. */
	release(): Promise<void>;
	/** Aborts, with a `LockedError` as its reason, when the lock was taken away: nothing may be written any more. */
	readonly lost: AbortSignal;
}

/**
 * Takes the lock of a file, which need not exist, or of a directory. The lock is the directory `<path>.lock` with the
 * owner's description in it. A lock whose owner has ended on this system is taken over at once, one of an unknown
 * owner (another host) when it has shown no sign of life for 5 seconds; one whose owner runs is never taken over.
 * @param name how messages name the file
 * @throws LockedError when another run holds it; UsageError when no lock can be made there
 */
export async function acquireLock(path: string, name = path): Promise<Lock> {
	const directory = `${path}.lock`;
	const lost = new AbortController();
	try {
		const release = await lockfile.lock(path, {
			lockfilePath: directory,
			realpath: false,
			stale: staleMs,
			update: updateMs,
			fs: lockFileSystem(currentOwner(randomUUID())),
			onCompromised: error => {
				lost.abort(new LockedError(`the lock of ${name} was taken away`, {hint: `see what else writes ${name} or removed ${directory}, then run the same command again`, cause: error}));
			},
		});
		let released: Promise<void> | undefined;
		return {
			lost: lost.signal,
			release: async () => (released ??= release().catch((error: unknown) => {
				// A lock that was taken away is no longer ours to release; `lost` has told so already.
				if (!lost.signal.aborted && systemCode(error) !== 'ERELEASED' && systemCode(error) !== 'ENOTACQUIRED') throw error;
			})),
		};
	} catch (error) {
		throw systemCode(error) === 'ELOCKED' ? lockedBy(readOwner(ownerFile(directory)), {name, directory}) : openFailure(directory, error);
	}
}

function lockedBy(owner: LockOwner | undefined, {name, directory}: {name: string; directory: string}): LockedError {
	const who = owner === undefined ? '' : ` (pid ${owner.pid} on ${owner.host}, since ${owner.startedAt})`;
	return new LockedError(`${name} is in use by another run${who}`, {
		hint: `wait until it has ended; if no such run exists, remove ${directory}`,
	});
}
