import {once} from 'node:events';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {createFetch} from '../../src/http/fetch.ts';

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

/** The program's own `fetch` and the built-in one. */
export const fetches: ReadonlyArray<[name: string, create: () => Fetch]> = [
	['over Node', () => createFetch({})],
	['over fetch', () => async (input, init) => fetch(input, init)],
];
