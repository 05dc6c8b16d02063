import {describe, expect, it} from 'vitest';
import {sandboxUser, signInPaths} from '../../src/sandbox/index.ts';
import {feishuApaas} from '../../src/sources/feishu-apaas.ts';
import {noon} from './client.ts';
import {authorizeQuery, createSignInClient, redirectUri, scope, verifier} from './sign-in-client.ts';

const {authorize, token, olderToken, revoke, userInfo} = signInPaths;

describe('the consent page', () => {
	it('says who grants what to whom, and cannot be framed, cached or scripted', async () => {
		const {status, headers, text} = await createSignInClient().page(`${authorize}?${authorizeQuery()}`);
		expect(status).toBe(200);
		for (const part of ['cli_sandbox', sandboxUser.name, scope, 'Feishu low-code platform audit log', 'offline_access', '>Allow<', '>Deny<']) expect(text).toContain(part);
		expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
		expect(headers.get('cache-control')).toBe('no-store');
		expect(text).not.toContain('<script');
	});

	it('shows what it is sent as text', async () => {
		const {text} = await createSignInClient().page(`${authorize}?${authorizeQuery({scope: '<img/src=x> a"b'})}`);
		expect(text).toContain('&lt;img/src=x&gt;');
		expect(text).not.toContain('<img');
	});

	it.each([
		['another app', {client_id: 'cli_other'}],
		['no app', {client_id: undefined}],
		['another machine', {redirect_uri: 'http://example.com/callback'}],
		['a machine that only looks like this one', {redirect_uri: 'http://127.0.0.1.example.com/callback'}],
		['this machine over https', {redirect_uri: 'https://127.0.0.1/callback'}],
		['a redirect that is no address', {redirect_uri: 'callback'}],
		['a redirect with a name', {redirect_uri: 'http://me@127.0.0.1:1/callback'}],
		['no redirect', {redirect_uri: undefined}],
		['a token instead of a code', {response_type: 'token'}],
		['no challenge', {code_challenge: undefined}],
		['a plain challenge', {code_challenge_method: 'plain'}],
		['a challenge that is no hash', {code_challenge: 'short'}],
	])('asks nothing for %s, and sends the browser nowhere', async (_name, change) => {
		const {status, headers, text} = await createSignInClient().page(`${authorize}?${authorizeQuery(change)}`);
		expect([status, headers.get('location')]).toEqual([400, null]);
		expect(text).not.toContain('>Allow<');
	});

	it('asks nothing for scopes that the app itself has not', async () => {
		const {status, text} = await createSignInClient({scopes: ['offline_access']}).page(`${authorize}?${authorizeQuery()}`);
		expect(status).toBe(400);
		expect(text).toContain(scope);
		expect(text).not.toContain('offline_access');
	});

	it('sends the browser back with a code, or with the denial, and the state as it was', async () => {
		const client = createSignInClient();
		const allowed = await client.consent('allow', authorizeQuery({redirect_uri: 'http://localhost:1/x?a=1'}));
		expect(allowed.href).toMatch(/^http:\/\/localhost:1\/x\?a=1&code=\w{32}&state=st%26te$/);
		expect((await client.consent('deny')).href).toBe(`${redirectUri}?error=access_denied&state=st%26te`);
		expect((await client.consent('deny', authorizeQuery({state: undefined}))).href).toBe(`${redirectUri}?error=access_denied`);
	});

	it('counts one answer only, and only one that was asked for', async () => {
		const client = createSignInClient();
		const {text} = await client.page(`${authorize}?${authorizeQuery()}`);
		const request = /name="request" value="(\w+)"/.exec(text)?.[1] ?? '';
		expect((await client.post(authorize, {request, decision: 'deny'})).status).toBe(303);
		expect((await client.post(authorize, {request, decision: 'allow'})).status).toBe(400);
		expect((await client.post(authorize, {request: 'made-up', decision: 'allow'})).status).toBe(400);
	});
});

describe('a code', () => {
	it.each([[token, '0'], [olderToken, 0]])('is exchanged at %s for tokens that work', async (path, code) => {
		const client = createSignInClient();
		const {status, body} = await client.exchange(await client.codeFields(), path);
		expect([status, body]).toEqual([200, {
			code, access_token: expect.stringMatching(/^u-\w+$/), expires_in: 7200, refresh_token: expect.stringMatching(/^ur-\w+$/), refresh_token_expires_in: 604_800,
			token_type: 'Bearer', scope: `${scope} offline_access`,
		}]);
		const answer = await client.ask(feishuApaas, {page_size: 1, offset: 0, from: noon - 1, to: noon, log_type: '10000'}, String(body['access_token']));
		expect(answer.body.code).toBe(0);
		expect(client.sandbox.stats()).toEqual({codes: 1, devices: 0, refreshes: 0, revocations: 0});
	});

	it('is exchanged by a form or by HTTP Basic too', async () => {
		const client = createSignInClient();
		expect((await client.form(token, {...client.credentials, ...await client.codeFields()})).status).toBe(200);
		const basic = Buffer.from(`${client.credentials.client_id}:${client.credentials.client_secret}`).toString('base64');
		expect((await client.form(token, await client.codeFields(), {authorization: `Basic ${basic}`})).status).toBe(200);
		const both = await client.form(token, {...client.credentials, ...await client.codeFields()}, {authorization: `Basic ${basic}`});
		expect(both.body['code']).toBe(20070);
	});

	it('gives no refresh token without offline_access', async () => {
		const client = createSignInClient();
		const {body} = await client.exchange(await client.codeFields(authorizeQuery({scope})));
		expect(Object.keys(body)).toEqual(['code', 'access_token', 'expires_in', 'token_type', 'scope']);
		const narrowed = await client.exchange({...await client.codeFields(), scope});
		expect(narrowed.body).toMatchObject({scope});
		expect(narrowed.body).not.toHaveProperty('refresh_token');
	});

	it.each([
		['a wrong secret', {client_secret: 'wrong'}, 20002],
		['another app', {client_id: 'cli_other'}, 20048],
		['no secret', {client_secret: undefined}, 20001],
		['a made-up code', {code: 'made-up'}, 20003],
		['no code', {code: ''}, 20001],
		['another redirect', {redirect_uri: 'http://127.0.0.1:8124/callback'}, 20071],
		['another verifier', {code_verifier: verifier.replace('T', 'U')}, 20049],
		['no verifier', {code_verifier: undefined}, 20049],
		['a scope that was not granted', {scope: 'contact:contact'}, 20068],
		['a scope twice', {scope: `${scope} ${scope}`}, 20067],
		['another grant', {grant_type: 'password'}, 20036],
		['no grant', {grant_type: undefined}, 20001],
		['a parameter that is no text', {code: 7}, 20063],
	])('is refused with %s', async (_name, change, code) => {
		const client = createSignInClient();
		const {status, body} = await client.exchange({...await client.codeFields(), ...change});
		expect([status, body]).toEqual([400, {code, error: expect.stringMatching(/^(invalid|unsupported)_\w+$/), error_description: expect.any(String)}]);
		expect(client.sandbox.stats().codes).toBe(0);
	});

	it('is good once', async () => {
		const client = createSignInClient();
		const fields = await client.codeFields();
		expect((await client.exchange(fields)).status).toBe(200);
		expect((await client.exchange(fields)).body['code']).toBe(20065);
	});

	it('is good for five minutes', async () => {
		const client = createSignInClient();
		const [early, late] = [await client.codeFields(), await client.codeFields()];
		client.clock.now += 299_999;
		expect((await client.exchange(early)).status).toBe(200);
		client.clock.now += 1;
		expect((await client.exchange(late)).body['code']).toBe(20004);
	});

	it.each([['text/plain', 'grant_type=authorization_code'], ['application/json', '{'], ['application/json', '[]']])('is not read from %s %j', async (type, body) => {
		const client = createSignInClient();
		const response = await client.fetch(token, {method: 'POST', body, headers: {'content-type': type}});
		expect(await response.json()).toMatchObject({code: 20063});
	});
});

describe('a refresh token', () => {
	const refresh = (refreshToken: unknown, change: object = {}) => ({grant_type: 'refresh_token', refresh_token: refreshToken, ...change});

	it('is exchanged once for a new pair; the old access token lives on', async () => {
		const client = createSignInClient();
		const first = client.sandbox.signIn([scope, 'offline_access']);
		const {body} = await client.exchange(refresh(first.refreshToken));
		expect(body).toMatchObject({access_token: expect.stringMatching(/^u-/), refresh_token: expect.stringMatching(/^ur-/), scope: `${scope} offline_access`});
		expect(body['refresh_token']).not.toBe(first.refreshToken);
		expect((await client.exchange(refresh(first.refreshToken))).body).toMatchObject({code: 20073, error: 'invalid_grant'});
		expect((await client.exchange(refresh(body['refresh_token']), olderToken)).status).toBe(200);
		expect(client.sandbox.stats().refreshes).toBe(2);
		const info = await client.send(userInfo, {headers: {authorization: `Bearer ${first.accessToken}`}});
		expect(info.body.code).toBe(0);
	});

	it('is not used up by a request that is refused', async () => {
		const client = createSignInClient();
		const {refreshToken} = client.sandbox.signIn([scope, 'offline_access']);
		expect((await client.exchange(refresh(refreshToken, {client_secret: 'wrong'}))).body['code']).toBe(20002);
		expect((await client.exchange(refresh(refreshToken, {scope: 'contact:contact'}))).body['code']).toBe(20068);
		expect((await client.exchange(refresh(refreshToken))).status).toBe(200);
	});

	it('that was never issued is refused', async () => {
		expect((await createSignInClient().exchange(refresh('ur-made-up'))).body['code']).toBe(20026);
	});

	it('lives for a week, or as long as it is told to', async () => {
		const client = createSignInClient({refreshTokenLifeSeconds: 60});
		const {refreshToken, refreshExpiresIn} = client.sandbox.signIn(['offline_access']);
		expect(refreshExpiresIn).toBe(60);
		client.clock.now += 60_000;
		expect((await client.exchange(refresh(refreshToken))).body['code']).toBe(20037);
	});

	it('outlives the access token, and survives that all of those are revoked', async () => {
		const client = createSignInClient({userTokenLifeSeconds: 10});
		const {refreshToken} = client.sandbox.signIn(['offline_access']);
		client.sandbox.revokeTokens();
		client.clock.now += 20_000;
		expect((await client.exchange(refresh(refreshToken))).body).toMatchObject({expires_in: 10});
	});
});

describe('revoking', () => {
	const userOf = async (client: ReturnType<typeof createSignInClient>, accessToken: unknown) =>
		(await client.send(userInfo, {headers: {authorization: `Bearer ${String(accessToken)}`}})).body.code;

	it('an access token ends that one alone', async () => {
		const client = createSignInClient();
		const {accessToken, refreshToken} = client.sandbox.signIn(['offline_access']);
		expect(await client.form(revoke, {...client.credentials, token: accessToken, token_type_hint: 'access_token'})).toEqual({status: 200, body: {}});
		expect(await userOf(client, accessToken)).toBe(99991668);
		expect((await client.exchange({grant_type: 'refresh_token', refresh_token: refreshToken})).status).toBe(200);
		expect(client.sandbox.stats().revocations).toBe(1);
	});

	it('a refresh token ends all that come of the same signing in', async () => {
		const client = createSignInClient();
		const first = client.sandbox.signIn(['offline_access']);
		const {body} = await client.exchange({grant_type: 'refresh_token', refresh_token: first.refreshToken});
		expect((await client.exchange({token: body['refresh_token']}, revoke)).status).toBe(200);
		expect((await client.exchange({grant_type: 'refresh_token', refresh_token: body['refresh_token']})).body['code']).toBe(20064);
		expect(await userOf(client, body['access_token'])).toBe(0);
	});

	it('what is not known is as good as done; without credentials nothing is', async () => {
		const client = createSignInClient();
		expect((await client.exchange({token: 'u-unknown'}, revoke)).status).toBe(200);
		expect((await client.exchange({token: 'u-unknown', client_secret: 'wrong'}, revoke)).body['code']).toBe(20002);
		expect((await client.exchange({token: 'u-unknown', token_type_hint: 'cookie'}, revoke)).status).toBe(400);
		expect((await client.exchange({}, revoke)).body['code']).toBe(20001);
	});
});

describe('user_info', () => {
	it('tells who signed in', async () => {
		const client = createSignInClient();
		const {body} = await client.send(userInfo, {headers: {authorization: `Bearer ${client.sandbox.signIn([]).accessToken}`}});
		expect(body).toMatchObject({code: 0, data: {name: sandboxUser.name, open_id: sandboxUser.open_id}});
	});

	it.each([['Bearer u-made-up', 99991668], ['Bearer t-made-up', 99991671], ['Basic x', 99991661]])('refuses %s', async (authorization, code) => {
		expect((await createSignInClient().send(userInfo, {headers: {authorization}})).body.code).toBe(code);
	});
});

it('tells onRequest of no secret', async () => {
	const seen: unknown[] = [];
	const client = createSignInClient({onRequest: entry => seen.push(entry)});
	await client.exchange(await client.codeFields());
	expect(seen).toHaveLength(3);
	expect(JSON.stringify(seen)).not.toMatch(/secret|u-|code=|verifier/);
});
