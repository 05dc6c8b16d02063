import {createAdaptorServer} from '@hono/node-server';
import {Server} from 'node:http';
import {systemCode, UsageError} from '../base/errors.ts';
import type {Sandbox} from './options.ts';

const host = '127.0.0.1';

/** A sandbox on a port of this machine. */
export interface ServedSandbox {
	/** The base URL, with no slash at its end. */
	readonly url: string;
	readonly port: number;
	/** Stops at once, also connections that are kept alive or waiting for an answer. */
	close(): Promise<void>;
}

/**
 * Serves a sandbox over HTTP on the loopback address.
 * @param port 0 takes any free port.
 * @throws UsageError when the port is taken or cannot be listened on.
 */
export async function serveSandbox(sandbox: Pick<Sandbox, 'fetch'>, {port}: {readonly port: number}): Promise<ServedSandbox> {
	const server = createServer((request: Request) => sandbox.fetch(request));
	const listening = await listen(server, port);
	return {
		url: `http://${host}:${listening}`,
		port: listening,
		async close() {
			const closed = new Promise(resolve => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};
}

/** A server of Node's that answers as `fetch` would be answered. */
export function createServer(answer: Parameters<typeof createAdaptorServer>[0]['fetch']): Server {
	// The program's own fetch must not notice that a server runs in the same process.
	const server = createAdaptorServer({fetch: answer, overrideGlobalObjects: false});
	// Without TLS options the adaptor makes a plain server; its type allows for others.
	if (!(server instanceof Server)) throw new TypeError('not an HTTP/1 server');
	return server;
}

/**
 * Listens on the loopback address.
 * @returns the port, also where any was asked for by 0
 * @throws UsageError when the port is taken or cannot be listened on.
 */
export async function listen(server: Server, port: number): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		const failed = (error: Error) => reject(listenError(error, port));
		server.once('error', failed);
		server.listen(port, host, () => {
			server.off('error', failed);
			resolve();
		});
	});
	const address = server.address();
	return typeof address === 'object' && address !== null ? address.port : port;
}

function listenError(error: Error, port: number): Error {
	const code = systemCode(error);
	const message =
		code === 'EADDRINUSE' ? `port ${port} is already in use` : `cannot listen on port ${port}${code === undefined ? '' : ` (${code})`}`;
	return new UsageError(message, {hint: 'choose another one with --port, or --port 0 for any free one', cause: error});
}
