import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {day, run, temporaryDirectory} from './exporter.ts';

const env = {FEISHU_TENANT_ACCESS_TOKEN: 't-0123456789'};

it('does not end well where a request is never heard of again', async () => {
	const lost = join(temporaryDirectory(), 'lost.mjs');
	// A request that neither is answered nor fails, keeps nothing alive, and cannot be ended.
	writeFileSync(lost, `import http from 'node:http';
import {EventEmitter} from 'node:events';
import {syncBuiltinESMExports} from 'node:module';
AbortController.prototype.abort = () => undefined;
http.request = () => Object.assign(new EventEmitter(), {end() {}, destroy() {}});
syncBuiltinESMExports();
`);
	const {code, stdout, stderr} = await run(['feishu-openapi', '--base-url', 'http://127.0.0.1:9', '--timeout', '50ms', ...day], {env: {...env, NODE_OPTIONS: `--import ${lost}`}});
	expect({code, stdout}).toEqual({code: 5, stdout: ''});
	expect(stderr).toMatch(/^error: unexpected: nothing is left to wait for, and yet the run has not ended\nhint: .*report.*\n$/);
});

it('fails where the server changes the protocol in place of an answer', async () => {
	const server = createServer(request => {
		request.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
	}).listen(0, '127.0.0.1');
	onTestFinished(() => {
		server.close();
	});
	await new Promise(resolve => {
		server.once('listening', resolve);
	});
	const {code, stdout, stderr} = await run(['feishu-openapi', '--base-url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--retries', '1', ...day], {env});
	expect({code, stdout}).toEqual({code: 4, stdout: ''});
	expect(stderr).toMatch(/^error: feishu-openapi: POST \S+: connection reset \(ECONNRESET\)\nhint: .*\n$/);
});
