import type {OutputStream} from '../context.ts';
import {writeFailure} from './failure.ts';
import type {Output} from './output.ts';

/**
 * An output over one of the program's own streams, which it never ends: other parts may still write to it.
 * @param name how messages name the stream
 */
export function createStreamOutput(stream: OutputStream, name = 'stdout'): Output {
	let failure: unknown;
	let pending = 0;
	let wake = () => {};

	/** The first failure is the reason; those of later writes (ERR_STREAM_DESTROYED) only follow from it. */
	const fail = (error: unknown) => {
		failure ??= writeFailure(name, error);
		wake();
	};
	// A failed write is also an event, and without a listener that event ends the process with a stack trace.
	stream.on('error', fail);

	const until = async (isDone: () => boolean) => {
		while (failure === undefined && !isDone()) {
			await new Promise<void>(resolve => {
				wake = resolve;
			});
		}
	};
	const throwFailure = () => {
		if (failure !== undefined) throw failure;
	};

	return {
		async write(text) {
			throwFailure();
			if (text === '') return;
			let accepted = false;
			pending++;
			const hasRoom = stream.write(text, error => {
				pending--;
				accepted = true;
				if (error) fail(error);
				wake();
			});
			if (!hasRoom) await until(() => accepted);
			throwFailure();
		},
		checkpoint: async () => {},
		async commit() {
			await until(() => pending === 0);
			throwFailure();
			stream.off('error', fail);
		},
		async abandon() {
			// Finishes the line being written. The listener stays: a failure can still be on its way.
			await until(() => pending === 0);
			return undefined;
		},
	};
}
