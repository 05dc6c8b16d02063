import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Ran} from '../helpers/context.ts';
import {baseUrl, cookie, eventProfile, fakeConsole, searchLog, shapeNames, shapes, standIn, temporaryDirectory} from './consoles.ts';

const empty = {data: {list: [], total: 0}};
const secrets = ['XN0YXJ0-0123456789abcdef', '5eba7f6a0c1d2e3f', 'given-csrf-token-1', 'Bearer-ish-0123456789'];

function expectNoSecret({stdout, stderr}: Ran): void {
	for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
}

describe('an expired session', () => {
	it.each(shapeNames)('of the %s shape is exit 3 with the steps to renew it', async shape => {
		const console = standIn(shape);
		console.sandbox.revokeConsoleSessions();
		const ran = await searchLog(['event', '--debug'], {...console, profile: shapes[shape]});
		expect(ran).toMatchObject({code: 3, stdout: ''});
		expect(ran.stderr).toMatch(/error: feishu-app-log event: (?:POST|GET) \S+: the console session has expired: it .*\nhint: sign in to https:\/\/console\.example .*learn <recording\.har> --keep-session/);
		for (const value of console.env.FEISHU_CONSOLE_COOKIE.split(/[;=] ?/).filter(part => part.length > 20)) expect(ran.stderr).not.toContain(value);
	});

	it.each<[string, () => Response, RegExp]>([
		['a redirect', () => new Response(null, {status: 302, headers: {location: 'https://accounts.example/login?token=secret'}}), /answered with a redirect \(HTTP 302\)/],
		['a page in place of JSON', () => new Response('<!doctype html><p>Sign in', {headers: {'content-type': 'text/html'}}), /answered with a page, not JSON \(HTTP 200\)/],
		['HTTP 401 with nothing', () => new Response('', {status: 401}), /refused it \(HTTP 401\)/],
		['HTTP 403 with a page', () => new Response('<html>', {status: 403}), /answered with a page, not JSON \(HTTP 403\)/],
		['the code that was recorded', () => new Response(`{"code":"4100","msg":"${cookie} is over\\u001b[31m"}`), /it said so "\*\*\* is over\\u001b\[31m" \(HTTP 200\)/],
	])('is recognised by %s, and nothing of it is shown', async (_, answer, message) => {
		const profile = eventProfile({response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, expired: {at: 'code', is: [4100]}, message: 'msg'}});
		const ran = await searchLog(['event', '--debug'], {...fakeConsole(() => answer()), profile});
		expect(ran.code).toBe(3);
		expect(ran.stderr).toMatch(/the console session has expired/);
		expect(ran.stderr).toMatch(message);
		expect(ran.stderr).not.toContain('token=secret');
		expectNoSecret(ran);
	});

	it.each([
		['a code that was never recorded', {at: 'success', is: [true]}, '{"success":false,"error":{"code":"NOT_SIGNED_IN"}}'],
		['words about signing in', {at: 'code', is: [0]}, '{"code":4001,"msg":"请重新登录"}'],
		['an answer without rows that speaks of the session', undefined, '{"errors":[],"message":"session is over"}'],
	])('is recognised by %s', async (_, success, text) => {
		const profile = eventProfile({response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, ...(success === undefined ? {} : {success})}});
		const ran = await searchLog(['event'], {...fakeConsole(() => new Response(text)), profile});
		expect(ran).toMatchObject({code: 3, stderr: expect.stringContaining('the console session has expired')});
	});

	it('is not what other answers mean', async () => {
		const profile = eventProfile({response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, success: {at: 'code', is: [0]}, message: 'msg'}});
		const answers: ReadonlyArray<readonly [Response, number, RegExp]> = [
			[new Response('{"code":12,"msg":"bad range"}'), 1, /code is 12 "bad range" \(HTTP 200\)/],
			[new Response('{"code":13,"msg":"no access"}', {status: 403}), 3, /the console refuses the session "no access" \(HTTP 403\)\nhint: it may have no access to this app/],
			[new Response('<html>', {status: 404}), 1, /the console refused the request \(HTTP 404\)/],
			[new Response('{"code":0}', {status: 400}), 1, /the console refused the request \(HTTP 400\)/],
		];
		for (const [answer, code, message] of answers) {
			const ran = await searchLog(['event'], {...fakeConsole(() => answer), profile});
			expect(ran.code).toBe(code);
			expect(ran.stderr).toMatch(message);
		}
	});

	it.each<[string, () => Response]>([
		['HTTP 502 with a page', () => new Response('<html>bad gateway', {status: 502})],
		['HTTP 429', () => new Response('', {status: 429, headers: {'retry-after': '1'}})],
		['JSON that is cut off', () => new Response('{"data":{"li')],
	])('is not assumed, and the request repeated, after %s', async (_, answer) => {
		const console = fakeConsole((asked, index) => index === 0 ? answer() : empty);
		expect((await searchLog(['event', '--since', '1h'], {...console, profile: eventProfile()})).code).toBe(0);
		expect(console.seen).toHaveLength(2);
	});
});

describe('the session', () => {
	const headersOf = async (options: {env?: Record<string, string>; cwd?: string; args?: string[]; profile?: ReturnType<typeof eventProfile>}) => {
		const console = fakeConsole(() => empty);
		const ran = await searchLog(['event', '--since', '1h', ...options.args ?? []], {fetch: console.fetch, profile: options.profile ?? eventProfile(), ...(options.env && {env: options.env}), ...(options.cwd && {cwd: options.cwd})});
		const headers = console.seen[0]?.headers;
		return {...ran, cookie: headers?.get('cookie'), csrf: headers?.get('x-csrf-token'), authorization: headers?.get('authorization')};
	};
	const without = {FEISHU_CONSOLE_COOKIE: '', FEISHU_CONSOLE_CSRF_TOKEN: ''};

	it('comes from the environment first', async () => {
		expect(await headersOf({})).toMatchObject({code: 0, cookie, csrf: 'given-csrf-token-1', authorization: null});
		expect((await headersOf({env: {FEISHU_CONSOLE_COOKIE: `Cookie: ${cookie}`}})).cookie).toBe(cookie);
	});

	it('has its CSRF token in the cookie where the profile says so', async () => {
		const profile = eventProfile({}, {session: {csrf_header: 'X-CSRF-Token', csrf_cookie: 'console_csrf_token'}});
		expect((await headersOf({profile})).csrf).toBe('5eba7f6a0c1d2e3f');
		expect((await headersOf({profile, env: {FEISHU_CONSOLE_COOKIE: 'a=b; console_csrf_token=a%3Db%2Bcdef'}})).csrf).toBe('a=b+cdef');
		expect((await headersOf({profile, env: {FEISHU_CONSOLE_COOKIE: 'a=b'}})).csrf).toBe('given-csrf-token-1');
	});

	it('is cleaned of what stands around it, wherever it comes from', async () => {
		const directory = temporaryDirectory();
		writeFileSync(join(directory, 'cookie'), '\uFEFFCookie: session=from-a-file-1234\r\n', {mode: 0o600});
		const config = join(directory, 'config.json');
		writeFileSync(config, JSON.stringify({profiles: {one: {feishu: {console_cookie: {file: 'cookie'}, console_csrf_token: ' written-out\u00A0\n'}}}}), {mode: 0o600});
		expect(await headersOf({env: without, args: ['--config', config]})).toMatchObject({code: 0, cookie: 'session=from-a-file-1234', csrf: 'written-out'});
		const env = {FEISHU_CONSOLE_COOKIE: `\u200B${cookie}\r\n`, FEISHU_CONSOLE_CSRF_TOKEN: '\u3000of-a-variable '};
		expect(await headersOf({env})).toMatchObject({code: 0, cookie, csrf: 'of-a-variable'});
	});

	it('comes from the configuration, a value, a file or a command', async () => {
		const directory = temporaryDirectory();
		writeFileSync(join(directory, 'cookie'), 'session=from-a-file-1234\n', {mode: 0o600});
		const config = join(directory, 'config.json');
		writeFileSync(config, JSON.stringify({profiles: {one: {feishu: {console_cookie: {file: 'cookie'}, console_csrf_token: {command: ['echo', 'from-a-command']}}}}}), {mode: 0o600});
		expect(await headersOf({env: without, args: ['--config', config]})).toMatchObject({code: 0, cookie: 'session=from-a-file-1234', csrf: 'from-a-command'});
		const exposed = join(directory, 'exposed.json');
		writeFileSync(exposed, JSON.stringify({profiles: {one: {feishu: {console_cookie: 'session=written-out-1'}}}}));
		chmodSync(exposed, 0o644);
		const ran = await headersOf({env: {...without, FEISHU_CONSOLE_CSRF_TOKEN: 'of-the-environment'}, args: ['--config', exposed]});
		expect(ran.stderr).toContain('holds a secret (profiles.one.feishu.console_cookie)');
		expect(ran.stderr).toContain('the console session of the configuration has no CSRF token');
		expect(ran.code).toBe(3);
	});

	it('is that of a named profile, whatever the environment says, and the environment\'s where it brings no credentials', async () => {
		const config = join(temporaryDirectory(), 'config.json');
		const named = {console_cookie: 'session=of-a-profile', console_csrf_token: 'csrf-of-a-profile'};
		writeFileSync(config, JSON.stringify({default_profile: 'one', profiles: {one: {feishu: named}, app: {feishu: {app_id: 'cli_a'}}, bare: {feishu: {host: 'feishu'}}}}), {mode: 0o600});
		const ask = async (...flags: string[]) => headersOf({args: ['--config', config, ...flags]});
		expect(await ask()).toMatchObject({code: 0, cookie});
		expect(await ask('--profile', 'one')).toMatchObject({code: 0, cookie: 'session=of-a-profile', csrf: 'csrf-of-a-profile'});
		expect(await ask('--profile', 'bare')).toMatchObject({code: 0, cookie});
		// Its credentials are one set, and a session is not among them.
		expect(await ask('--profile', 'app')).toMatchObject({code: 3, cookie: undefined});
	});

	it('tells whose state it is: by the profile, and by nothing where only the cookie is known', async () => {
		const directory = temporaryDirectory();
		const config = join(directory, 'config.json');
		const session = (of: string) => ({feishu: {console_cookie: `session=of-${of}-0123456789`, console_csrf_token: 'csrf-token'}});
		writeFileSync(config, JSON.stringify({profiles: {one: session('one'), two: session('two')}}), {mode: 0o600});
		const profile = eventProfile({request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', page: '{page}'}}});
		const ask = async (state: string, {env = {}, args = []}: {env?: Record<string, string>; args?: string[]}) => searchLog(['event', '--since', '1h', '--state', join(directory, state), ...args], {
			fetch: fakeConsole(() => empty).fetch, profile, env: {FEISHU_APP_ID: '', ...env},
		});
		const by = (name: string) => ({args: ['--config', config, '--profile', name]});
		expect((await ask('a', by('one'))).code).toBe(0);
		expect(await ask('a', by('two'))).toMatchObject({code: 2, stderr: expect.stringContaining('is the state of another account: it is of the profile one, and this run is of the profile two')});
		expect(await ask('a', by('one'))).toMatchObject({code: 0, stderr: ''});
		const cookies = ['session=first-0123456789', 'session=second-0123456789', 'session=third-0123456789'];
		const said: boolean[] = [];
		for (const FEISHU_CONSOLE_COOKIE of cookies) {
			const ran = await ask('b', {env: {FEISHU_CONSOLE_COOKIE}});
			expect(ran.code).toBe(0);
			said.push(ran.stderr.includes('whether that is one account, nothing tells'));
		}
		expect(said).toEqual([false, true, false]);
	});

	it('is the kept one of this base URL and of no other', async () => {
		const data = temporaryDirectory();
		mkdirSync(join(data, 'audit-export'), {mode: 0o700});
		writeFileSync(join(data, 'audit-export', 'console-sessions.json'), JSON.stringify({version: 1, sessions: [
			{base_url: baseUrl, cookie: 'session=kept-0123456789', csrf_token: 'kept-token', saved_at: '2026-11-20T10:00:00Z'},
		]}), {mode: 0o600});
		const env = {...without, XDG_DATA_HOME: data};
		expect(await headersOf({env})).toMatchObject({code: 0, cookie: 'session=kept-0123456789', csrf: 'kept-token'});
		const elsewhere = await headersOf({env, args: ['--base-url', 'https://elsewhere.example']});
		expect(elsewhere).toMatchObject({code: 3, cookie: undefined});
		expect(elsewhere.stderr).toContain('no console session\nhint: sign in to https://elsewhere.example');
		expect((await headersOf({env, args: ['--host', 'lark']})).stderr).toContain('sign in to https://open.larksuite.com');
	});

	it('may be an Authorization header', async () => {
		const profile = eventProfile({}, {session: {authorization: true}});
		expect(await headersOf({profile, env: {...without, FEISHU_CONSOLE_AUTHORIZATION: 'Bearer-ish-0123456789'}})).toMatchObject({code: 0, authorization: 'Bearer-ish-0123456789', cookie: null});
		expect((await headersOf({profile, env: without})).code).toBe(3);
	});

	it('fills the CSRF token into requests that carry it elsewhere', async () => {
		const console = fakeConsole(() => empty);
		const profile = eventProfile({request: {method: 'POST', path: '/api/events', query: {_csrf: '{csrf_token}'}, form: {from: '{since}', to: '{until}', page: '{page}', token: '{csrf_token}'}}}, {session: {}});
		await searchLog(['event', '--since', '1h'], {...console, profile});
		expect(console.seen[0]?.url.searchParams.get('_csrf')).toBe('given-csrf-token-1');
		expect(new URLSearchParams(console.seen[0]?.text).get('token')).toBe('given-csrf-token-1');
		const plan = await searchLog(['event', '--since', '1h', '--dry-run'], {...console, profile});
		expect(plan.stdout).toContain('token=***');
		expectNoSecret(plan);
	});

	it.each([
		['nothing is there', without, /no console session\nhint: sign in to/],
		['the CSRF token is missing', {FEISHU_CONSOLE_CSRF_TOKEN: ''}, /of the environment has no CSRF token\nhint: set FEISHU_CONSOLE_CSRF_TOKEN/],
		['it holds other characters', {FEISHU_CONSOLE_COOKIE: 'session=überlang-0123456789'}, /the cookie of the environment cannot be sent/],
		['it holds line breaks', {FEISHU_CONSOLE_COOKIE: 'session=0123456789\nevil: 1'}, /FEISHU_CONSOLE_COOKIE contains line breaks/],
	])('is missed with exit 3 when %s', async (_, env, message) => {
		const ran = await headersOf({env});
		expect(ran).toMatchObject({code: 3, cookie: undefined});
		expect(ran.stderr).toMatch(message);
		expect(ran.stderr).not.toContain('0123456789');
		expectNoSecret(ran);
	});

	it('never appears in plan, output, errors or debug lines', async () => {
		const profile = eventProfile({}, {session: {csrf_header: 'x-csrf-token', csrf_cookie: 'console_csrf_token'}});
		const plan = await searchLog(['event', '--dry-run'], {...fakeConsole(() => empty), profile, env: without});
		expect(plan.code).toBe(0);
		expect(plan.stdout).toContain(`-H 'cookie: ***'`);
		expect(plan.stdout).toContain(`-H 'x-csrf-token: ***'`);
		const ran = await searchLog(['event', '--since', '1h', '--debug', '--summary', '-'], {...fakeConsole((asked, index) => new Response(`${asked.headers.get('cookie')} {"${asked.headers.get('x-csrf-token')}"`, {status: index === 0 ? 500 : 400})), profile});
		expect(ran.code).toBe(1);
		expectNoSecret(ran);
	});

	it('has no place in a request profile', async () => {
		const profile = eventProfile({request: {method: 'GET', path: '/api/events', query: {from: '{since}', to: '{until}', page: '{page}'}, headers: {Cookie: 'session=0123456789'}}});
		const {code, stderr} = await searchLog(['event'], {...fakeConsole(() => empty), profile});
		expect(code).toBe(2);
		expect(stderr).toContain('searches.event.request.headers.Cookie belongs to the session');
	});
});
