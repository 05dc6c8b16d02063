import type {Context} from '../../base/context.ts';
import {ExportError, exitCodes, type ExitCode} from '../../base/errors.ts';

export interface RepeatOptions {
	/** From one start to the next, in milliseconds; a round that takes longer is followed by the next at once. */
	readonly everyMs: number;
	readonly context: Pick<Context, 'now' | 'monotonic' | 'sleep' | 'signal'>;
	/** Told when the next round starts, Unix milliseconds. */
	readonly onWait: (nextAt: number) => void;
}

/**
 * Runs rounds until the signal aborts. Rounds are spaced by a clock that never steps.
 * @returns the exit code of the interruption
 */
export async function repeat(round: () => Promise<unknown>, {everyMs, context, onWait}: RepeatOptions): Promise<ExitCode> {
	const {signal, sleep, monotonic, now} = context;
	while (!signal.aborted) {
		const nextAt = monotonic() + everyMs;
		await round();
		if (signal.aborted) break;
		onWait(now() + Math.max(0, nextAt - monotonic()));
		try {
			// A timer may end early.
			while (monotonic() < nextAt) await sleep(nextAt - monotonic(), signal);
		} catch (error) {
			if (error !== signal.reason) throw error;
		}
	}
	return signal.reason instanceof ExportError ? signal.reason.exitCode : exitCodes.bug;
}
