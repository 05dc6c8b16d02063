import {describe, expect, it} from 'vitest';
import {feishuApaas} from '../../src/sources/feishu-apaas.ts';
import {feishuBehavior} from '../../src/sources/feishu-behavior.ts';
import {createTestClient, noon} from './client.ts';

const {scope} = feishuApaas;
const ask = {page_size: 1, offset: 0, from: noon - 1000, to: noon, log_type: '10000'};

describe('an API for users', () => {
	it('takes the token of a user who granted its scope', async () => {
		const client = createTestClient();
		const {accessToken, scopes} = client.sandbox.signIn([scope, 'offline_access']);
		expect(accessToken).toMatch(/^u-\w{1000,2000}$/);
		expect(scopes).toEqual([scope, 'offline_access']);
		expect((await client.ask(feishuApaas, ask, accessToken)).body.code).toBe(0);
	});

	it.each([
		['a made-up user token', 'u-7f1bcd13fc57d46bac21793a18e560', 99991668],
		['a token of no known kind', 'eyJhbGciOiJFUzI1NiIs', 99991668],
		['a tenant token', 't-7f1bcd13fc57d46bac21793a18e560', 99991671],
	])('refuses %s', async (_name, token, code) => {
		const {status, body} = await createTestClient().ask(feishuApaas, ask, token);
		expect([status, body.code]).toEqual([400, code]);
	});

	it('refuses no token at all', async () => {
		expect((await createTestClient().send('/open-apis/apaas/v1/applications/package_sandbox/audit_log/audit_log_list')).body.code).toBe(99991661);
	});

	it('refuses a token whose life is over', async () => {
		const client = createTestClient({userTokenLifeSeconds: 60});
		const {accessToken, expiresIn} = client.sandbox.signIn([scope]);
		expect(expiresIn).toBe(60);
		client.clock.now += 59_999;
		expect((await client.ask(feishuApaas, ask, accessToken)).body.code).toBe(0);
		client.clock.now += 1;
		expect((await client.ask(feishuApaas, ask, accessToken)).body.code).toBe(99991668);
	});

	it('refuses every token that was revoked', async () => {
		const client = createTestClient();
		const {accessToken} = client.sandbox.signIn([scope]);
		client.sandbox.revokeTokens();
		expect((await client.ask(feishuApaas, ask, accessToken)).body.code).toBe(99991668);
	});

	it('names the scope that the user has not granted', async () => {
		const client = createTestClient();
		const {body} = await client.ask(feishuApaas, ask, client.sandbox.signIn(['offline_access']).accessToken);
		expect(body).toMatchObject({code: 99991679, msg: expect.stringContaining(scope), error: {permission_violations: [{subject: scope}]}});
	});

	it('names the scope that the app itself has not', async () => {
		const client = createTestClient({scopes: ['offline_access']});
		const {body} = await client.ask(feishuApaas, ask, client.sandbox.signIn([scope]).accessToken);
		expect(body).toMatchObject({code: 99991672, error: {permission_violations: [{subject: scope}]}});
	});

	it('keeps its budget of ten requests a second, all users together', async () => {
		const client = createTestClient({rate: 'real'});
		const token = client.sandbox.signIn([scope]).accessToken;
		for (let sent = 0; sent < 10; sent++) expect((await client.ask(feishuApaas, ask, token)).status).toBe(200);
		const refused = await client.ask(feishuApaas, ask);
		expect([refused.status, refused.body.code, refused.headers.get('x-ogw-ratelimit-reset')]).toEqual([429, 99991400, '1']);
		client.clock.now += 1000;
		expect((await client.ask(feishuApaas, ask, token)).status).toBe(200);
	});
});

describe('an API for apps', () => {
	it('refuses the token of a user', async () => {
		const client = createTestClient();
		const {body} = await client.ask(feishuBehavior, {}, client.sandbox.signIn([feishuBehavior.scope]).accessToken);
		expect(body.code).toBe(99991671);
	});

	it('names the scope that the app has not', async () => {
		const {body} = await createTestClient({scopes: []}).ask(feishuBehavior, {});
		expect(body).toMatchObject({code: 99991672, error: {permission_violations: [{subject: 'admin:audit_info:readonly'}]}});
	});

	it('of Trae says that the permission is missing', async () => {
		expect((await createTestClient({scopes: []}).trae({})).body.code).toBe(30017);
	});
});
