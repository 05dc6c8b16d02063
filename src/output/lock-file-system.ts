import * as fs from 'node:fs';
import {join} from 'node:path';
import {judgeOwner, readOwner, type LockOwner} from './lock-owner.ts';

/** A lock of an unknown owner counts as given up after this many milliseconds without a sign of life. */
export const staleMs = 5000;

/** Where a lock names its owner. */
export function ownerFile(directory: string): string {
	return join(directory, 'owner.json');
}

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
	const owner = readOwner(ownerFile(directory));
	if (!isGivenUp(directory, owner)) throw anotherWasFaster();
	if (owner !== undefined) {
		const claim = `${directory}.${token}`;
		const {atime, mtime} = fs.statSync(directory);
		fs.renameSync(ownerFile(directory), claim);
		if (readOwner(claim)?.token !== owner.token) {
			fs.renameSync(claim, ownerFile(directory));
			// The other run knows its lock by this time.
			fs.utimesSync(directory, atime, mtime);
			throw anotherWasFaster();
		}
		fs.rmSync(claim);
	}
	fs.rmSync(ownerFile(directory), {force: true});
	fs.rmdirSync(directory);
}

/** As the lock library reports a lock that is held. */
function anotherWasFaster(): Error {
	return Object.assign(new Error('another run was faster'), {code: 'ELOCKED'});
}

/** How the library sees a lock that is in the way. */
function apparentAge(directory: string): {mtime: Date} {
	return {mtime: isGivenUp(directory, readOwner(ownerFile(directory))) ? new Date(0) : new Date()};
}

type Callback<T> = (error: unknown, value?: T) => void;

/**
 * The file system as the lock library sees it: a lock carries its owner, and looks old, so that the library takes it
 * over, exactly when `isGivenUp` says so.
 */
export function lockFileSystem(owner: LockOwner) {
	let held = false;

	const create = (directory: string) => {
		fs.mkdirSync(directory, 0o700);
		try {
			fs.writeFileSync(ownerFile(directory), JSON.stringify(owner), {flag: 'wx', mode: 0o600});
		} catch (error) {
			// A full disk lets the file begin, and the directory is removed only when it is empty.
			fs.rmSync(ownerFile(directory), {force: true});
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

	return {
		mkdir: asCallback(create),
		rmdir: asCallback(remove),
		rmdirSync: remove,
		stat: (directory: string, callback: Callback<{mtime: Date}>) => {
			if (held) fs.stat(directory, callback);
			else asCallback(apparentAge)(directory, callback);
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
