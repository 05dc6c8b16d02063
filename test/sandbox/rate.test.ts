import {describe, expect, it} from 'vitest';
import {createSlidingWindow} from '../../src/sandbox/sliding-window.ts';
import {createTestClient, noon} from './client.ts';

const now = noon / 1000;
const range = {start_time: now - 60, end_time: now};

describe('the request budget', () => {
	it('refuses the 101st Feishu request in a minute, and says for how long', async () => {
		const client = createTestClient({rate: 'real'});
		const token = await client.token('feishu');
		for (let sent = 0; sent < 100; sent++) {
			expect((await client.feishu(range, token)).status).toBe(200);
			if (sent < 99) client.clock.now += 100;
		}
		const refused = await client.feishu(range, token);
		expect([refused.status, refused.body.code]).toEqual([429, 99991400]);
		expect(refused.headers.get('x-ogw-ratelimit-limit')).toBe('100');
		// The first request was 9.9 s ago: 50.1 s are left of its minute.
		expect(refused.headers.get('x-ogw-ratelimit-reset')).toBe('51');
		client.clock.now += 50_099;
		expect((await client.feishu(range, token)).status).toBe(429);
		client.clock.now += 1;
		expect((await client.feishu(range, token)).status).toBe(200);
		expect((await client.feishu(range, token)).status).toBe(429);
	});

	it('refuses the third Trae request in a second', async () => {
		const client = createTestClient({rate: 'real'});
		const token = await client.token('trae');
		await client.trae(range, token);
		client.clock.now += 900;
		await client.trae(range, token);
		const refused = await client.trae(range, token);
		expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([429, 64290, '1']);
		client.clock.now += 100;
		expect((await client.trae(range, token)).status).toBe(200);
		expect((await client.trae(range, token)).status).toBe(429);
	});

	it('is counted for each API, also for requests with bad parameters, not for those without a valid token', async () => {
		const client = createTestClient({rate: 'real'});
		const token = await client.token('trae');
		for (let sent = 0; sent < 5; sent++) expect((await client.trae(range, 'wrong')).body.code).toBe(1002);
		expect((await client.trae({}, token)).body.code).toBe(4001);
		expect((await client.trae({}, token)).body.code).toBe(4001);
		expect((await client.trae(range, token)).body.code).toBe(64290);
		expect((await client.feishu(range)).body.code).toBe(0);
	});

	it('can be switched off', async () => {
		const client = createTestClient({rate: 'off'});
		const token = await client.token('trae');
		for (let sent = 0; sent < 10; sent++) expect((await client.trae(range, token)).body.code).toBe(0);
	});

	it('does not count refused requests', () => {
		const admit = createSlidingWindow({requests: 1, perMs: 10});
		expect(admit(0)).toEqual({admitted: true});
		expect(admit(4)).toEqual({admitted: false, waitMs: 6});
		expect(admit(9)).toEqual({admitted: false, waitMs: 1});
		expect(admit(10)).toEqual({admitted: true});
	});
});

describe('latency', () => {
	it('holds the answer back, drawn from the range, while the budget counts the arrival', async () => {
		const waits: number[] = [];
		const at: number[] = [];
		const client = createTestClient({
			latencyMs: [100, 200],
			sleep: async ms => {
				waits.push(ms);
			},
			onRequest: entry => at.push(entry.at),
		});
		await client.feishu(range);
		expect(waits).toHaveLength(2);
		for (const wait of waits) expect(wait >= 100 && wait <= 200).toBe(true);
		expect(at).toEqual([noon, noon]);
	});

	it('ends when the request is aborted', async () => {
		const controller = new AbortController();
		const client = createTestClient({latencyMs: 5, sleep: async (_ms, signal) => {
			controller.abort(new Error('enough'));
			signal?.throwIfAborted();
		}});
		await expect(client.sandbox.fetch('http://sandbox.test/', {signal: controller.signal})).rejects.toThrow('enough');
		await expect(client.sandbox.fetch('http://sandbox.test/', {signal: controller.signal})).rejects.toThrow('enough');
	});
});

describe('onRequest', () => {
	it('tells of every request, with its parameters but without secrets', async () => {
		const entries: unknown[] = [];
		const client = createTestClient({onRequest: entry => entries.push(entry)});
		await client.trae(range);
		await client.send('/nowhere');
		expect(entries).toEqual([
			{path: '/openapi/v1/auth/token', status: 200, at: noon, params: {}, authorization: false},
			{
				source: 'trae-openapi', path: '/openapi/v1/audit/openapi-logs', status: 200, at: noon, authorization: true,
				params: {start_time: String(range.start_time), end_time: String(range.end_time)},
			},
			{path: '/nowhere', status: 404, at: noon, params: {}, authorization: false},
		]);
	});
});
