import {connect} from 'node:net';
import {createServer} from 'node:tls';
import {listen} from './listening.ts';
import type {Certified} from './certificates.ts';

/** Puts TLS in front of a plain server of this machine, such as the sandbox. Returns the port. */
export async function serveTls(plainPort: number, {cert, key}: Certified, host = '127.0.0.1'): Promise<number> {
	const server = createServer({cert, key}, client => {
		const upstream = connect(plainPort, '127.0.0.1');
		upstream.pipe(client).pipe(upstream);
		for (const socket of [client, upstream]) {
			socket.on('error', () => undefined);
			socket.on('close', () => {
				client.destroy();
				upstream.destroy();
			});
		}
	});
	// A client that does not trust the certificate ends the handshake.
	server.on('tlsClientError', () => undefined);
	return listen(server, host);
}
