import {describe, expect, it} from 'vitest';
import {signInEndpoints} from '../../../src/access/auth/endpoints.ts';
import {createUserTokenSource, type UserTokenOptions} from '../../../src/access/auth/user-token.ts';
import {CredentialsError, InterruptedError, NetworkError} from '../../../src/base/errors.ts';
import {vendorJudge} from '../../../src/http/answer.ts';
import {createClient} from '../../../src/http/client.ts';
import {acquireLock} from '../../../src/output/lock.ts';
import {feishu} from '../../../src/sources/vendors/feishu.ts';
import {app, baseUrl, createContext, FakeService, key, put, refusal, sessionOf, start, storeOf} from './helpers.ts';

const setting = (value: string) => Object.assign(async () => value, {origin: 'test', secret: true as const});
const connection = {baseUrl, appId: setting(app.id), appSecret: setting(app.secret), profile: undefined};

async function setUp({leftMs = -1000, overrides = {}, context: given = {}, options = {}}: {
	leftMs?: number; overrides?: Parameters<typeof sessionOf>[1]; context?: Parameters<typeof createContext>[0]; options?: Partial<UserTokenOptions>;
} = {}) {
	const service = new FakeService();
	const context = createContext({fetch: service.fetch, ...given});
	const warnings: string[] = [];
	const store = storeOf(context, warnings);
	const first = service.issue();
	await put(store, sessionOf(first, {leftMs, ...overrides}));
	const source = createUserTokenSource({name: 'feishu-apaas', context, connection, store, warn: message => warnings.push(message), debug: () => undefined, ...options});
	return {service, context, warnings, store, source, first};
}

/** What a promise on the context's clock is rejected with. */
async function failureOf(promise: Promise<unknown>): Promise<CredentialsError> {
	return promise.then(() => {
		throw new Error('it did not fail');
	}, (error: unknown) => error as CredentialsError);
}

describe("the user's token", () => {
	it('comes from the environment when one is set there, and is not renewed', async () => {
		const context = createContext({env: {FEISHU_USER_ACCESS_TOKEN: 'u-ready-made'}});
		const source = createUserTokenSource({name: 's', context, connection: {baseUrl, profile: undefined}, warn: () => undefined, debug: () => undefined});
		const token = await source.get();
		expect(token.value).toBe('u-ready-made');
		expect(source.refused(token, 0)).toBe(false);
		expect(context.masker.mask('u-ready-made')).toBe('***');
	});

	it('cannot smuggle a header in from the environment', async () => {
		const context = createContext({env: {FEISHU_USER_ACCESS_TOKEN: 'u-ready\r\nx: made'}});
		const source = createUserTokenSource({name: 's', context, connection, warn: () => undefined, debug: () => undefined});
		await expect(source.get()).rejects.toBeInstanceOf(CredentialsError);
	});

	it('is the stored one while that is good', async () => {
		const {source, first, service, context} = await setUp({leftMs: 3_600_000});
		expect((await source.get()).value).toBe(first.access_token);
		expect(service.seen).toEqual([]);
		expect(context.masker.mask(`${first.access_token} ${first.refresh_token}`)).toBe('*** ***');
	});

	it('is renewed five minutes ahead of its end, once for all requests, and stored before it is used', async () => {
		const {source, first, service, context, store} = await setUp({leftMs: 299_000});
		const tokens = await context.clock.run(Promise.all([source.get(), source.get(), source.get()]));
		expect(new Set(tokens.map(token => token.value))).toEqual(new Set([service.issued[2]]));
		expect(service.refreshes).toHaveLength(1);
		expect(service.refreshes[0]?.fields).toEqual({grant_type: 'refresh_token', client_id: app.id, client_secret: app.secret, refresh_token: first.refresh_token});
		expect(await store.read(key)).toMatchObject({
			access_token: service.issued[2], refresh_token: service.issued[3],
			access_expires_at: new Date(start + 7_200_000).toISOString(), refresh_expires_at: new Date(start + 604_800_000).toISOString(),
		});
		expect(await store.read(key)).not.toHaveProperty('refreshing_since');
	});

	it('is renewed again in a run that outlives it', async () => {
		const {source, service, context} = await setUp();
		const first = await context.clock.run(source.get());
		await context.clock.run(context.sleep(6_901_000));
		expect((await context.clock.run(source.get())).value).not.toBe(first.value);
		expect(service.refreshes).toHaveLength(2);
	});

	it('says before it sends a refresh that one is under way, and keeps the old tokens until it has new ones', async () => {
		const {source, service, context, store, first} = await setUp();
		let during: unknown;
		service.beforeRefreshAnswer = async () => {
			during = await store.read(key);
		};
		await context.clock.run(source.get());
		expect(during).toMatchObject({...first, refreshing_since: new Date(start).toISOString()});
	});

	it('keeps scopes and user when the answer names none', async () => {
		const {source, service, context, store} = await setUp({overrides: {user: {name: 'N', open_id: 'ou_1'}}});
		service.scope = '';
		await context.clock.run(source.get());
		expect(await store.read(key)).toMatchObject({scopes: ['offline_access', 'app_engine:security.audit_log:read'], user: {name: 'N', open_id: 'ou_1'}});
	});

	it.each([
		[20026, 'the refresh token is invalid'],
		[20037, 'the refresh token has expired'],
		[20064, 'the refresh token was revoked'],
		[20073, 'the refresh token was used already'],
	])('asks to sign in again, with the command, after %i, and does not send that token again', async (code, reason) => {
		const {source, service, context, store} = await setUp({overrides: {profile: 'p'}, options: {}});
		const profiled = {...key, profile: 'p'};
		const own = createUserTokenSource({name: 'feishu-apaas', context, connection: {...connection, profile: 'p'}, config: 'c.json', store, warn: () => undefined, debug: () => undefined});
		service.queue.push(refusal(code, 'invalid_grant'));
		const error = await failureOf(context.clock.run(own.get()));
		expect(error).toBeInstanceOf(CredentialsError);
		expect(error.message).toBe(`feishu-apaas: the session is over: ${reason} (code ${code})`);
		expect(error.hint).toBe(`sign in again with: audit-export auth login feishu --base-url ${baseUrl} --profile p --config c.json`);
		expect(await store.read(profiled)).toMatchObject({ended: {reason}});
		expect(await store.read(profiled)).not.toHaveProperty('refresh_token');
		await expect(context.clock.run(own.get())).rejects.toThrow(reason);
		expect(service.refreshes).toHaveLength(1);
		await expect(source.get()).rejects.toThrow('not signed in');
	});

	it.each([[20050, 500], [20072, 400]])('tries again after %i', async (code, status) => {
		const {source, service, context} = await setUp();
		service.queue.push(refusal(code, 'server_error', status));
		expect((await context.clock.run(source.get())).value).toBe(service.issued[2]);
		expect(service.refreshes).toHaveLength(2);
	});

	it('keeps the refresh token when the refusal is about something else', async () => {
		const {source, service, context, store, first} = await setUp();
		service.queue.push(refusal(20002, 'invalid_client'));
		const error = await failureOf(context.clock.run(source.get()));
		expect(error.message).toContain('the app secret is wrong');
		expect(await store.read(key)).toMatchObject(first);
		expect(await store.read(key)).not.toHaveProperty('refreshing_since');
		expect((await context.clock.run(source.get())).value).toBe(service.issued[2]);
	});

	it('goes on with a token that still lives when it cannot be renewed ahead of time', async () => {
		const {source, service, context, warnings, first} = await setUp({leftMs: 200_000});
		service.queue.push(...Array.from({length: 4}, () => new Response('', {status: 503})));
		expect((await context.clock.run(source.get())).value).toBe(first.access_token);
		expect(warnings.at(-1)).toContain('the access token is good until 2026-11-20T12:03:20Z');
		await context.clock.run(context.sleep(61_000));
		expect((await context.clock.run(source.get())).value).toBe(service.issued[2]);
	});

	it('fails when it is over and the service cannot be reached; the next run tries the same refresh token', async () => {
		const {source, service, context, store, first} = await setUp({context: {}});
		const broken = createUserTokenSource({
			name: 's', connection, store, warn: () => undefined, debug: () => undefined,
			context: {...context, fetch: async () => Promise.reject(Object.assign(new TypeError('fetch failed'), {cause: Object.assign(new Error('refused'), {code: 'ECONNREFUSED'})}))},
		});
		await expect(context.clock.run(broken.get())).rejects.toBeInstanceOf(NetworkError);
		expect(await store.read(key)).toMatchObject({...first, refreshing_since: expect.any(String) as string});
		expect((await context.clock.run(source.get())).value).toBe(service.issued[2]);
	});

	it('says that the session was lost in the middle of a refresh when an earlier run left one and the token is used up', async () => {
		const {source, service, context} = await setUp({overrides: {refreshing_since: '2026-11-20T11:00:00.000Z'}});
		service.queue.push(refusal(20073, 'invalid_grant'));
		const error = await failureOf(context.clock.run(source.get()));
		expect(error.message).toContain('a run ended in the middle of a refresh, on 2026-11-20T11:00:00Z, and its answer is lost');
		expect(error.hint).toBe(`sign in again with: audit-export auth login feishu --base-url ${baseUrl}`);
	});

	it('recovers when the refresh of an earlier run never arrived', async () => {
		const {source, service, context} = await setUp({overrides: {refreshing_since: '2026-11-20T11:00:00.000Z'}});
		expect((await context.clock.run(source.get())).value).toBe(service.issued[2]);
	});

	it('stores the answer to a refresh that a signal came in the middle of', async () => {
		const controller = new AbortController();
		const {source, service, context, store} = await setUp({context: {signal: controller.signal}});
		service.beforeRefreshAnswer = async () => {
			controller.abort(new InterruptedError('SIGINT'));
		};
		await context.clock.run(source.get());
		expect(await store.read(key)).toMatchObject({access_token: service.issued[2], refresh_token: service.issued[3]});
	});

	it('does not begin a refresh after a signal', async () => {
		const controller = new AbortController();
		const {source, service, context} = await setUp({context: {signal: controller.signal}});
		controller.abort(new InterruptedError('SIGTERM'));
		await expect(context.clock.run(source.get())).rejects.toBeInstanceOf(InterruptedError);
		expect(service.seen).toEqual([]);
	});

	it('does not wait for the lock when the one who holds it has stored new tokens', async () => {
		const {source, service, context, store} = await setUp();
		const lock = await acquireLock(store.place);
		const got = source.get();
		const renewed = sessionOf(service.issue(), {leftMs: 7_000_000});
		await store.write(key, renewed);
		expect((await context.clock.run(got)).value).toBe(renewed.access_token);
		expect(service.seen).toEqual([]);
		await lock.release();
	});

	it('says what to do when nobody has signed in, and when there is no app', async () => {
		const context = createContext();
		const shared = {name: 's', context, warn: () => undefined, debug: () => undefined};
		const nobody = await failureOf(createUserTokenSource({...shared, connection: {...connection, baseUrl: 'https://open.larksuite.com'}}).get());
		expect(nobody.hint).toBe('sign in with: audit-export auth login feishu --host lark; or set FEISHU_USER_ACCESS_TOKEN');
		const noApp = await failureOf(createUserTokenSource({...shared, connection: {baseUrl, profile: undefined}}).get());
		expect(noApp.message).toContain('no app id');
	});

	it('says what was not granted when it cannot be renewed', async () => {
		const {store, context} = await setUp();
		const {refresh_token: _, ...session} = sessionOf({access_token: 'a', refresh_token: 'r'});
		await put(store, session);
		const source = createUserTokenSource({name: 's', context, connection, store, warn: () => undefined, debug: () => undefined});
		await expect(context.clock.run(source.get())).rejects.toThrow('offline_access');
	});

	it('can be renewed at another token endpoint', async () => {
		const {context, service, store} = await setUp();
		const tokenPath = '/open-apis/authen/v2/oauth/token';
		const source = createUserTokenSource({name: 's', context, connection, store, tokenPath, warn: () => undefined, debug: () => undefined});
		service.queue.push(Response.json({code: 0, access_token: 'u-2', expires_in: 7200, refresh_token: 'r-2', refresh_token_expires_in: 1}));
		expect((await context.clock.run(source.get())).value).toBe('u-2');
		expect(service.seen[0]?.path).toBe(tokenPath);
		expect(signInEndpoints(baseUrl).token.path).not.toBe(tokenPath);
	});
});

describe('a request with the user\'s token', () => {
	/** A client of an API that takes one token, and refuses all others with `code`. */
	async function ask(code: number, {accepts, requests = 1}: {accepts: (token: string, service: FakeService) => boolean; requests?: number}) {
		const made = await setUp({leftMs: 3_600_000});
		const {context, service, source} = made;
		let asked = 0;
		const client = createClient({
			judge: vendorJudge(feishu, context), baseUrl, name: 'feishu-apaas', timeoutMs: 30_000, retries: 0, debug: () => undefined, tokens: source,
			counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
			context: {...context, fetch: async (input, init) => {
				asked++;
				const token = new Request(input, init).headers.get('authorization')?.slice('Bearer '.length) ?? '';
				return Response.json(accepts(token, service) ? {code: 0, data: {}} : {code, msg: 'token'});
			}},
		});
		const outcome = context.clock.run(Promise.all(Array.from({length: requests}, async () => client.send({method: 'GET', path: '/x'}))));
		return {...made, outcome, count: () => asked};
	}

	it.each([99991668, 99991677])('is repeated with a renewed token after %i; requests that were refused together share the refresh', async code => {
		const {outcome, service, count} = await ask(code, {accepts: (token, {issued}) => token === issued[2], requests: 4});
		expect(await outcome).toHaveLength(4);
		expect(service.refreshes).toHaveLength(1);
		expect(count()).toBe(8);
	});

	it('takes the token that another process has renewed meanwhile', async () => {
		const {outcome, service, store} = await ask(99991668, {accepts: (token, {issued}) => token === issued[2]});
		const renewed = service.issue();
		await put(store, sessionOf(renewed, {leftMs: 7_000_000}));
		await outcome;
		expect(service.refreshes).toHaveLength(0);
	});

	it('asks to sign in when a renewed token is refused as well', async () => {
		const {outcome, service} = await ask(99991668, {accepts: () => false});
		const error = await failureOf(outcome);
		expect(error).toBeInstanceOf(CredentialsError);
		expect(error.hint).toContain('sign in again with: audit-export auth login feishu');
		expect(service.refreshes).toHaveLength(1);
	});
});
