import * as fs from 'node:fs';
import {basename, dirname, join} from 'node:path';
import * as z from 'zod';
import {systemCode} from '../errors.ts';
import {judgeOwner, readOwner, unlessRefused, type LockOwner} from './lock-owner.ts';

/** A lock of an unknown owner counts as given up after this many milliseconds without a sign of life. */
export const staleMs = 5000;

const uuid = z.uuid();

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
 * Removes a lock, in one step for whoever looks: it is moved aside first. Of several runs that try, one can; it looks at
 * what it has moved, because that may be the lock of a run that was faster.
 * @param expected the token of the owner that the lock has to have, undefined for an owner that cannot be read
 */
function removeLock(directory: string, expected: string | undefined, aside: string): void {
	fs.renameSync(directory, aside);
	try {
		if (readOwner(ownerFile(aside))?.token !== expected) throw anotherWasFaster();
		removeDirectory(aside);
	} catch (error) {
		// Another's, or no lock at all but a directory with something in it.
		if (fs.existsSync(aside)) fs.renameSync(aside, directory);
		throw error;
	}
}

/** Removes a lock's directory with its owner's description, and nothing else that may be in it. */
function removeDirectory(directory: string): void {
	fs.rmSync(ownerFile(directory), {force: true});
	fs.rmdirSync(directory);
}

/**
 * Removes what killed runs left beside a lock while they made or removed it. What cannot be removed stays: nothing waits
 * for it.
 */
export function removeLockLeftovers(directory: string): void {
	const start = `${basename(directory)}.`;
	for (const name of unlessRefused(() => fs.readdirSync(dirname(directory))) ?? []) {
		if (!name.startsWith(start) || !uuid.safeParse(name.slice(start.length)).success) continue;
		const leftover = join(dirname(directory), name);
		unlessRefused(() => {
			if (fs.lstatSync(leftover).isDirectory() && isGivenUp(leftover, readOwner(ownerFile(leftover)))) removeDirectory(leftover);
		});
	}
}

/** As the lock library reports a lock that is held. */
function anotherWasFaster(): Error {
	return Object.assign(new Error('another run was faster'), {code: 'ELOCKED'});
}

/** As making a directory fails whose name is taken. */
function alreadyThere(): Error {
	return Object.assign(new Error('there is a lock already'), {code: 'EEXIST'});
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

	// A name for what is being made or removed: the lock itself has an owner at every moment, also when this process is killed.
	const aside = (directory: string) => `${directory}.${owner.token}`;
	const create = (directory: string) => {
		if (fs.lstatSync(directory, {throwIfNoEntry: false}) !== undefined) throw alreadyThere();
		fs.mkdirSync(aside(directory), 0o700);
		try {
			fs.writeFileSync(ownerFile(aside(directory)), JSON.stringify(owner), {flag: 'wx', mode: 0o600});
			fs.renameSync(aside(directory), directory);
		} catch (error) {
			removeDirectory(aside(directory));
			throw ['ENOTEMPTY', 'EPERM'].includes(systemCode(error) ?? '') ? alreadyThere() : error;
		}
		held = true;
	};
	const remove = (directory: string) => {
		const present = readOwner(ownerFile(directory));
		if (held) {
			held = false;
			// Taken away, and not noticed yet: it is not ours to remove.
			if (present?.token === owner.token) removeLock(directory, owner.token, aside(directory));
			return;
		}
		if (!isGivenUp(directory, present)) throw anotherWasFaster();
		removeLock(directory, present?.token, aside(directory));
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
