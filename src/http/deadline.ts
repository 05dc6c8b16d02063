/** A timer set for longer than this (24.8 days) would go off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** A time limit around one attempt: it ends when the limit passes or the outer signal aborts. */
export interface Deadline {
	/** Aborts when the attempt is to end. */
	readonly signal: AbortSignal;
	readonly passed: boolean;
	/** Takes the timer and the listener away. */
	close(): void;
}

/**
 * Opens a limit of `ms` milliseconds that also ends with `outer`. By hand rather than with `AbortSignal.any`: that one
 * keeps an entry in the long-lived outer signal for every request of a run.
 */
export function openDeadline(outer: AbortSignal, ms: number): Deadline {
	let passed = false;
	const controller = new AbortController();
	const follow = () => {
		controller.abort(outer.reason);
	};
	const timer = setTimeout(() => {
		passed = !controller.signal.aborted;
		controller.abort(new Error('time limit passed'));
	}, Math.min(ms, longestTimerMs));
	outer.addEventListener('abort', follow, {once: true});
	if (outer.aborted) follow();
	return {
		signal: controller.signal,
		get passed() {
			return passed;
		},
		close() {
			clearTimeout(timer);
			outer.removeEventListener('abort', follow);
		},
	};
}
