/** The outcome of one arrival: admitted, or refused until some time has passed. */
export type Admission = {readonly admitted: true} | {readonly admitted: false; readonly waitMs: number};

/**
 * A request budget over a sliding window: at most `requests` in any `perMs` milliseconds, counted at arrival. A
 * request that is refused for rate does not count, so waiting exactly as long as the refusal says always helps;
 * one that is refused for anything else does.
 */
export function createSlidingWindow({requests, perMs}: {requests: number; perMs: number}): (nowMs: number) => Admission {
	const arrivals: number[] = [];
	return nowMs => {
		while (arrivals[0] !== undefined && arrivals[0] <= nowMs - perMs) arrivals.shift();
		const [oldest] = arrivals;
		if (oldest !== undefined && arrivals.length >= requests) return {admitted: false, waitMs: oldest + perMs - nowMs};
		arrivals.push(nowMs);
		return {admitted: true};
	};
}
