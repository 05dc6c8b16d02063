import {randomUUID} from 'node:crypto';
import * as fs from 'node:fs';
import {join} from 'node:path';
import lockfile from 'proper-lockfile';
import {ExportError, LockedError, systemCode} from '../errors.ts';
import {openFailure} from './failure.ts';
import {currentOwner, judgeOwner, readOwner, type LockOwner} from './lock-owner.ts';

/** A lock of an unknown owner counts as given up after this long without a sign of life. */
const staleMs = 5000;
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
			release: async () => (released ??= release().catch(() => undefined)),
		};
	} catch (error) {
		throw systemCode(error) === 'ELOCKED' ? lockedBy(readOwner(ownerFile(directory)), {name, directory}) : openFailure(directory, error);
	}
}

function lockedBy(owner: LockOwner | undefined, {name, directory}: {name: string; directory: string}): ExportError {
	const who = owner === undefined ? '' : ` (pid ${owner.pid} on ${owner.host}, since ${owner.startedAt})`;
	return new LockedError(`${name} is in use by another run${who}`, {
		hint: `wait until it has ended; if no such run exists, remove ${directory}`,
	});
}

const ownerFile = (directory: string) => join(directory, 'owner.json');

/** Whether a lock that is in the way may be taken over. */
function isGivenUp(directory: string, owner: LockOwner | undefined): boolean {
	const verdict = owner === undefined ? 'unknown' : judgeOwner(owner);
	if (verdict !== 'unknown') return verdict === 'dead';
	return fs.statSync(directory).mtimeMs < Date.now() - staleMs;
}

/**
 * Removes a lock that was given up. Of several runs that find it so, one may: the owner's description is moved away,
 * which only one of them can do, and looked at again, because by then it may be that of a run that was faster.
 */
function removeGivenUp(directory: string, token: string): void {
	const faster = () => Object.assign(new Error('another run was faster'), {code: 'ELOCKED'});
	const owner = readOwner(ownerFile(directory));
	if (!isGivenUp(directory, owner)) throw faster();
	if (owner !== undefined) {
		const claim = `${directory}.${token}`;
		fs.renameSync(ownerFile(directory), claim);
		if (readOwner(claim)?.token !== owner.token) {
			fs.renameSync(claim, ownerFile(directory));
			throw faster();
		}
		fs.rmSync(claim);
	}
	fs.rmSync(ownerFile(directory), {force: true});
	fs.rmdirSync(directory);
}

type Callback<T> = (error: unknown, value?: T) => void;

/**
 * The file system as the lock library sees it: a lock carries its owner, and looks old, so that the library takes it
 * over, exactly when `isGivenUp` says so.
 */
function lockFileSystem(owner: LockOwner) {
	let held = false;

	const create = (directory: string) => {
		fs.mkdirSync(directory);
		try {
			fs.writeFileSync(ownerFile(directory), JSON.stringify(owner), {flag: 'wx'});
		} catch (error) {
			fs.rmdirSync(directory);
			throw error;
		}
		held = true;
	};
	const remove = (directory: string) => {
		if (!held) {
			removeGivenUp(directory, owner.token);
			return;
		}
		held = false;
		// Taken away, and not noticed yet: it is not ours to remove.
		if (readOwner(ownerFile(directory))?.token !== owner.token) return;
		fs.rmSync(ownerFile(directory));
		fs.rmdirSync(directory);
	};
	const stat = (directory: string) => {
		const old = isGivenUp(directory, readOwner(ownerFile(directory)));
		return {mtime: old ? new Date(0) : new Date()};
	};

	return {
		mkdir: asCallback(create),
		rmdir: asCallback(remove),
		rmdirSync: remove,
		stat: (directory: string, callback: Callback<{mtime: Date}>) => {
			if (held) fs.stat(directory, callback);
			else asCallback(stat)(directory, callback);
		},
		utimes: fs.utimes,
	};
}

function asCallback<T>(run: (directory: string) => T): (directory: string, callback: Callback<T>) => void {
	return (directory, callback) => {
		let value: T;
		try {
			value = run(directory);
		} catch (error) {
			callback(error);
			return;
		}
		callback(undefined, value);
	};
}
