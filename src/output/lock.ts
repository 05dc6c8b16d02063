import {randomUUID} from 'node:crypto';
import {lstatSync, statSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import type {Context} from '../base/context.ts';
import {LockedError, systemCode, UsageError} from '../base/errors.ts';
import {openFailure} from './failure.ts';
import {
	lockFileSystem, ownerFile, removeLockLeftovers, staleMs, currentOwner, judgeOwner, readOwner, type LockOwner,
} from './lock-file-system.ts';
import {refuseForeign} from './target.ts';

/** How often a lock shows a sign of life. */
const updateMs = 1000;

/** Long enough to see one, on a slow network file system too. */
const watchMs = 3 * updateMs;

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
 * owner (another host) when it has shown no sign of life for 5 seconds, and shows none while it is watched; one whose
 * owner runs is never taken over.
 * @param name how messages name the file
 * @throws LockedError when another run holds it; UsageError when no lock can be made there
 */
export async function acquireLock(
	path: string, name = path, {sleep = setTimeout}: {sleep?: (ms: number) => Promise<unknown>} = {},
): Promise<Lock> {
	const directory = `${path}.lock`;
	const lost = new AbortController();
	try {
		await refuseForeign(directory);
		requireDirectory(directory);
		if (await showsLife(directory, sleep)) throw lockedBy(readOwner(ownerFile(directory)), {name, directory});
		const {lock} = await import('./proper-lockfile.ts');
		const release = await lock(path, {
			lockfilePath: directory,
			realpath: false,
			stale: staleMs,
			update: updateMs,
			fs: lockFileSystem(currentOwner(randomUUID())),
			onCompromised: error => {
				lost.abort(
					new LockedError(`the lock of ${name} was taken away`, {
						hint: `see what else writes ${name} or removed ${directory}, then run the same command again`, cause: error,
					}),
				);
			},
		});
		removeLockLeftovers(directory);
		let released: Promise<void> | undefined;
		return {
			lost: lost.signal,
			release: async () => (released ??= release().catch((error: unknown) => {
				// A lock that was taken away is no longer ours to release; `lost` has told so already.
				if (!lost.signal.aborted && systemCode(error) !== 'ERELEASED' && systemCode(error) !== 'ENOTACQUIRED') throw error;
			})),
		};
	} catch (error) {
		throw systemCode(error) === 'ELOCKED' ? lockedBy(readOwner(ownerFile(directory)), {name, directory})
			: openFailure(directory, error);
	}
}

/** @throws UsageError for a link, a file, anything but a directory: it is no lock, and what it leads to must stay as it is */
function requireDirectory(directory: string): void {
	if (lstatSync(directory, {throwIfNoEntry: false})?.isDirectory() === false) {
		throw new UsageError(`${directory} is in the way: it is no directory, and so no lock`, {hint: 'see what it is, and move it away'});
	}
}

/**
 * Whether a lock that looks old is nevertheless alive, as another host's is when the clocks differ. Only the change of its
 * time tells, so it is watched for a moment.
 */
async function showsLife(directory: string, sleep: (ms: number) => Promise<unknown>): Promise<boolean> {
	const before = changedAt(directory);
	if (before === undefined || before > Date.now() - staleMs) return false;
	const owner = readOwner(ownerFile(directory));
	if (owner !== undefined && judgeOwner(owner) !== 'unknown') return false;
	await sleep(watchMs);
	const after = changedAt(directory);
	return after !== undefined && after !== before;
}

/** When a directory was last touched, or undefined when it is not there. */
function changedAt(directory: string): number | undefined {
	return statSync(directory, {throwIfNoEntry: false})?.mtimeMs;
}

function lockedBy(owner: LockOwner | undefined, {name, directory}: {name: string; directory: string}): LockedError {
	const who = owner === undefined ? '' : ` (pid ${owner.pid} on ${owner.host}, since ${owner.startedAt})`;
	return new LockedError(`${name} is in use by another run${who}`, {
		hint: `wait until it has ended; if no such run exists, remove ${directory}`,
	});
}

/** How long, and how patiently, to wait for a lock. */
interface LockWaiting {
	readonly context: Pick<Context, 'sleep' | 'signal' | 'random' | 'monotonic'>;
	/** How messages name the file. Default: its path. */
	readonly name?: string;
	/** The most to wait, in milliseconds; `Infinity` for as long as it takes. */
	readonly longestMs: number;
	/** Between two tries, in milliseconds, at least; twice that at most. */
	readonly pollMs: number;
}

/**
 * Takes the lock of a file, waiting for its turn.
 * @param waiting.instead asked while another holds the lock; anything it gives ends the waiting
 * @throws LockedError when the time is over; the signal's reason when interrupted
 */
export async function waitForLock(path: string, waiting: LockWaiting): Promise<Lock>;

export async function waitForLock<T>(
	path: string, waiting: LockWaiting & {readonly instead?: () => Promise<T | undefined>},
): Promise<Lock | {readonly instead: T}>;

export async function waitForLock<T>(
	path: string, {context, name = path, longestMs, pollMs, instead}: LockWaiting & {readonly instead?: () => Promise<T | undefined>},
): Promise<Lock | {readonly instead: T}> {
	const until = context.monotonic() + longestMs;
	for (;;) {
		context.signal.throwIfAborted();
		try {
			return await acquireLock(path, name);
		} catch (error) {
			if (!(error instanceof LockedError) || context.monotonic() >= until) throw error;
		}
		const other = await instead?.();
		if (other !== undefined) return {instead: other};
		// Spread out, so that many that wait do not ask in step.
		await context.sleep(pollMs * (1 + context.random()), context.signal);
	}
}
