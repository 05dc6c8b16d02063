import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {loginCommand} from '../../../src/commands/auth.ts';
import {app, baseUrl, createContext, FakeService, key, put, realTime, refusal, runAuth, sessionOf, start, storeOf, temporaryDirectory} from './helpers.ts';

const at = ['--base-url', baseUrl];
const signInHint = `sign in with: audit-export auth login feishu --base-url ${baseUrl}`;

/** Comes back from the consent page with a code. */
function browserOf(service: FakeService, code = 'code-secret-1') {
	return async (url: string) => {
		const {searchParams} = new URL(url);
		service.codes.set(code, searchParams.get('code_challenge') ?? '');
		void fetch(`${searchParams.get('redirect_uri')}?code=${code}&state=${searchParams.get('state')}`).then(async response => response.text());
	};
}

async function signedIn(overrides: Parameters<typeof sessionOf>[1] = {}, given: Parameters<typeof createContext>[0] = {}) {
	const service = new FakeService();
	const context = createContext({fetch: service.fetch, ...given});
	const tokens = service.issue();
	await put(storeOf(context), sessionOf(tokens, {leftMs: 3_600_000, ...overrides}), {...key, profile: overrides.profile ?? undefined});
	return {service, context, tokens, store: storeOf(context)};
}

describe('auth login', () => {
	it('signs in with the browser and keeps the session with its owner', async () => {
		const service = new FakeService();
		const context = createContext({fetch: service.fetch, ...realTime});
		await loginCommand('feishu', {baseUrl, port: '0'}, context, {openBrowser: browserOf(service)});
		expect(await storeOf(context).read(key)).toMatchObject({
			access_token: service.issued[0], refresh_token: service.issued[1], user: {name: '张三', open_id: 'ou_1'},
			scopes: ['offline_access', 'app_engine:security.audit_log:read'],
		});
		expect(context.stderr.text()).toContain('/open-apis/authen/v1/authorize?');
		expect(context.stderr.text()).toContain('scope=offline_access%20app_engine%3Asecurity.audit_log%3Aread');
		expect(context.stderr.text()).toContain(`signed in to ${baseUrl} as 张三`);
		expect(context.stdout.text()).toBe('');
	});

	it('signs in with a device code', async () => {
		const service = new FakeService();
		const context = createContext({fetch: service.fetch});
		const {error, stderr, stdout} = await context.clock.run(runAuth(['login', 'feishu', '--device', ...at], context));
		expect(error).toBeUndefined();
		expect(stderr).toContain('ABCD-EFGH');
		expect(stdout).toBe('');
		expect((await storeOf(context).read(key))?.access_token).toBe(service.issued[0]);
	});

	it('signs in all the same when the server does not say who it was', async () => {
		const service = new FakeService();
		service.queue.push(undefined, undefined, Response.json({code: 99991679, msg: 'no scope'}, {status: 403}));
		const context = createContext({fetch: service.fetch});
		expect((await context.clock.run(runAuth(['login', 'feishu', '--device', ...at], context))).error).toBeUndefined();
		expect(await storeOf(context).read(key)).not.toHaveProperty('user');
	});

	it('says when the session cannot be renewed, and when a scope was not granted', async () => {
		const service = new FakeService();
		service.offline = false;
		const short = createContext({fetch: service.fetch});
		expect((await short.clock.run(runAuth(['login', 'feishu', '--device', ...at], short))).stderr).toContain('warning: the session cannot be renewed and ends 2026-11-20T14:00:05Z');
		const partial = new FakeService();
		partial.scope = 'offline_access';
		const context = createContext({fetch: partial.fetch});
		expect((await context.clock.run(runAuth(['login', 'feishu', '--device', ...at], context))).stderr).toContain('warning: not granted: app_engine:security.audit_log:read');
	});

	it.each([
		[['login', 'trae'], 2, 'is not a service to sign in to'],
		[['login', 'feishu', '--port', '99999'], 2, '--port'],
		[['login', 'feishu', '--host', 'nowhere'], 2, '--host'],
		[['status', '--format', 'xml'], 2, '--format'],
	])('refuses %j', async (args, code, message) => {
		const {error} = await runAuth(args, createContext());
		expect(error).toMatchObject({exitCode: code, message: expect.stringContaining(message) as string});
	});

	it.each([['FEISHU_APP_ID', 'the app id is not set'], ['FEISHU_APP_SECRET', 'the app secret is not set']])('needs %s', async (variable, message) => {
		const {error} = await runAuth(['login', 'feishu', ...at], createContext({env: {[variable]: ''}}));
		expect(error).toMatchObject({exitCode: 3, message: expect.stringContaining(message) as string});
	});

	it('takes the app of the configuration beside a tenant token in the environment', async () => {
		const directory = temporaryDirectory();
		const config = join(directory, 'audit-export.config.json');
		await writeFile(config, JSON.stringify({profiles: {p: {feishu: {base_url: baseUrl, app_id: app.id, app_secret: app.secret}}}}), {mode: 0o600});
		const service = new FakeService();
		const context = createContext({fetch: service.fetch, cwd: directory, env: {FEISHU_APP_ID: '', FEISHU_APP_SECRET: '', FEISHU_TENANT_ACCESS_TOKEN: 't-1'}});
		expect((await context.clock.run(runAuth(['login', 'feishu', '--device', '--config', config], context))).error).toBeUndefined();
		expect((await storeOf(context).read({...key, profile: 'p'}))?.access_token).toBe(service.issued[0]);
	});
});

describe('auth status', () => {
	it('says who, with which scopes, until when', async () => {
		const {context, store} = await signedIn({user: {name: '张\u001B三', open_id: 'ou_1'}});
		const {error, stdout} = await runAuth(['status', ...at], context);
		expect(error).toBeUndefined();
		expect(stdout).toBe([
			`signed in to  ${baseUrl}`,
			`app           ${app.id}`,
			String.raw`user          张\u001b三, ou_1`,
			'scopes        offline_access, app_engine:security.audit_log:read',
			'access token  until 2026-11-20T13:00:00.000Z, renewed by itself',
			'session       until 2026-11-27T12:00:00.000Z, longer with every use',
			`kept in       ${store.place}`,
			'',
		].join('\n'));
	});

	it('says it as JSON, without a token', async () => {
		const {context, tokens, store} = await signedIn();
		const {stdout} = await runAuth(['status', '--format', 'json', ...at], context);
		expect(JSON.parse(stdout)).toEqual({
			signed_in: true, by: 'session', base_url: baseUrl, app_id: app.id, profile: null, stored_in: store.place, user: null,
			scopes: ['offline_access', 'app_engine:security.audit_log:read'],
			access_token_until: '2026-11-20T13:00:00.000Z', refresh_token_until: '2026-11-27T12:00:00.000Z', renewable: true, problem: null,
		});
		expect(stdout).not.toContain(tokens.access_token);
	});

	it.each([
		['nobody signed in', undefined, 'not signed in to'],
		['the server ended the session', {leftMs: -1, ended: {at: '2026-11-20T11:00:00Z', reason: 'the refresh token was revoked'}}, 'the refresh token was revoked'],
		['the session has ended', {leftMs: -1, refresh_expires_at: '2026-11-20T11:59:00.000Z'}, 'the session ended 2026-11-20T11:59:00.000Z'],
	])('ends with exit code 3 when %s, and says how to sign in', async (_, overrides, message) => {
		const {context} = overrides === undefined ? {context: createContext()} : await signedIn(overrides);
		const {error, stdout} = await runAuth(['status', '--format', 'json', ...at], context);
		expect(error).toMatchObject({exitCode: 3, message: expect.stringContaining(message) as string, hint: signInHint});
		expect(JSON.parse(stdout)).toMatchObject({signed_in: false});
	});

	it('counts as signed in while either token lives', async () => {
		const renewable = await signedIn({leftMs: -1});
		expect((await runAuth(['status', ...at], renewable.context)).error).toBeUndefined();
		const last = await signedIn({leftMs: 1000, refresh_expires_at: new Date(start - 1).toISOString()});
		expect((await runAuth(['status', ...at], last.context)).error).toBeUndefined();
	});

	it('says that a ready-made token goes first', async () => {
		const {stdout, error} = await runAuth(['status', ...at], createContext({env: {FEISHU_USER_ACCESS_TOKEN: 'u-ready-made-token'}}));
		expect(error).toBeUndefined();
		expect(stdout).toContain('FEISHU_USER_ACCESS_TOKEN');
		expect(stdout).toContain('which goes before a session');
		expect(stdout).not.toContain('u-ready-made-token');
	});

	it('says so of no profile that is named and brings its own credentials', async () => {
		const config = join(temporaryDirectory(), 'config.json');
		await writeFile(config, JSON.stringify({profiles: {p: {feishu: {app_id: app.id, app_secret: app.secret}}}}), {mode: 0o600});
		const named = ['--config', config, '--profile', 'p', ...at];
		const {context} = await signedIn({profile: 'p'}, {env: {FEISHU_USER_ACCESS_TOKEN: 'u-ready-made-token'}});
		const {stdout, error} = await runAuth(['status', '--format', 'json', ...named], context);
		expect(error).toBeUndefined();
		expect(JSON.parse(stdout)).toMatchObject({by: 'session', profile: 'p'});
		const {stderr} = await runAuth(['logout', ...named], context);
		expect(stderr).toMatch(/FEISHU_USER_ACCESS_TOKEN is still set$/m);
		const unnamed = await signedIn({}, {env: {FEISHU_USER_ACCESS_TOKEN: 'u-ready-made-token'}});
		expect((await runAuth(['logout', ...at], unnamed.context)).stderr).toContain('FEISHU_USER_ACCESS_TOKEN is still set, and goes before any session');
	});
});

describe('auth logout', () => {
	it('has both tokens revoked, and forgets the session', async () => {
		const {context, service, store, tokens} = await signedIn();
		const {error, stderr} = await runAuth(['logout', ...at], context);
		expect(error).toBeUndefined();
		expect(service.seen).toMatchObject([{path: '/oauth/v1/revoke', fields: {token: tokens.refresh_token, token_type_hint: 'refresh_token', client_id: app.id}}, {fields: {token: tokens.access_token, token_type_hint: 'access_token'}}]);
		expect(stderr).toContain('the server has accepted its revocation');
		expect(await store.read(key)).toBeUndefined();
	});

	it.each([
		['there is no such endpoint', () => new Response('not found', {status: 404}), 'no readable JSON'],
		['the server refuses', () => refusal(20002, 'invalid_client'), 'the app secret is wrong'],
		['the server fails', () => new Response('', {status: 500}), 'HTTP 500'],
	])('says honestly that nothing was revoked when %s, and forgets the session all the same', async (_, answer, reason) => {
		const {context, service, store} = await signedIn();
		service.queue.push(...Array.from({length: 4}, answer));
		const {error, stderr} = await context.clock.run(runAuth(['logout', ...at], context));
		expect(error).toBeUndefined();
		expect(stderr).toContain('warning: the server did not confirm that the session is revoked');
		expect(stderr).toContain(reason);
		expect(stderr).not.toContain('accepted');
		expect(await store.read(key)).toBeUndefined();
	});

	it('does nothing twice', async () => {
		const context = createContext();
		const {error, stderr} = await runAuth(['logout', ...at], context);
		expect(error).toBeUndefined();
		expect(stderr).toContain('nothing to do');
	});
});

describe('no token', () => {
	it('is in any output of any command, whatever the server answers', async () => {
		const reflections = [
			(secret: string) => Response.json({code: 20064, error: 'invalid_grant', error_description: secret}, {status: 400}),
			(secret: string) => Response.json({code: 20063, error: secret, msg: secret}, {status: 400, headers: {'x-tt-logid': secret}}),
			(secret: string) => new Response(secret, {status: 502}),
			(secret: string) => Response.json({access_token: '', refresh_token: secret}),
		];
		// Real ones are 1 to 2 KB long: longer than what is quoted of an answer.
		const secretArbitrary = fc.tuple(fc.stringMatching(/^[\w.~+/-]{16,60}$/), fc.constantFrom(1, 30)).map(([text, times]) => text.repeat(times));
		await fc.assert(fc.asyncProperty(secretArbitrary, secretArbitrary, fc.integer({min: 0, max: reflections.length}), fc.constantFrom('login', 'logout', 'status'), async (access, refresh, index, command) => {
			const service = new FakeService();
			const context = createContext({fetch: service.fetch});
			await put(storeOf(context), sessionOf({access_token: access, refresh_token: refresh}, {leftMs: 60_000}));
			const reflect = reflections[index];
			if (command === 'login') {
				// The tokens of this sign-in, then an owner's page that repeats them.
				service.queue.push(undefined, Response.json({code: 0, access_token: access, refresh_token: refresh, scope: 'x'}), reflect?.(access), reflect?.(refresh));
			} else if (reflect !== undefined) {
				service.queue.push(...Array.from({length: 4}, () => reflect(refresh)));
			}
			const {stdout, stderr} = await context.clock.run(runAuth([command, ...(command === 'login' ? ['feishu', '--device'] : []), ...at, '--debug'], context));
			for (const secret of [access, refresh, app.secret, 'device-code-secret', Buffer.from(`${app.id}:${app.secret}`).toString('base64')]) {
				expect(`${stdout}${stderr}`).not.toContain(secret.slice(0, 40));
			}
		}), {numRuns: 60});
	});

	it('is in the output of a sign-in with the browser, nor is its code', async () => {
		const service = new FakeService();
		const context = createContext({fetch: service.fetch, ...realTime});
		let verifier = '';
		const fetchAll = service.fetch;
		const spying = {...context, fetch: async (...input: Parameters<typeof fetchAll>) => fetchAll(...input)};
		await loginCommand('feishu', {baseUrl, port: '0', debug: true}, spying, {openBrowser: browserOf(service)});
		verifier = service.seen[0]?.fields['code_verifier'] ?? '';
		const challenge = createHash('sha256').update(verifier).digest('base64url');
		const output = `${context.stdout.text()}${context.stderr.text()}`;
		expect(output).toContain(challenge);
		for (const secret of [...service.issued, 'code-secret-1', verifier, app.secret]) expect(output).not.toContain(secret);
	});
});
