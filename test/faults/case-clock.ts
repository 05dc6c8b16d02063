import {setImmediate as turn, setTimeout as pause} from 'node:timers/promises';
import type {Sleep} from '../../src/base/context.ts';

/** What a wait of the exporter takes in real time where the server needs some meanwhile, in milliseconds. */
const inexactPauseMs = 20;

/** The time of one case: it passes only while the exporter waits, and then at once. */
export class CaseClock {
	readonly #startMs: number;
	readonly #inexact: boolean;
	#passedMs = 0;
	#waiting: Array<{readonly at: number; readonly wake: () => void}> = [];

	constructor(startMs: number, inexact: boolean) {
		this.#startMs = startMs;
		this.#inexact = inexact;
	}

	readonly now = (): number => this.#startMs + this.#passedMs;
	readonly monotonic = (): number => this.#passedMs;

	/** Waits of the exporter. */
	readonly sleep: Sleep = async (ms, signal) => {
		signal?.throwIfAborted();
		this.#pass(ms);
		await (this.#inexact ? pause(inexactPauseMs) : turn());
		signal?.throwIfAborted();
	};

	/** Waits of the server: they end when the exporter has waited as long, or after as much real time. */
	readonly serverSleep: Sleep = async (ms, signal) => {
		const woken = new AbortController();
		const ended = signal === undefined ? woken.signal : AbortSignal.any([woken.signal, signal]);
		this.#waiting.push({at: this.#passedMs + ms, wake: () => woken.abort()});
		await pause(ms, undefined, {signal: ended, ref: false}).catch(() => undefined);
		signal?.throwIfAborted();
	};

	/** Ends every wait of the server. */
	wakeServer(): void {
		for (const {wake} of this.#waiting) wake();
		this.#waiting = [];
	}

	#pass(ms: number): void {
		this.#passedMs += ms;
		const due = this.#waiting.filter(({at}) => at <= this.#passedMs);
		this.#waiting = this.#waiting.filter(({at}) => at > this.#passedMs);
		for (const {wake} of due) wake();
	}
}
