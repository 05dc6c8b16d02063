import type {Sleep} from '../../src/base/context.ts';

interface Timer {
	readonly at: number;
	readonly order: number;
	readonly fire: () => void;
}

/** Leaps over more than this, in milliseconds, are taken only after so many turns in which nothing else happened. */
const longestLeapMs = 86_400_000;
const leapTurns = 200;

/**
 * A clock that stands still while anything can run and jumps to the next timer when nothing can: hours of waiting pass
 * in no time, in the order in which they would have.
 */
export class VirtualClock {
	#now: number;
	#timers: Timer[] = [];
	#order = 0;

	constructor(now = Date.UTC(2026, 10, 20, 12)) {
		this.#now = now;
	}

	readonly now = (): number => this.#now;

	readonly sleep: Sleep = async (ms, signal) => new Promise((resolve, reject) => {
		if (signal?.aborted === true) {
			reject(signal.reason as Error);
			return;
		}
		const timer: Timer = {at: this.#now + ms, order: this.#order++, fire: () => {
			signal?.removeEventListener('abort', onAbort);
			resolve();
		}};
		const onAbort = () => {
			this.#timers = this.#timers.filter(other => other !== timer);
			reject(signal?.reason as Error);
		};
		this.#timers.push(timer);
		signal?.addEventListener('abort', onAbort, {once: true});
	});

	/** Lets time pass until the promise settles. */
	async run<T>(promise: Promise<T>): Promise<T> {
		let settled = false;
		let idle = 0;
		const done = () => {
			settled = true;
		};
		promise.then(done, done);
		for (;;) {
			// Real input and output have no part here: a few turns of the event loop empty every queue of promises.
			for (let turn = 0; turn < 4; turn++) await new Promise(resolve => {
				setImmediate(resolve);
			});
			if (settled) return promise;
			const next = this.#timers.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
			if (next === undefined) {
				// Files are read and written in real time.
				if (++idle > 10_000) throw new Error('nothing can run and no timer is set: the code under test hangs');
				await new Promise(resolve => {
					setTimeout(resolve, 1);
				});
				continue;
			}
			// Nobody means to wait for so long: it is for something that real input and output still keep from happening.
			if (next.at - this.#now > longestLeapMs && ++idle < leapTurns) {
				await new Promise(resolve => {
					setTimeout(resolve, 1);
				});
				continue;
			}
			idle = 0;
			this.#timers = this.#timers.filter(timer => timer !== next);
			this.#now = Math.max(this.#now, next.at);
			next.fire();
		}
	}
}
