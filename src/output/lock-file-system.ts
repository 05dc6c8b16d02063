import {spawnSync} from 'node:child_process';
import * as fs from 'node:fs';
import {closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync} from 'node:fs';
import {hostname} from 'node:os';
import {basename, dirname, join} from 'node:path';
import * as z from 'zod';
import {systemCode} from '../base/errors.ts';
import {parseJson} from '../json/value.ts';

const ownerSchema = z.object({
	pid: z.int().positive(),
	host: z.string(),
	/** Which running system, and which space of process numbers on it: containers may share a host's name. */
	system: z.string(),
	/** When the process began, in clock ticks since boot: tells it from a later one with the same number. */
	processStart: z.string().optional(),
	/** RFC 3339. */
	startedAt: z.string(),
	/** Tells this lock from every other. */
	token: z.string(),
});

/** Who holds a lock. */
export type LockOwner = z.infer<typeof ownerSchema>;

/** This process as an owner. */
export function currentOwner(token: string): LockOwner {
	return {
		pid: process.pid,
		host: hostname(),
		system: currentSystem(),
		processStart: readProcess(process.pid)?.start,
		startedAt: new Date().toISOString(),
		token,
	};
}

/** The owner that a file names, or undefined when the file is missing or says nothing usable. */
export function readOwner(file: string): LockOwner | undefined {
	const text = readText(file);
	// Cut off by a power failure, or of another program: judged by its age, like no owner.
	return text === undefined ? undefined : ownerSchema.safeParse(parseJson(text)).data;
}

/** Whether an owner still runs; `unknown` when it runs, or ran, where this process cannot look. */
export function judgeOwner(owner: LockOwner): 'alive' | 'dead' | 'unknown' {
	if (owner.host !== hostname() || owner.system !== currentSystem()) return 'unknown';
	const found = readProcess(owner.pid);
	if (found === undefined) return isRunning(owner.pid) ? 'alive' : 'dead';
	// A zombie has ended; only its parent has not asked yet.
	const isSame = owner.processStart === undefined || owner.processStart === found.start;
	return isSame && !'ZXx'.includes(found.state) ? 'alive' : 'dead';
}

function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		// Any other code (EPERM) says that there is such a process.
		return systemCode(error) !== 'ESRCH';
	}
}

/**
 * State and start time of a process: fields 3 and 22 of `/proc/<pid>/stat`, or what `ps` says where there is no such place;
 * undefined where neither tells, as under Windows.
 * @param ask runs `ps`; tests put another system in its place
 */
export function readProcess(pid: number, {platform = process.platform, ask = askPs} = {}): {state: string; start: string} | undefined {
	if (platform === 'win32') return undefined;
	if (platform !== 'linux') {
		const [, psState, psStart] = /^\s*(\S)\S*\s+(\S.*\S)\s*$/.exec(ask(pid)) ?? [];
		return psState === undefined || psStart === undefined ? undefined : {state: psState, start: psStart};
	}
	const text = readText(`/proc/${pid}/stat`);
	// Field 2 is the command's name in brackets and may hold anything, brackets and spaces too.
	const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
	const [state, start] = [fields?.[0], fields?.[19]];
	return state === undefined || start === undefined ? undefined : {state, start};
}

function askPs(pid: number): string {
	return spawnSync('/bin/ps', ['-o', 'state=', '-o', 'lstart=', '-p', String(pid)], {encoding: 'utf8', env: {LC_ALL: 'C'}}).stdout ?? '';
}

function currentSystem(): string {
	return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''} ${readLink('/proc/self/ns/pid') ?? ''}`.trim();
}

/** The text of a regular file: who puts a FIFO there must not keep this process waiting. */
function readText(file: string): string | undefined {
	return unlessRefused(() => {
		const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		try {
			return fstatSync(descriptor).isFile() ? readFileSync(descriptor, 'utf8') : undefined;
		} finally {
			closeSync(descriptor);
		}
	});
}

function readLink(file: string): string | undefined {
	return unlessRefused(() => readlinkSync(file));
}

/** What reading gives, or undefined when the system refuses: no such file, no such process, no permission. */
function unlessRefused<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}

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
