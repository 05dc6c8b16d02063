import {createAdaptorServer} from '@hono/node-server';
import {Server} from 'node:http';
import {systemCode, UsageError} from '../errors.ts';
import type {Sandbox} from './options.ts';

/** A sandbox on a port of this machine. */
export interface ServedSandbox {
	/** The base URL, with no slash at its end. */
	readonly url: string;
	readonly port: number;
	/** Stops at once, also connections that are kept alive or waiting for an answer. */
	close(): Promise<void>;
}

/**
 * Serves a sandbox over HTTP on the loopback address; port 0 takes any free port.
 * @throws UsageError when the port is taken or cannot be listened on.
 */
export async function serveSandbox(sandbox: Pick<Sandbox, 'fetch'>, {port, host = '127.0.0.1'}: {port: number; host?: '127.0.0.1'}): Promise<ServedSandbox> {
	const server = createAdaptorServer({
		fetch: (request: Request) => sandbox.fetch(request),
		// The program's own fetch must not notice that a server runs in the same process.
		overrideGlobalObjects: false,
	});
	// Without TLS options the adaptor makes a plain server; its type allows for others.
	if (!(server instanceof Server)) throw new TypeError('not an HTTP/1 server');
	await new Promise<void>((resolve, reject) => {
		server.once('error', error => reject(listenError(error, port)));
		server.listen(port, host, resolve);
	});
	const address = server.address();
	const listeningPort = typeof address === 'object' && address !== null ? address.port : port;
	return {
		url: `http://${host}:${listeningPort}`,
		port: listeningPort,
		async close() {
			await new Promise<void>((resolve, reject) => {
				server.close(error => (error === undefined ? resolve() : reject(error)));
				server.closeAllConnections();
			});
		},
	};
}

function listenError(error: Error, port: number): Error {
	const code = systemCode(error);
	const message = code === 'EADDRINUSE' ? `port ${port} is already in use` : `cannot listen on port ${port}${code === undefined ? '' : ` (${code})`}`;
	return new UsageError(message, {hint: 'choose another one with --port, or --port 0 for any free one', cause: error});
}
