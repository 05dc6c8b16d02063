import type {OutputStream, Context} from '../base/context.ts';
import {visibleInJson, visibleOnLines} from '../base/visible.ts';
import {writeFailure} from './failure.ts';
import type {Chunk, Output} from './output.ts';

/** What ends an output's waiting for its reader. */
export type Interruption = Pick<Context, 'signal' | 'sleep'>;

/** How long, in milliseconds, a reader has for what is being written, once the run was asked to stop. */
export const graceMs = 500;

/**
 * An output over one of the program's own streams, which it never ends: other parts may still write to it.
 * @param name how messages name the stream
 * @param interruption ends the waiting for a reader that takes nothing, shortly after its signal aborts: `write` and
 * `commit` then throw the signal's reason
 */
export function createStreamOutput(stream: OutputStream, name = 'stdout', interruption?: Interruption): Output {
	return new StreamOutput(stream, name, interruption);
}

class StreamOutput implements Output {
	readonly #stream: OutputStream;
	readonly #name: string;
	readonly #interruption: Interruption | undefined;
	/** The reader took nothing until the end of its grace. */
	#isGivenUp = false;
	/** Writes that the stream has not called back about. */
	#pending = 0;
	#failure: unknown;
	#wake: (() => void) | undefined;

	constructor(stream: OutputStream, name: string, interruption: Interruption | undefined) {
		this.#stream = stream;
		this.#name = name;
		this.#interruption = interruption;
		// A failed write is also an event, and without a listener that event ends the process with a stack trace.
		stream.on('error', this.#fail);
	}

	async write(chunk: Chunk): Promise<void> {
		this.#throwFailure();
		if (chunk.length === 0) return;
		let accepted = false;
		this.#pending++;
		const hasRoom = this.#stream.write(chunk, error => {
			this.#pending--;
			accepted = true;
			if (error) this.#fail(error);
			this.#wake?.();
		});
		if (!hasRoom) await this.#until(() => accepted);
		this.#throwFailure();
	}

	async checkpoint(): Promise<void> {
		// What a stream took cannot be taken back, so there is nothing to continue from.
	}

	async commit(): Promise<void> {
		await this.#until(() => this.#pending === 0);
		this.#throwFailure();
		this.#stream.off('error', this.#fail);
	}

	async abandon(): Promise<undefined> {
		// Finishes the line being written, where its reader takes it. The listener stays: a failure can still be on its way.
		await this.#until(() => this.#pending === 0);
	}

	/** The first failure is the reason; those of later writes (ERR_STREAM_DESTROYED) only follow from it. */
	readonly #fail = (error: Error): void => {
		this.#failure ??= writeFailure(this.#name, error);
		this.#wake?.();
	};

	async #until(isDone: () => boolean): Promise<void> {
		const isOver = () => this.#failure !== undefined || this.#isGivenUp || isDone();
		if (isOver()) return;
		const patience = this.#startPatience();
		while (!isOver()) {
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
		patience?.abort();
	}

	/** Gives up when the reader takes nothing for `graceMs` after the run was asked to stop. Aborted, it stops watching. */
	#startPatience(): AbortController | undefined {
		if (this.#interruption === undefined) return undefined;
		const {signal, sleep} = this.#interruption;
		const over = new AbortController();
		const onAbort = () => {
			const giveUp = () => {
				this.#isGivenUp ||= !over.signal.aborted;
				this.#wake?.();
			};
			sleep(graceMs, over.signal).then(giveUp, giveUp);
		};
		signal.addEventListener('abort', onAbort, {once: true, signal: over.signal});
		if (signal.aborted) onAbort();
		return over;
	}

	#throwFailure(): void {
		if (this.#failure !== undefined) throw this.#failure;
		if (this.#isGivenUp) throw this.#interruption?.signal.reason;
	}
}

/**
 * Writes what a command tells people (`text`) or programs (`json`) to stdout, all of it at once. As with the log, no secret
 * and nothing that drives a terminal gets through; JSON stands for the same value as before.
 * @throws OutputError, BrokenPipeError; the signal's reason when a reader takes nothing
 */
export async function writeReport(
	text: string, format: 'text' | 'json', context: Pick<Context, 'stdout' | 'masker' | 'signal' | 'sleep'>,
): Promise<void> {
	const output = createStreamOutput(context.stdout, 'stdout', context);
	const masked = context.masker.mask(text);
	await output.write(format === 'json' ? visibleInJson(masked) : visibleOnLines(masked));
	await output.commit();
}
