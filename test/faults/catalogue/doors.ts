import type {Server} from 'node:http';
import type {Socket} from 'node:net';
import type {Sleep} from '../../../src/base/context.ts';

/** How often it is tried to listen again on a port that something else took meanwhile. */
const retryMs = 50;

/** Lets a server's clients in or not. */
export interface Doors {
	/** Takes no connections for so long, and resets those there are. Does nothing while they are refused already. */
	refuseFor(ms: number, sleep: Sleep): void;
	/** Stops at once and for good. */
	close(): Promise<void>;
}

/** @param listen how to listen again at the same place. */
export function createDoors(server: Server, listen: () => Promise<void>): Doors {
	const sockets = new Set<Socket>();
	const closing = new AbortController();
	let refusal: Promise<void> | undefined;
	server.on('connection', socket => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});

	async function refuse(ms: number, sleep: Sleep): Promise<void> {
		const closed = stopListening(server);
		for (const socket of sockets) socket.resetAndDestroy();
		await closed;
		await sleep(ms, closing.signal);
		while (!await listen().then(() => true, () => false)) await sleep(retryMs, closing.signal);
	}

	return {
		refuseFor(ms, sleep) {
			refusal ??= refuse(ms, sleep).catch((error: unknown) => {
				if (!closing.signal.aborted) throw error;
			}).finally(() => {
				refusal = undefined;
			});
		},
		async close() {
			closing.abort();
			await refusal;
			if (!server.listening) return;
			const closed = stopListening(server);
			server.closeAllConnections();
			await closed;
		},
	};
}

async function stopListening(server: Server): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.close(error => (error === undefined ? resolve() : reject(error)));
	});
}
