import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {brotliCompressSync, deflateRawSync, deflateSync, gzipSync} from 'node:zlib';
import {expect, it, onTestFinished} from 'vitest';
import {openDeadline} from '../../src/http/deadline.ts';
import {createNodeTransport} from '../../src/http/node-transport.ts';
import type {WireRequest} from '../../src/http/transport.ts';

const text = JSON.stringify({code: 0, msg: '审计 😀', rows: Array.from({length: 500}, (_, index) => index)});

/** Serves on loopback until the test ends, and sends it a request. */
async function serve(listener: RequestListener) {
	const server = createServer(listener);
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const transport = createNodeTransport();
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs?a=1`;
	return async (request: Partial<WireRequest> = {}, stop = new AbortController().signal) => {
		const deadline = openDeadline(stop, 20_000);
		try {
			const answer = await transport({method: 'GET', url, headers: {}, ...request}, deadline);
			return {status: answer.status, get: answer.headers.get, text: Buffer.from(await answer.readBody('test')).toString('utf8')};
		} finally {
			deadline.close();
		}
	};
}

it('sends method, path, headers and body as they are', async () => {
	const send = await serve((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => response.end(JSON.stringify({method: request.method, url: request.url, token: request.headers['authorization'], length: request.headers['content-length'], body: Buffer.concat(chunks).toString('utf8')})));
	});
	const {text: echoed} = await send({method: 'POST', headers: {authorization: 'Bearer t-1'}, body: '{"a":"审"}'});
	expect(JSON.parse(echoed)).toEqual({method: 'POST', url: '/logs?a=1', token: 'Bearer t-1', length: '11', body: '{"a":"审"}'});
});

it.each([
	['gzip', gzipSync(text)],
	['x-gzip', gzipSync(text)],
	['br', brotliCompressSync(text)],
	['deflate', deflateSync(text)],
	['deflate', deflateRawSync(text)],
	['gzip, br', brotliCompressSync(gzipSync(text))],
	['identity', Buffer.from(text)],
])('takes an answer packed as %s apart', async (encoding, body) => {
	const send = await serve((_, response) => response.writeHead(200, {'content-encoding': encoding}).end(body));
	expect(await send()).toMatchObject({status: 200, text});
});

it('reads the same bytes however they are cut, and answers without any', async () => {
	const bytes = Buffer.from(text);
	const send = await serve((request, response) => {
		if (request.method === 'POST') return response.writeHead(204).end();
		for (const byte of bytes.subarray(0, 50)) response.write(Buffer.of(byte));
		return response.end(bytes.subarray(50));
	});
	expect((await send()).text).toBe(text);
	expect(await send({method: 'POST', body: ''})).toMatchObject({status: 204, text: ''});
});

it('hands redirects and refusals out instead of following or judging them', async () => {
	const send = await serve((_, response) => response.writeHead(302, {location: 'http://127.0.0.1:1/elsewhere'}).end('moved'));
	const answer = await send();
	expect(answer).toMatchObject({status: 302, text: 'moved'});
	expect(answer.get('Location')).toBe('http://127.0.0.1:1/elsewhere');
	expect(answer.get('retry-after')).toBeNull();
});

it('keeps its connection for the requests that follow', async () => {
	const sockets = new Set<unknown>();
	const send = await serve((request, response) => {
		sockets.add(request.socket);
		response.end(text);
	});
	for (let count = 0; count < 5; count++) await send();
	expect(sockets.size).toBe(1);
});

it.each<[string, RequestListener]>([
	['within its announced length', (_, response) => {
		response.writeHead(200, {'content-length': 1000});
		response.write('{"code":0', () => response.destroy());
	}],
	['within its chunks', (_, response) => {
		response.write('{"code":0', () => response.destroy());
	}],
	['within its gzip', (_, response) => {
		response.writeHead(200, {'content-encoding': 'gzip'}).end(gzipSync(text).subarray(0, 60));
	}],
	['before its head', (request) => {
		request.socket.destroy();
	}],
	['by a proxy that wants credentials', (_, response) => {
		response.writeHead(407).end();
	}],
])('fails when the answer is cut off %s', async (_, listener) => {
	const send = await serve(listener);
	await expect(send()).rejects.toThrow(Error);
});

it('ends with the reason of its signal while nothing has come', async () => {
	const stop = new AbortController();
	const send = await serve(() => stop.abort(new Error('enough')));
	await expect(send({}, stop.signal)).rejects.toThrow('enough');
});

it('ends with its signal within a body', async () => {
	const stop = new AbortController();
	const send = await serve((_, response) => {
		response.writeHead(200, {'content-length': 1000});
		response.write('{"code":0', () => stop.abort(new Error('enough')));
	});
	await expect(send({}, stop.signal)).rejects.toThrow(/^(?:enough|aborted)$/);
});
