import {describe, expect, it} from 'vitest';
import {exchangePath, serveFaults} from './served.ts';

const feishuPath = '/open-apis/security_and_compliance/v1/openapi_logs/list_data';

describe('status', () => {
	it.each([[502, '502 Bad Gateway'], [404, '404 Not Found'], [599, '599 Error']])('answers %i with a page by default', async (status, title) => {
		const {ask} = await serveFaults([{fault: 'status', status}]);
		const got = await ask();
		expect(got.status).toBe(status);
		expect(got.headers['content-type']).toBe('text/html; charset=utf-8');
		expect(got.body.toString()).toContain(title);
	});

	it('has the envelope of the vendor that is asked', async () => {
		const {ask} = await serveFaults([{fault: 'status', body: 'json', code: 1780001}]);
		expect(JSON.parse((await ask()).body.toString())).toEqual({code: 1780001, message: 'Internal Server Error', request_id: expect.stringMatching(/^req_/) as string});
		const feishu = await ask({path: feishuPath});
		expect(JSON.parse(feishu.body.toString())).toMatchObject({code: 1780001, msg: 'internal error of the API'});
		expect(feishu.headers['x-tt-logid']).toBeDefined();
	});

	it('has a code that nobody knows, or nothing at all', async () => {
		const {ask} = await serveFaults([{fault: 'status', status: 503, body: 'json', requests: 1}, {fault: 'status', status: 503, body: 'empty'}]);
		expect(JSON.parse((await ask()).body.toString())).toMatchObject({code: 2_147_483_000});
		expect((await ask()).body.byteLength).toBe(0);
	});
});

describe('rate-limit', () => {
	it('refuses as each vendor does', async () => {
		const {ask} = await serveFaults([{fault: 'rate-limit', waitSeconds: 7}]);
		const trae = await ask();
		expect([trae.status, trae.headers['retry-after'], JSON.parse(trae.body.toString())]).toEqual([429, '7', expect.objectContaining({code: 64290})]);
		const feishu = await ask({path: feishuPath});
		expect([feishu.status, feishu.headers['x-ogw-ratelimit-reset'], JSON.parse(feishu.body.toString())]).toEqual([429, '7', expect.objectContaining({code: 99991400})]);
		const exchange = await ask({path: exchangePath, method: 'POST'});
		expect(JSON.parse(exchange.body.toString())).toMatchObject({code: 64290});
	});

	it("refuses in the developer console's own way", async () => {
		const {ask} = await serveFaults([{fault: 'rate-limit'}]);
		const cursor = await ask({path: '/developers/v1/monitor/cli_sandbox/event-logs/query', method: 'POST'});
		expect([cursor.headers['retry-after'], JSON.parse(cursor.body.toString())]).toEqual(['1', expect.objectContaining({success: false})]);
	});

	it.each([
		['none', undefined], ['negative', '-5'], ['zero', '0'], ['a-year', '31536000'], ['not-a-number', 'soon'],
		['date', 'Fri, 31 Dec 2100 23:59:59 GMT'], ['past', 'Thu, 01 Jan 1970 00:00:00 GMT'],
	])('says how long to wait: %s', async (headers, value) => {
		const {ask} = await serveFaults([{fault: 'rate-limit', headers, status: 400}]);
		const got = await ask({path: feishuPath});
		expect([got.status, got.headers['x-ogw-ratelimit-reset'], got.headers['retry-after']]).toEqual([400, value, value]);
	});
});

it.each([
	['other-host', (path: string) => `https://sandbox.invalid${path}`],
	['http', (path: string, port: number) => `http://127.0.0.1:${port}${path}`],
	['circle', (path: string) => path],
	['relative', () => './elsewhere'],
	['sign-in', () => '/accounts/login?redirect=1'],
	['nowhere', () => undefined],
])('redirects to %s', async (to, location) => {
	const {ask, path, served} = await serveFaults([{fault: 'redirect', to, status: 307}]);
	const {status, headers} = await ask();
	expect([status, headers.location]).toEqual([307, location(path, served.port)]);
});

it('redirects to the host that is set', async () => {
	const {ask, path} = await serveFaults([{fault: 'redirect', host: 'http://127.0.0.1:9/'}]);
	expect((await ask()).headers.location).toBe(`http://127.0.0.1:9${path}`);
});

it.each([100, 102, 103])('sends informational answers %i before the real one', async status => {
	const {ask, raw} = await serveFaults([{fault: 'informational', status, count: 3}]);
	const got = await ask();
	expect(JSON.parse(got.body.toString())).toMatchObject({code: 0});
	expect(got.informational).toEqual([status, status, status]);
	const {text} = await raw({stopAfter: /"code":0/});
	expect(text).toMatch(new RegExp(`^(?:HTTP/1\\.1 ${status} [^]*?\r\n\r\n){3}HTTP/1\\.1 200 OK\r\n`));
});

it.each([['one', 1], ['many', 1049]])('sends a megabyte of headers: %s', async (huge, count) => {
	const {ask} = await serveFaults([{fault: 'header', huge}]);
	const {headers, body} = await ask();
	const padding = Object.entries(headers).filter(([name]) => name.startsWith('x-padding-')).map(([, value]) => String(value).length);
	expect(padding.length).toBe(count);
	expect(padding.reduce((sum, length) => sum + length, 0)).toBeGreaterThanOrEqual(1024 * 1024);
	expect(JSON.parse(body.toString())).toMatchObject({code: 0});
});
