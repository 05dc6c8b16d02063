import type {Ending} from '../base/transport.ts';

/** A timer set for longer than this (24.8 days) would go off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** A time limit around one attempt: it ends when the limit passes or the outer signal aborts. */
export interface Deadline extends Ending {
	readonly passed: boolean;
	/** Takes the timer and the listener away. */
	close(): void;
}

/**
 * Opens a limit of `ms` milliseconds that also ends with `outer`. By hand rather than with `AbortSignal.any`: that one
 * keeps an entry in the long-lived outer signal for every request of a run. A signal of its own is made for those only
 * who want one: it costs as much as parsing a page.
 */
export function openDeadline(outer: AbortSignal, ms: number): Deadline {
	let ended: {readonly reason: unknown} | undefined;
	let passed = false;
	let controller: AbortController | undefined;
	let listener: ((reason: unknown) => void) | undefined;
	const end = (reason: unknown) => {
		if (ended !== undefined) return;
		ended = {reason};
		controller?.abort(reason);
		listener?.(reason);
	};
	const follow = () => {
		end(outer.reason);
	};
	const timer = setTimeout(() => {
		passed = true;
		end(new Error('time limit passed'));
	}, Math.min(ms, longestTimerMs));
	outer.addEventListener('abort', follow, {once: true});
	if (outer.aborted) follow();
	return {
		get signal() {
			if (controller === undefined) {
				controller = new AbortController();
				if (ended !== undefined) controller.abort(ended.reason);
			}
			return controller.signal;
		},
		get passed() {
			return passed;
		},
		onEnd(newListener) {
			listener = newListener;
			if (ended !== undefined) newListener(ended.reason);
		},
		close() {
			clearTimeout(timer);
			outer.removeEventListener('abort', follow);
			listener = undefined;
		},
	};
}
