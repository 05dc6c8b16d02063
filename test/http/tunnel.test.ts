import {createServer} from 'node:net';
import {describe, expect, it} from 'vitest';
import {networkProblem} from '../../src/http/network-problem.ts';
import {createFetch} from '../../src/http/fetch.ts';
import type {Proxy} from '../../src/http/proxy.ts';
import {openTunnel, TunnelAgent} from '../../src/http/tunnel.ts';
import {listen} from '../helpers/listening.ts';

const proxyAt = (port: number): Proxy => ({name: `127.0.0.1:${port}`, hostname: '127.0.0.1', port, secure: false, variable: 'HTTPS_PROXY'});

/** A server that takes connections and says nothing, or what it is told as its only words. */
async function startMute(words?: string): Promise<{port: number; closed: Promise<void>}> {
	let close: () => void;
	const closed = new Promise<void>(resolve => {
		close = resolve;
	});
	const port = await listen(createServer(socket => {
		socket.on('close', () => close());
		socket.once('data', () => words !== undefined && socket.write(words));
	}));
	return {port, closed};
}

async function problemOf(attempt: Promise<unknown>) {
	return networkProblem(await attempt.catch((error: unknown) => error)).what;
}

describe('a proxy that keeps silent', () => {
	it('is given up after a while', async () => {
		const {port, closed} = await startMute();
		expect(await problemOf(openTunnel(proxyAt(port), 'api.example.test:443', {limitMs: 1000}))).toBe(`the proxy 127.0.0.1:${port}: no answer within 1 s`);
		await closed;
	});

	it('is given up after its answer, where no TLS follows', async () => {
		const {port, closed} = await startMute('HTTP/1.1 200 OK\r\n\r\n');
		const agent = new TunnelAgent(proxyAt(port), 1000);
		const opened = new Promise((resolve, reject) => {
			agent.createConnection({host: 'api.example.test', port: 443}, (error, stream) => stream === undefined ? reject(error) : resolve(stream));
		});
		expect(await problemOf(opened)).toBe(`the proxy 127.0.0.1:${port}: no TLS connection through its tunnel to api.example.test:443: connection timed out (ETIMEDOUT)`);
		await closed;
	});

	it.each([undefined, 'HTTP/1.1 200 OK\r\n\r\n'])('is let go at once when the request ends (%j)', async words => {
		const {port, closed} = await startMute(words);
		const outer = new AbortController();
		const answer = createFetch({HTTPS_PROXY: `127.0.0.1:${port}`})('https://api.example.test/', {signal: outer.signal});
		setTimeout(() => {
			outer.abort(new Error('enough'));
		}, 100);
		await expect(answer).rejects.toThrow(Error);
		await closed;
	});
});
