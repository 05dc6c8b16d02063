import {describe, expect, it} from 'vitest';
import {signInEndpoints} from '../../../src/access/auth/endpoints.ts';
import {createOAuthClient} from '../../../src/access/auth/oauth-client.ts';
import {refusalError, sessionEnd} from '../../../src/access/auth/refusal.ts';
import {signInCommand} from '../../../src/access/auth/connection.ts';
import {createContext, FakeService, refusal} from './helpers.ts';

const {token} = signInEndpoints('http://127.0.0.1:1');

function clientOf(service: FakeService, lines: string[] = []) {
	const context = createContext({fetch: service.fetch});
	return {context, client: createOAuthClient({context, debug: line => lines.push(line)})};
}

describe('OAuth requests', () => {
	it.each([
		['the code as a number', {code: 0, access_token: 't'}],
		['the code as a string', {code: '0', access_token: 't'}],
		['no code at all', {access_token: 't'}],
	])('takes an answer with %s for a success', async (_, body) => {
		const service = new FakeService();
		service.queue.push(Response.json(body));
		const {context, client} = clientOf(service);
		const answer = await context.clock.run(client.post(token, {grant_type: 'refresh_token'}));
		expect(answer).toMatchObject({ok: true, code: undefined, error: undefined, body});
		expect(service.seen).toMatchObject([{path: '/oauth/v3/token', fields: {grant_type: 'refresh_token'}, type: expect.stringContaining('application/json') as string}]);
	});

	it.each([
		['a code', {code: 20064, error: 'invalid_grant'}, 400],
		['an error with code 0', {code: 0, error: 'invalid_grant'}, 400],
		['an error under HTTP 200', {error: 'invalid_grant'}, 200],
	])('hands out a refusal with %s at once', async (_, body, status) => {
		const service = new FakeService();
		service.queue.push(Response.json(body, {status}));
		const {context, client} = clientOf(service);
		const answer = await context.clock.run(client.post(token, {}));
		expect(answer).toMatchObject({ok: false, error: 'invalid_grant', status});
		expect(sessionEnd(answer)).toBeDefined();
		expect(service.seen).toHaveLength(1);
	});

	it.each([
		['20050', () => refusal(20050, 'server_error', 500)],
		['20050 under HTTP 200', () => refusal(20050, 'server_error', 200)],
		['20072', () => refusal(20072, 'temporarily_unavailable')],
		['a rate refusal', () => refusal(99991400, 'invalid_request')],
		['a failing gateway', () => new Response('<html>', {status: 502})],
		['a cut body', () => new Response('{"access_to')],
	])('asks again after %s', async (_, answer) => {
		const service = new FakeService();
		service.queue.push(answer(), Response.json({access_token: 't'}));
		const {context, client} = clientOf(service);
		expect(await context.clock.run(client.post(token, {}))).toMatchObject({ok: true});
		expect(service.seen).toHaveLength(2);
	});

	it('never follows a redirect', async () => {
		const service = new FakeService();
		service.queue.push(new Response(null, {status: 307, headers: {location: 'https://elsewhere.example/'}}));
		const {context, client} = clientOf(service);
		await expect(context.clock.run(client.post(token, {client_secret: 's'}))).rejects.toThrow('answered with a redirect, which is not followed');
	});

	it('sends forms and HTTP Basic where asked', async () => {
		const service = new FakeService();
		const {context, client} = clientOf(service);
		await context.clock.run(client.post(signInEndpoints('http://127.0.0.1:1').deviceAuthorization, {client_id: 'a', scope: 'x y'}, {encoding: 'form', basic: ['a', 'b c']}));
		expect(service.seen).toEqual([{
			path: '/oauth/v1/device_authorization', fields: {client_id: 'a', scope: 'x y'}, type: 'application/x-www-form-urlencoded',
			authorization: `Basic ${Buffer.from('a:b c').toString('base64')}`,
		}]);
	});

	it('names code, server words and trace id in a refusal, as one harmless line', async () => {
		const service = new FakeService();
		service.queue.push(Response.json({code: 20002, error: 'invalid_client', error_description: 'bad\n\u001B[31msecret'}, {status: 400, headers: {'x-tt-logid': 'trace-1'}}));
		const lines: string[] = [];
		const {context, client} = clientOf(service, lines);
		const error = refusalError(await context.clock.run(client.post(token, {})));
		expect(error.message).toBe(String.raw`auth: POST /oauth/v3/token: code 20002, the app secret is wrong "bad \u001b[31msecret" (HTTP 400, trace id trace-1)`);
		expect(error.exitCode).toBe(3);
		expect(lines).toEqual([
			'auth: POST http://127.0.0.1:1/oauth/v3/token | accept: application/json | content-type: application/json; charset=utf-8 | {}',
			'auth: POST /oauth/v3/token: HTTP 400, code 20002, 83 bytes, 0 ms | content-type: application/json | x-tt-logid: trace-1',
		]);
	});
});

describe('endpoints', () => {
	it.each([
		['https://open.feishu.cn', 'https://accounts.feishu.cn'],
		['https://open.larksuite.com', 'https://accounts.larksuite.com'],
		['http://127.0.0.1:8787/prefix', 'http://127.0.0.1:8787/prefix'],
	])('of %s are at %s', (api, accounts) => {
		const endpoints = signInEndpoints(api);
		expect(endpoints.authorizeUrl).toBe(`${accounts}/open-apis/authen/v1/authorize`);
		expect(endpoints.token).toEqual({baseUrl: accounts, path: '/oauth/v3/token'});
		expect(endpoints.userInfo.baseUrl).toBe(api);
	});

	it('take the older token endpoint from the host of the API', () => {
		expect(signInEndpoints('https://open.feishu.cn', {tokenPath: '/open-apis/authen/v2/oauth/token'}).token)
			.toEqual({baseUrl: 'https://open.feishu.cn', path: '/open-apis/authen/v2/oauth/token'});
	});
});

describe('the command that signs in', () => {
	it.each([
		[{baseUrl: 'https://open.feishu.cn'}, 'audit-export auth login feishu'],
		[{baseUrl: 'https://open.larksuite.com', profile: 'abroad'}, 'audit-export auth login feishu --host lark --profile abroad'],
		[{baseUrl: 'https://feishu.example/x', config: "it's here.json"}, String.raw`audit-export auth login feishu --base-url https://feishu.example/x --config 'it'\''s here.json'`],
	])('for %o is %s', (target, command) => {
		expect(signInCommand(target)).toBe(command);
	});
});
