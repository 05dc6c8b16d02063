import {describe, expect, it} from 'vitest';
import type {Context} from '../../src/base/context.ts';
import {ApiError, CredentialsError} from '../../src/base/errors.ts';
import {longestSecret} from '../../src/base/limits.ts';
import type {ApiRequest} from '../../src/base/transport.ts';
import {createTokenSource, TokenPool, type TokenInputs} from '../../src/http/token.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {vendors, type VendorName} from '../../src/sources/vendors/index.ts';

const SECOND = 1000;

const appSecret = 'app-secret-value';

/** A setting that counts how often it is read. */
function setting(value: string) {
	const read = {times: 0, get: async () => {
		read.times++;
		return value;
	}};
	return read;
}

/** A token source whose token endpoint answers as told, on a clock that tests move. */
function createSource({vendor = 'feishu', with: given = ['app'], token = 'ready-made-token', secret = appSecret, pool, signal = new AbortController().signal, answer}: {
	vendor?: VendorName; with?: ReadonlyArray<'app' | 'id' | 'secret' | 'token'>; token?: string; secret?: string; pool?: TokenPool; signal?: AbortSignal; answer?: (count: number) => unknown;
} = {}) {
	const exchanges: ApiRequest[] = [];
	const masker = new Masker();
	const clock = {now: 0};
	const ready = setting(token);
	const inputs: TokenInputs = {
		...(given.includes('app') || given.includes('id') ? {appId: setting('app-id').get} : {}),
		...(given.includes('app') || given.includes('secret') ? {appSecret: setting(secret).get} : {}),
		...(given.includes('token') ? {accessToken: ready.get} : {}),
		baseUrl: 'https://api.example', exchangePath: '/token',
	};
	const tokens = createTokenSource({
		name: 'test', vendor: vendors[vendor], inputs, pool,
		client: {
			async send(request) {
				exchanges.push(request);
				const count = exchanges.length;
				// As over a network: not in the same turn.
				await new Promise(resolve => {
					setImmediate(resolve);
				});
				signal.throwIfAborted();
				const body = answer === undefined ? {code: 0, tenant_access_token: `exchanged-${count}`, expire: 7200} : answer(count);
				if (body instanceof Error) throw body;
				return {text: '', body, altered: false};
			},
		},
		context: {masker, monotonic: () => clock.now, signal} as unknown as Context,
	});
	return {tokens, exchanges, masker, clock, ready};
}

describe('exchanged tokens', () => {
	it('come from one exchange that all concurrent requests share', async () => {
		const {tokens, exchanges} = createSource();
		const got = await Promise.all(Array.from({length: 20}, async () => tokens.get()));
		expect(new Set(got)).toEqual(new Set([got[0]]));
		expect(exchanges).toEqual([{method: 'POST', path: '/token', body: {app_id: 'app-id', app_secret: appSecret}}]);
		expect(await tokens.get()).toBe(got[0]);
		expect(exchanges).toHaveLength(1);
	});

	it.each([
		{life: 7200, goodFor: 6900},
		{life: '7200', goodFor: 6900},
		{life: 100, goodFor: 90},
		{life: undefined, goodFor: 6900},
	])('with a life of $life s are used for $goodFor s and renewed ahead of their end', async ({life, goodFor}) => {
		const {tokens, exchanges, clock} = createSource({answer: count => ({tenant_access_token: `exchanged-${count}`, expire: life})});
		const first = await tokens.get();
		clock.now = goodFor * SECOND - 1;
		expect(await tokens.get()).toBe(first);
		clock.now = goodFor * SECOND;
		const renewed = await Promise.all([tokens.get(), tokens.get()]);
		expect(renewed.map(({value}) => value)).toEqual(['exchanged-2', 'exchanged-2']);
		expect(exchanges).toHaveLength(2);
	});

	it('are asked for again after an exchange that failed', async () => {
		const failure = new ApiError('failed');
		const {tokens} = createSource({answer: count => count === 1 ? failure : {tenant_access_token: 'second', expire: 7200}});
		expect(await Promise.allSettled([tokens.get(), tokens.get()])).toEqual([{status: 'rejected', reason: failure}, {status: 'rejected', reason: failure}]);
		expect(await tokens.get()).toMatchObject({value: 'second'});
	});

	it.each([
		{access_token: 'trae-token', expire: 7200},
		{access_token: 'trae-token', expires_in: 7200},
		{data: {access_token: 'trae-token', expire: '7200'}},
		{data: {access_token: 'trae-token', expires_in: 7200}},
		{data: {access_token: 'trae-token'}},
		{access_token: null, data: {access_token: 'trae-token', expires_in: null}},
	])('of Trae are read from %j', async answer => {
		const {tokens, clock, exchanges} = createSource({vendor: 'trae', answer: () => answer});
		expect(await tokens.get()).toMatchObject({value: 'trae-token'});
		clock.now = 6899 * SECOND;
		await tokens.get();
		expect(exchanges).toHaveLength(1);
	});

	it.each([[{code: 0}], [{tenant_access_token: ''}], [{tenant_access_token: 7}], [{tenant_access_token: null}]])('do not come out of %j', async answer => {
		const {tokens} = createSource({answer: () => answer});
		await expect(tokens.get()).rejects.toThrow(ApiError);
		await expect(tokens.get()).rejects.toMatchObject({message: 'test: POST /token: the answer holds no token', hint: 'check --base-url and the path of the token endpoint'});
	});

	it('are refused where they are longer than any header may be', async () => {
		const answer = (characters: number) => () => ({code: 0, tenant_access_token: 'x'.repeat(characters), expire: 7200});
		expect((await createSource({answer: answer(longestSecret)}).tokens.get()).value).toHaveLength(longestSecret);
		const {tokens} = createSource({answer: answer(longestSecret + 1)});
		await expect(tokens.get()).rejects.toBeInstanceOf(ApiError);
		await expect(tokens.get()).rejects.toMatchObject({
			message: 'test: POST /token: the token in the answer is longer than any header may be',
			hint: 'check --base-url and the path of the token endpoint',
		});
	});

	it('and the app secret are masked from the moment they are read', async () => {
		const {tokens, masker} = createSource();
		const {value} = await tokens.get();
		expect(masker.mask(`${value} ${appSecret}`)).toBe('*** ***');
	});
});

describe('a refused token', () => {
	it('is renewed once when it never worked', async () => {
		const {tokens} = createSource();
		const first = await tokens.get();
		expect(tokens.refused(first, 0)).toBe(true);
		const second = await tokens.get();
		expect(second.value).toBe('exchanged-2');
		expect(tokens.refused(second, 1)).toBe(false);
	});

	it('is renewed up to ten times in one request while the tokens do work for a time', async () => {
		const {tokens} = createSource();
		for (let renewals = 0; renewals < 10; renewals++) {
			const token = await tokens.get();
			tokens.accepted(token);
			expect(tokens.refused(token, renewals)).toBe(true);
		}
		const last = await tokens.get();
		tokens.accepted(last);
		expect(tokens.refused(last, 10)).toBe(false);
	});

	it('of before the renewal takes nothing away from the new one', async () => {
		const {tokens, exchanges} = createSource();
		const old = await tokens.get();
		expect(tokens.refused(old, 0)).toBe(true);
		const renewed = await tokens.get();
		expect(tokens.refused(old, 0)).toBe(true);
		expect(await tokens.get()).toBe(renewed);
		expect(exchanges).toHaveLength(2);
	});
});

describe('a ready-made token', () => {
	it('goes first, for any length of time, and is masked', async () => {
		const {tokens, exchanges, masker, clock} = createSource({with: ['app', 'token']});
		const token = await tokens.get();
		expect(token.value).toBe('ready-made-token');
		clock.now = 1e12;
		expect(await tokens.get()).toBe(token);
		expect(exchanges).toEqual([]);
		expect(masker.mask('ready-made-token')).toBe('***');
	});

	it('gives way to an exchanged one when it is refused', async () => {
		const {tokens} = createSource({with: ['app', 'token']});
		expect(tokens.refused(await tokens.get(), 0)).toBe(true);
		const exchanged = await tokens.get();
		expect(exchanged.value).toBe('exchanged-1');
		expect(tokens.refused(exchanged, 1)).toBe(false);
		expect(await tokens.get()).toMatchObject({value: 'exchanged-2'});
	});

	it.each([['token'], ['id', 'token'], ['secret', 'token']] as const)('stays the one to speak of when it is refused and nothing can replace it: %s', async (...given) => {
		const {tokens, exchanges} = createSource({with: given});
		const token = await tokens.get();
		expect(tokens.refused(token, 0)).toBe(false);
		expect(await tokens.get()).toMatchObject({value: 'ready-made-token'});
		expect(exchanges).toEqual([]);
	});
});

describe('missing credentials', () => {
	it.each([
		{given: [], says: 'app id and app secret are not set'},
		{given: ['id'], says: 'the app secret is not set'},
		{given: ['secret'], says: 'the app id is not set'},
	] as const)('are named: $says', async ({given, says}) => {
		const {tokens, exchanges} = createSource({with: given});
		const failure: unknown = await tokens.get().catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(CredentialsError);
		expect(failure).toMatchObject({message: `test: no credentials: ${says}`, exitCode: 3});
		for (const name of ['FEISHU_APP_ID', 'FEISHU_APP_SECRET', 'FEISHU_TENANT_ACCESS_TOKEN']) expect(failure).toMatchObject({hint: expect.stringContaining(name) as string});
		expect(exchanges).toEqual([]);
	});
});

describe('a token that no header can carry', () => {
	it.each(['two\nlines', 'w\u00f6rd', '\u5bc6', 'tab\t'])('from the exchange is refused without being shown: %j', async value => {
		const {tokens} = createSource({answer: () => ({code: 0, tenant_access_token: value, expire: 7200})});
		const error: unknown = await tokens.get().catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(CredentialsError);
		expect(error).toMatchObject({
			message: 'test: POST /token: the token in the answer cannot be sent: it holds line breaks or other characters than printable ASCII',
			hint: 'check --base-url and the path of the token endpoint',
		});
	});

	it('is refused when it is ready-made', async () => {
		const {tokens} = createSource({with: ['token'], token: 'w\u00f6rd'});
		await expect(tokens.get()).rejects.toBeInstanceOf(CredentialsError);
		await expect(tokens.get()).rejects.toMatchObject({
			message: 'test: the ready-made access token cannot be sent: it holds line breaks or other characters than printable ASCII',
			hint: 'copy the token again: it is one line of ASCII letters, digits and signs',
		});
	});
});

describe('a pool of tokens', () => {
	it('lets the runs of one app at one place share an exchange, and a token that another revoked', async () => {
		const pool = new TokenPool();
		const [one, two] = [createSource({pool}), createSource({pool})];
		const [got, other] = await Promise.all([one.tokens.get(), two.tokens.get()]);
		expect(other).toBe(got);
		expect([one.exchanges.length, two.exchanges.length]).toEqual([1, 0]);
		one.tokens.accepted(got);
		expect(two.tokens.refused(got, 1)).toBe(true);
		expect((await one.tokens.get())).not.toBe(got);
	});

	it.each([{secret: 'another-secret'}, {with: ['token' as const], token: 'own'}])('keeps %j apart', async differing => {
		const pool = new TokenPool();
		const [one, two] = [createSource({pool}), createSource({pool, ...differing})];
		const [got, other] = await Promise.all([one.tokens.get(), two.tokens.get()]);
		expect(other).not.toBe(got);
	});

	it('makes an exchange anew that was interrupted with the run that began it', async () => {
		const pool = new TokenPool();
		const stopped = new AbortController();
		const [one, two] = [createSource({pool, signal: stopped.signal}), createSource({pool})];
		const [ended, other] = [one.tokens.get().catch((error: unknown) => error), two.tokens.get()];
		stopped.abort(new Error('stopped'));
		expect(await ended).toMatchObject({message: 'stopped'});
		expect((await other).value).toBe('exchanged-1');
		expect(two.exchanges).toHaveLength(1);
	});

	it('holds up no run that is interrupted while another one makes the exchange', async () => {
		const pool = new TokenPool();
		const stopped = new AbortController();
		const [one, two] = [createSource({pool}), createSource({pool, signal: stopped.signal})];
		const order: string[] = [];
		const both = [one.tokens.get().then(() => order.push('token')), two.tokens.get().catch(() => order.push('stopped'))];
		await Promise.resolve();
		stopped.abort(new Error('stopped'));
		await Promise.all(both);
		expect(order).toEqual(['stopped', 'token']);
	});

	it('tells every run why an exchange failed, and tries again for the next', async () => {
		const pool = new TokenPool();
		const sources = Array.from({length: 3}, () => createSource({pool, answer: () => new ApiError('no')}));
		expect(await Promise.all(sources.map(async ({tokens}) => tokens.get().catch((error: unknown) => (error as Error).message)))).toEqual(['no', 'no', 'no']);
		expect(sources.reduce((sum, {exchanges}) => sum + exchanges.length, 0)).toBe(1);
		expect((await createSource({pool}).tokens.get()).value).toBe('exchanged-1');
	});
});
