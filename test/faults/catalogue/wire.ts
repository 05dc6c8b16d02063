import type {Socket} from 'node:net';

/** Writes to a connection; settles when the bytes are handed to the system, or when nobody is there to take them. */
export async function send(socket: Socket, bytes: string | Uint8Array): Promise<void> {
	if (socket.destroyed) return;
	await new Promise<void>(resolve => {
		socket.write(bytes, () => resolve());
	});
}

/** Ends a connection in order, after what was written to it, and for both sides. */
export async function hangUp(socket: Socket): Promise<void> {
	if (socket.destroyed) return;
	await new Promise<void>(resolve => {
		socket.once('close', () => resolve());
		socket.destroySoon();
	});
}

/** Settles when the signal aborts. */
export async function untilGone(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>(resolve => {
		signal.addEventListener('abort', () => resolve(), {once: true});
	});
}
