import {describe, expect, it} from 'vitest';
import {feishu} from '../../src/sources/vendors/feishu.ts';
import {createTestClient} from './client.ts';

describe('the Feishu token endpoint', () => {
	it('issues a token in a flat answer', async () => {
		const {status, body} = await createTestClient().exchange('feishu');
		expect(status).toBe(200);
		expect(body).toEqual({code: 0, msg: 'ok', tenant_access_token: expect.stringMatching(/^t-\w{20,}$/), expire: 7200});
	});

	it('gives the same token again while more than 30 minutes of its life are left, then a new one beside it', async () => {
		const client = createTestClient();
		const first = await client.token('feishu');
		client.clock.now += 5_399_000;
		expect((await client.exchange('feishu')).body).toMatchObject({tenant_access_token: first, expire: 1801});
		client.clock.now += 1000;
		const second = await client.token('feishu');
		expect(second).not.toBe(first);
		expect((await client.feishu({}, first)).body.code).toBe(0);
		expect((await client.feishu({}, second)).body.code).toBe(0);
		client.clock.now += 1_800_000;
		expect((await client.feishu({}, first)).body.code).toBe(99991663);
		expect((await client.feishu({}, second)).body.code).toBe(0);
	});

	it.each([
		['a wrong secret', {appSecret: 'wrong'}, 10015],
		['a wrong app id', {appId: 'cli_wrong'}, 10015],
		['an app id that is a number', {appId: 1}, 10003],
	])('refuses %s with HTTP 200 and a code', async (_name, credentials, code) => {
		const {status, body} = await createTestClient().exchange('feishu', credentials);
		expect([status, body.code, body.tenant_access_token]).toEqual([200, code, undefined]);
	});

	it('takes JSON only', async () => {
		const {body} = await createTestClient().send(feishu.exchange.path, {method: 'POST', body: new URLSearchParams({app_id: 'a', app_secret: 'b'})});
		expect(body.code).toBe(10003);
	});

	it('takes POST only', async () => {
		expect((await createTestClient().send(feishu.exchange.path)).status).toBe(405);
	});
});

describe('the Trae token endpoint', () => {
	it('issues a token under data', async () => {
		const {status, body} = await createTestClient().exchange('trae');
		expect(status).toBe(200);
		expect(body).toEqual({code: 0, message: 'success', request_id: expect.stringMatching(/^req_/), data: {access_token: expect.stringMatching(/^\w{20,}$/), expires_in: 7200}});
	});

	it('refuses wrong credentials', async () => {
		expect((await createTestClient().exchange('trae', {appSecret: 'wrong'})).body.code).toBe(1001);
	});
});

describe('an access token', () => {
	it.each([
		['none at all', undefined, 99991661],
		['another scheme', 'Basic dDp0', 99991661],
		['a made-up one', 'Bearer t-7f1bcd13fc57d46bac21793a18e560', 99991663],
		['a user token', 'Bearer u-7f1bcd13fc57d46bac21793a18e560', 99991671],
	])('that is %s is refused by Feishu', async (_name, authorization, code) => {
		const {status, headers, body} = await createTestClient().send('/open-apis/security_and_compliance/v1/openapi_logs/list_data', {
			method: 'POST', body: '{}', headers: {'content-type': 'application/json', ...(authorization === undefined ? {} : {authorization})},
		});
		expect([status, body.code]).toEqual([400, code]);
		expect(headers.has('x-tt-logid')).toBe(true);
	});

	it('that expired is refused by Trae with HTTP 200', async () => {
		const client = createTestClient({tokenLifeSeconds: 60});
		const token = await client.token('trae');
		const now = client.clock.now / 1000;
		const range = {start_time: now - 60, end_time: now};
		client.clock.now += 59_999;
		expect((await client.trae(range, token)).body.code).toBe(0);
		client.clock.now += 1;
		const {status, body} = await client.trae(range, token);
		expect([status, body.code, body.data]).toEqual([200, 1002, undefined]);
	});

	it('is judged before the parameters', async () => {
		expect((await createTestClient().feishu({page_size: 'x'}, 't-wrong')).body.code).toBe(99991663);
	});

	it('is good for nothing once revoked, and a new one is issued', async () => {
		const client = createTestClient();
		const [feishuToken, traeToken] = [await client.token('feishu'), await client.token('trae')];
		client.sandbox.revokeTokens();
		expect((await client.feishu({}, feishuToken)).body.code).toBe(99991663);
		expect((await client.trae({}, traeToken)).body.code).toBe(1002);
		const renewed = await client.token('feishu');
		expect(renewed).not.toBe(feishuToken);
		expect((await client.feishu({}, renewed)).body.code).toBe(0);
	});

	it('of one vendor means nothing to the other', async () => {
		const client = createTestClient();
		expect((await client.trae({}, await client.token('feishu'))).body.code).toBe(1002);
	});
});
