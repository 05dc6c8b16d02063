import type {OutputStream} from '../context.ts';
import {writeFailure} from './failure.ts';
import type {Output} from './output.ts';

/**
 * An output over one of the program's own streams, which it never ends: other parts may still write to it.
 * @param name how messages name the stream
 */
export function createStreamOutput(stream: OutputStream, name = 'stdout'): Output {
	return new StreamOutput(stream, name);
}

class StreamOutput implements Output {
	readonly #stream: OutputStream;
	readonly #name: string;
	/** Writes that the stream has not called back about. */
	#pending = 0;
	#failure: unknown;
	#wake: (() => void) | undefined;

	constructor(stream: OutputStream, name: string) {
		this.#stream = stream;
		this.#name = name;
		// A failed write is also an event, and without a listener that event ends the process with a stack trace.
		stream.on('error', this.#fail);
	}

	async write(text: string): Promise<void> {
		this.#throwFailure();
		if (text === '') return;
		let accepted = false;
		this.#pending++;
		const hasRoom = this.#stream.write(text, error => {
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
		// Finishes the line being written. The listener stays: a failure can still be on its way.
		await this.#until(() => this.#pending === 0);
	}

	/** The first failure is the reason; those of later writes (ERR_STREAM_DESTROYED) only follow from it. */
	readonly #fail = (error: Error): void => {
		this.#failure ??= writeFailure(this.#name, error);
		this.#wake?.();
	};

	async #until(isDone: () => boolean): Promise<void> {
		while (this.#failure === undefined && !isDone()) {
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
	}

	#throwFailure(): void {
		if (this.#failure !== undefined) throw this.#failure;
	}
}
