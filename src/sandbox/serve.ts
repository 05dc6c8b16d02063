import {createAdaptorServer} from '@hono/node-server';
import {Server} from 'node:http';
import {systemCode, UsageError} from '../base/errors.ts';
import {createDoors, type Doors} from './faults/doors.ts';
import {createFaultyListener, type FaultySandbox} from './faults/faulty.ts';
import type {FaultPlan} from './faults/plan.ts';

/** A sandbox on a port of this machine. */
export interface ServedSandbox {
	/** The base URL, with no slash at its end. */
	readonly url: string;
	readonly port: number;
	/** Stops at once, also connections that are kept alive or waiting for an answer. */
	close(): Promise<void>;
}

export interface ServeOptions {
	/** 0 takes any free port. */
	readonly port: number;
	readonly host?: '127.0.0.1';
	/** What goes wrong on the way; the sandbox must have been made with the plan's clock. Default: nothing. */
	readonly faults?: FaultPlan | undefined;
}

/**
 * Serves a sandbox over HTTP on the loopback address.
 * @throws UsageError when the port is taken or cannot be listened on.
 */
export async function serveSandbox(sandbox: FaultySandbox, {port, host = '127.0.0.1', faults}: ServeOptions): Promise<ServedSandbox> {
	const server = createAdaptorServer({
		fetch: faults === undefined
			? (request: Request) => sandbox.fetch(request)
			: createFaultyListener(sandbox, faults, {refuseFor: ms => doors.refuseFor(ms, faults.sleep)}),
		// The program's own fetch must not notice that a server runs in the same process.
		overrideGlobalObjects: false,
	});
	// Without TLS options the adaptor makes a plain server; its type allows for others.
	if (!(server instanceof Server)) throw new TypeError('not an HTTP/1 server');
	await listen(server, port, host);
	const address = server.address();
	const listeningPort = typeof address === 'object' && address !== null ? address.port : port;
	const doors: Doors = createDoors(server, () => listen(server, listeningPort, host));
	return {
		url: `http://${host}:${listeningPort}`,
		port: listeningPort,
		close: () => doors.close(),
	};
}

async function listen(server: Server, port: number, host: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const failed = (error: Error) => reject(listenError(error, port));
		server.once('error', failed);
		server.listen(port, host, () => {
			server.off('error', failed);
			resolve();
		});
	});
}

function listenError(error: Error, port: number): Error {
	const code = systemCode(error);
	const message = code === 'EADDRINUSE' ? `port ${port} is already in use` : `cannot listen on port ${port}${code === undefined ? '' : ` (${code})`}`;
	return new UsageError(message, {hint: 'choose another one with --port, or --port 0 for any free one', cause: error});
}
