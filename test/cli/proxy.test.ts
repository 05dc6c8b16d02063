import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {expect, it, onTestFinished} from 'vitest';
import {day, idsOf, run, serveApi} from './exporter.ts';

/** A proxy that refuses every tunnel; tells which hosts it was asked for. */
async function startProxy(status = '403 Forbidden') {
	const hosts: string[] = [];
	const server = createServer((_request, response) => {
		hosts.push('not a tunnel');
		response.writeHead(403).end();
	});
	server.on('connect', (request: IncomingMessage, socket: Socket) => {
		hosts.push(request.url ?? '');
		socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise(resolve => {
			server.close(resolve);
		});
	});
	return {hosts, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`};
}

it('asks the proxy of HTTPS_PROXY for the host of the API, and never goes around it', async () => {
	const proxy = await startProxy();
	const {code, stdout, stderr} = await run(['feishu-openapi', '--base-url', 'https://api.example.test', '--retries', '0'], {env: {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'test-secret', HTTPS_PROXY: proxy.url}});
	expect({code, stdout}).toEqual({code: 4, stdout: ''});
	expect(stderr).toMatch(/^error: feishu-openapi: POST .* by the proxy .*\nhint: .*HTTPS_PROXY.*\n$/);
	expect(new Set(proxy.hosts)).toEqual(new Set(['api.example.test:443']));
});

it('names the proxy and its credentials when it asks for them', async () => {
	const proxy = await startProxy('407 Proxy Authentication Required');
	const {code, stderr} = await run(['feishu-openapi', '--base-url', 'https://api.example.test', '--retries', '0'], {env: {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'test-secret', HTTPS_PROXY: proxy.url}});
	expect(code).toBe(4);
	expect(stderr).toMatch(/^error: feishu-openapi: POST .*: the proxy asks for a user and a password.* \(HTTP 407\)\nhint: .*HTTPS_PROXY.*\n$/);
});

it('names the proxy also when it answers 407 in place of the API', async () => {
	const server = createServer((_request, response) => {
		response.writeHead(407).end();
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const {code, stderr} = await run(['feishu-openapi', '--base-url', url, '--retries', '0'], {env: {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'test-secret'}});
	expect(code).toBe(4);
	expect(stderr).toContain('the proxy asks for a user and a password');
});

it('reaches loopback without the proxy', async () => {
	const proxy = await startProxy();
	const api = await serveApi();
	const {code, stdout, stderr} = await run([...api.flags, ...day], {env: {...api.env, HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url}});
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(idsOf(stdout)).toHaveLength(1000);
	expect(proxy.hosts).toEqual([]);
});

it('ends with exit 2 for a proxy that is none, and does not repeat a password in it', async () => {
	const {code, stdout, stderr} = await run(['feishu-openapi', '--debug'], {env: {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'test-secret', HTTPS_PROXY: 'http://user:proxy-password@:x'}});
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(/^error: HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy\nhint: /);
	expect(stderr).not.toContain('proxy-password');
});
