import type {Sleep} from '../context.ts';
import {ApiError} from '../errors.ts';
import {formatDuration, SECOND} from '../query/duration.ts';

/** Pauses between attempts of one source's checks, all together. */
const longestWaitMs = 30 * SECOND;

/**
 * A sleep that gives up where an export would wait: a server that refuses for rate can ask for minutes.
 * @param lastMessage what went wrong before the pause
 */
export function impatientSleep(sleep: Sleep, lastMessage: () => string): Sleep {
	let waitedMs = 0;
	return async (ms, signal) => {
		waitedMs += ms;
		if (waitedMs > longestWaitMs) {
			throw new ApiError(lastMessage(), {
				hint: `checks wait ${formatDuration(longestWaitMs)} at most; try again later, and see whether another program uses the same app`,
			});
		}
		await sleep(ms, signal);
	};
}
