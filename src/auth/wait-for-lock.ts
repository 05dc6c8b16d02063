import type {Context} from '../context.ts';
import {LockedError} from '../errors.ts';
import {acquireLock, type Lock} from '../output/lock.ts';

/** A refresh takes a second or two; a holder that takes longer than this hangs. */
const longestWaitMs = 30_000;
const pollMs = 50;

/**
 * Takes the lock of a file, waiting for its turn.
 * @param options.instead asked while another holds the lock; anything it gives ends the waiting
 * @throws LockedError after 30 seconds; the signal's reason when interrupted
 */
export async function waitForLock<T = never>(path: string, {context, instead}: {
	context: Pick<Context, 'sleep' | 'signal' | 'random' | 'monotonic'>; instead?: () => Promise<T | undefined>;
}): Promise<Lock | {readonly instead: T}> {
	const until = context.monotonic() + longestWaitMs;
	for (;;) {
		context.signal.throwIfAborted();
		try {
			return await acquireLock(path);
		} catch (error) {
			if (!(error instanceof LockedError) || context.monotonic() >= until) throw error;
		}
		const other = await instead?.();
		if (other !== undefined) return {instead: other};
		// Spread out, so that many that wait do not ask in step.
		await context.sleep(pollMs * (1 + context.random()), context.signal);
	}
}
