import {once} from 'node:events';
import type {AddressInfo, Server, Socket} from 'node:net';
import {onTestFinished} from 'vitest';

/** Listens on a free port until the test ends, which closes every connection. Returns the port. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		// Who is closed so has nothing to say any more.
		socket.on('error', () => undefined);
	});
	server.listen(0, host);
	await once(server, 'listening');
	onTestFinished(async () => {
		for (const socket of sockets) socket.destroy();
		await new Promise(resolve => {
			server.close(resolve);
		});
	});
	return (server.address() as AddressInfo).port;
}
