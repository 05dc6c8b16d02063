import type {Context} from '../context.ts';
import {LockedError} from '../errors.ts';
import {acquireLock, type Lock} from './lock.ts';

/** How long, and how patiently, to wait for a lock. */
export interface LockWaiting {
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
export async function waitForLock<T>(path: string, waiting: LockWaiting & {readonly instead?: () => Promise<T | undefined>}): Promise<Lock | {readonly instead: T}>;
export async function waitForLock<T>(path: string, {context, name = path, longestMs, pollMs, instead}: LockWaiting & {readonly instead?: () => Promise<T | undefined>}): Promise<Lock | {readonly instead: T}> {
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
