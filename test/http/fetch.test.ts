import {once} from 'node:events';
import {createServer, type RequestListener, type Server} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {brotliCompressSync, deflateRawSync, deflateSync, gzipSync} from 'node:zlib';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {Fetch, FetchInit} from '../../src/base/context.ts';
import {readBody} from '../../src/http/body.ts';
import {createFetch} from '../../src/http/fetch.ts';

/** A server on loopback that answers as told, and the connections made to it. */
async function serve(listener: RequestListener): Promise<{url: string; connections: Socket[]}> {
	const server: Server = createServer(listener);
	const connections: Socket[] = [];
	server.on('connection', socket => {
		connections.push(socket);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections};
}

/** A signal that ends nothing while a test runs, and a way to end it. */
function open(): {signal: AbortSignal; end: (reason: Error) => void} {
	const controller = new AbortController();
	return {
		signal: controller.signal,
		end: reason => {
			controller.abort(reason);
		},
	};
}

async function ask(fetch: Fetch, url: string, init: FetchInit = {}) {
	const answer = await fetch(url, {redirect: 'manual', ...init});
	return {status: answer.status, headers: answer.headers, text: Buffer.from(await readBody(answer, 'test')).toString()};
}

const fetches: Array<[name: string, create: () => Fetch]> = [
	['over Node', () => createFetch({})],
	['built in', () => async (input, init) => fetch(input, init)],
	['over Node, given a Request', () => {
		const own = createFetch({});
		return async (input, init) => own(new Request(input, init), {signal: init?.signal ?? null});
	}],
];

describe.each(fetches)('a fetch %s', (_, create) => {
	it('sends the request as it is and gives back the answer as it is', async () => {
		const {url} = await serve((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => {
				chunks.push(chunk);
			});
			request.on('end', () => {
				const {method, url: path, headers} = request;
				response.writeHead(418, {'X-Trace': 'abc', Date: 'Sun, 06 Nov 1994 08:49:37 GMT'});
				response.end(JSON.stringify({method, path, type: headers['content-type'], token: headers.authorization, body: Buffer.concat(chunks).toString()}));
			});
		});
		const {status, headers, text} = await ask(create(), `${url}/a/b?x=%E5%AE%A1&y=1+2`, {
			method: 'POST', headers: {'content-type': 'application/json', authorization: 'Bearer t'}, body: '{"审":"计"}',
		});
		expect(status).toBe(418);
		expect([headers.get('x-trace'), headers.get('X-TRACE'), headers.get('date'), headers.get('x-other')]).toEqual(['abc', 'abc', 'Sun, 06 Nov 1994 08:49:37 GMT', null]);
		expect(JSON.parse(text)).toEqual({method: 'POST', path: '/a/b?x=%E5%AE%A1&y=1+2', type: 'application/json', token: 'Bearer t', body: '{"审":"计"}'});
	});

	it('follows no redirect', async () => {
		const {url} = await serve((_request, response) => {
			response.writeHead(302, {location: '/elsewhere'}).end();
		});
		expect(await ask(create(), url)).toMatchObject({status: 302, text: ''});
	});

	it.each([
		['gzip', gzipSync('{"code":0}')],
		['GZIP', gzipSync('{"code":0}')],
		['x-gzip', gzipSync('{"code":0}')],
		['deflate', deflateSync('{"code":0}')],
		['deflate', deflateRawSync('{"code":0}')],
		['br', brotliCompressSync('{"code":0}')],
		['gzip, br', brotliCompressSync(gzipSync('{"code":0}'))],
		['gzip', Buffer.concat([gzipSync('{"co'), gzipSync('de":0}')])],
		['unheard-of', Buffer.from('{"code":0}')],
	])('unpacks what comes as %s', async (encoding, packed) => {
		const {url} = await serve((_request, response) => {
			response.writeHead(200, {'content-encoding': encoding}).end(packed);
		});
		expect((await ask(create(), url)).text).toBe('{"code":0}');
	});

	it('has nothing to unpack in an empty body', async () => {
		const {url} = await serve((_request, response) => {
			response.writeHead(200, {'content-encoding': 'gzip', 'content-length': 0}).end();
		});
		expect((await ask(create(), url)).text).toBe('');
	});

	it('fails where there is no answer, or only a part of one', async () => {
		const {url} = await serve((request, response) => {
			if (request.url === '/part') {
				response.writeHead(200, {'content-length': 100});
				response.write('{"code"', () => {
					request.socket.destroy();
				});
			} else {
				request.socket.destroy();
			}
		});
		const asks = create();
		await expect(ask(asks, `${url}/none`)).rejects.toThrow(Error);
		await expect(ask(asks, `${url}/part`)).rejects.toThrow(Error);
		await expect(ask(asks, 'http://127.0.0.1:1')).rejects.toThrow(Error);
	});

	it.each([
		['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
		['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
		['chunks without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"co\r\nzz\r\n'],
	])('fails where %s comes in place of an answer', async (_what, bytes) => {
		const {url} = await serve(request => {
			request.socket.write(bytes);
		});
		await expect(ask(create(), url)).rejects.toThrow(Error);
	});

	it('fails where an answer is packed and damaged', async () => {
		const packed = gzipSync('x'.repeat(1000));
		packed.fill(0xff, 10, 20);
		const {url} = await serve((_request, response) => {
			response.writeHead(200, {'content-encoding': 'gzip'}).end(packed);
		});
		await expect(ask(create(), url)).rejects.toThrow(Error);
	});

	it('takes a refusal of a proxy that nobody asked for as no answer', async () => {
		const {url} = await serve((_request, response) => {
			response.writeHead(407).end('who are you?');
		});
		await expect(ask(create(), url)).rejects.toThrow(Error);
	});

	it('ends with its reason before the answer, within it, and before it is sent', async () => {
		const {url} = await serve((request, response) => {
			if (request.url === '/head') response.writeHead(200, {'content-length': 100}).flushHeaders();
		});
		const asks = create();
		const before = open();
		const answer = asks(url, {signal: before.signal});
		setImmediate(() => {
			before.end(new Error('enough'));
		});
		await expect(answer).rejects.toThrow('enough');
		const within = open();
		const begun = await asks(`${url}/head`, {signal: within.signal});
		expect(begun.status).toBe(200);
		const body = readBody(begun, 'test');
		within.end(new Error('enough'));
		await expect(body).rejects.toThrow('enough');
		const already = open();
		already.end(new Error('enough'));
		await expect(asks(url, {signal: already.signal})).rejects.toThrow('enough');
	});
});

it('sends one request after the other over the same connection, and others beside it', async () => {
	const {url, connections} = await serve((_request, response) => {
		response.end('x'.repeat(100_000));
	});
	const asks = createFetch({});
	for (let count = 0; count < 5; count++) expect((await ask(asks, url)).text).toHaveLength(100_000);
	expect(connections).toHaveLength(1);
	await Promise.all([ask(asks, url), ask(asks, url), ask(asks, url)]);
	expect(connections).toHaveLength(3);
});

it('does not take an answer that nobody asked for as the answer to the next request', async () => {
	let count = 0;
	const {url, connections} = await serve((request, response) => {
		count++;
		response.end(`answer ${count}`, () => {
			if (count === 1) setTimeout(() => request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray'), 50);
		});
	});
	const asks = createFetch({});
	expect((await ask(asks, url)).text).toBe('answer 1');
	await once(connections[0] ?? process, 'close');
	expect((await ask(asks, url)).text).toBe('answer 2');
	expect((await ask(asks, url)).text).toBe('answer 3');
	expect(connections).toHaveLength(2);
});

it('says what is wrong with a body, and not only that it ended', async () => {
	const {url} = await serve(request => {
		request.socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
		setImmediate(() => request.socket.write('4\r\n{"co\r\nzz\r\n'));
	});
	await expect(ask(createFetch({}), url)).rejects.toMatchObject({code: 'HPE_INVALID_CHUNK_SIZE'});
});

it('takes a whole answer, whatever follows it', async () => {
	const {url} = await serve(request => {
		request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyno answer at all');
	});
	expect((await ask(createFetch({}), url)).text).toBe('body');
});

it('leaves a body that nobody asks for alone when it breaks off', async () => {
	const {url} = await serve((request, response) => {
		response.writeHead(200, {'content-length': 100}).flushHeaders();
		setImmediate(() => {
			request.socket.destroy();
		});
	});
	const answer = await createFetch({})(url);
	expect(answer.status).toBe(200);
	await new Promise(resolve => {
		setTimeout(resolve, 50);
	});
	await expect(readBody(answer, 'test')).rejects.toMatchObject({code: 'ECONNRESET'});
});
