import {createServer} from 'node:http';
import {describe, expect, it} from 'vitest';
import {listen} from '../helpers/listening.ts';
import {binary, startProgram, until} from './exporter.ts';

/** Collects garbage all the time: what only a weak reference holds is gone soon. */
const collecting = ['--expose-gc', '--import', 'data:text/javascript,setInterval(()=>globalThis.gc(),20).unref()'];

/** An API that begins to answer and then says no more. */
async function startStalling(): Promise<{flags: string[]; stalled: () => boolean}> {
	let stalled = false;
	const port = await listen(createServer((request, response) => {
		request.resume();
		if (request.url?.includes('access_token') === true) {
			response.end('{"code":0,"tenant_access_token":"t-1","expire":7200}');
			return;
		}
		response.writeHead(200, {'content-type': 'application/json'}).write('{"code":0,');
		stalled = true;
	}));
	return {flags: ['feishu-openapi', '--since', '1m', '--retries', '0', '--base-url', `http://127.0.0.1:${port}`], stalled: () => stalled};
}

const env = {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'feishu-secret-value'};

describe('a body that stalls is ended, whatever is collected meanwhile,', () => {
	it('by the time limit', async () => {
		const {flags, stalled} = await startStalling();
		const {code, stderr} = await startProgram(process.execPath, [...collecting, binary, ...flags, '--timeout', '2s'], {env}).ended;
		expect(stalled()).toBe(true);
		expect(stderr).toContain('no complete answer within 2 s');
		expect(code).toBe(4);
	});

	it('by SIGINT', async () => {
		const {flags, stalled} = await startStalling();
		const running = startProgram(process.execPath, [...collecting, binary, ...flags, '--timeout', '10m'], {env});
		await until(stalled);
		// Long enough for several collections.
		await new Promise(resolve => {
			setTimeout(resolve, 500);
		});
		running.process.kill('SIGINT');
		expect((await running.ended).code).toBe(130);
	});
});
