import {once} from 'node:events';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import {createFetchTransport} from '../../src/http/fetch-transport.ts';
import {createNodeTransport} from '../../src/http/node-transport.ts';
import {createTransportFetch} from '../../src/http/transport-fetch.ts';
import type {Fetch} from '../../src/base/context.ts';
import {openDeadline} from '../../src/http/deadline.ts';
import type {Ending, Transport} from '../../src/base/transport.ts';

/** A server on loopback that lives as long as the test. */
export async function serve(listener: RequestListener, options: {maxHeaderSize?: number} = {}): Promise<string> {
	const server = createServer(options, listener);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A deadline that does not pass while a test runs. */
export function noDeadline(): Ending {
	const deadline = openDeadline(new AbortController().signal, 60_000);
	onTestFinished(() => {
		deadline.close();
	});
	return deadline;
}

/** Both ways to a server. */
export const transports: ReadonlyArray<[name: string, create: () => Transport]> = [
	['over Node', () => createNodeTransport()],
	['over fetch', () => createFetchTransport(fetch)],
];

/** Both ways as the program's `fetch`. */
export const fetches: ReadonlyArray<[name: string, create: () => Fetch]> = [
	['over Node', () => createTransportFetch(createNodeTransport())],
	['over fetch', () => async (input, init) => fetch(input, init)],
];
