import {describe, expect, it} from 'vitest';
import {baseUrlProblem} from '../../src/access/config/base-url.ts';
import {createClient} from '../../src/http/client.ts';
import {fillPath} from '../../src/console/template.ts';
import {createContext} from '../access/auth/helpers.ts';
import {runCommand} from '../helpers/context.ts';
import {noNetwork} from '../run/jobs/workspace.ts';
import {temporaryDirectory} from './hostile.ts';

describe('a base URL', () => {
	it.each([
		'https://a.example\r\nx: y', 'https://a.example\\@evil.example', 'https://user@evil.example', 'https://user:password@evil.example', 'https://a.example?', 'https://a.example#', 'https://a.example/#@evil.example',
		'https://a.example/?x', ' https://a.example', 'https://a.example\t', 'https://a.example\u0000', 'http://a.example', 'http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'http://[::ffff:1.2.3.4]',
		'ftp://a.example', 'file:///etc/passwd', 'javascript:alert(1)', 'https:///evil.example/..\u2028', '//evil.example', 'https://', 'https://a.example:99999',
	])('such as %j is refused, and nothing is sent', async url => {
		expect(baseUrlProblem(url)).toBeDefined();
		for (const [source, flags, env] of [['feishu-openapi', ['--base-url', url], {}], ['trae-openapi', [], {TRAE_BASE_URL: url}]] as const) {
			const ran = await runCommand([source, ...flags], {fetch: noNetwork, env});
			expect(ran).toMatchObject({code: 2, stdout: ''});
			expect(ran.stderr).not.toContain('password');
		}
	});
});

describe('a value in a path', () => {
	it.each(['..', '.'])('%s is refused', async namespace => {
		expect(await runCommand(['feishu-apaas', '--namespace', namespace, '--dry-run'], {fetch: noNetwork})).toMatchObject({code: 2, stdout: '', stderr: expect.stringContaining('--namespace') as string});
		expect(() => fillPath('/a/{app_id}/b', {app_id: namespace})).toThrow('no step');
	});

	it.each(['../x', 'a/../../b', '..\\x', 'a?x=1', 'a#b', '%2e%2e', '%2E.', '@evil.example', 'a\r\nx: y', '\u2025', '\uFF0E\uFF0E'])('%j is one step of it', async namespace => {
		const {code, stdout} = await runCommand(['feishu-apaas', '--namespace', namespace, '--dry-run', '--format', 'json'], {fetch: noNetwork});
		const {first_request: request} = code === 0 ? JSON.parse(stdout) as {first_request: string} : {first_request: ''};
		const url = /'(?<url>https:[^']*)'/.exec(request)?.groups?.['url'];
		expect(code).toBe(0);
		expect(new URL(url ?? '').pathname).toContain(`/applications/${encodeURIComponent(namespace)}/`);
		expect(new URL(url ?? '').host).toBe('open.feishu.cn');
	});
});

describe('a header', () => {
	it.each([['x-a', 'b\r\nx-evil: 1'], ['x-a', 'b\nc'], ['x-a', 'b\0c'], ['x-a', '\u4F60'], ['x\r\ny', 'b'], ['x y', 'b'], ['', 'b']])('%j: %j is not sent, nor tried again', async (name, value) => {
		const context = createContext({fetch: noNetwork});
		const client = createClient({
			context, judge: () => ({ok: true, body: {}}), baseUrl: 'https://a.example', name: 'test', timeoutMs: 1000, retries: 3,
			counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0}, debug: () => undefined,
		});
		await expect(client.send({method: 'GET', path: '/', headers: {[name]: value}})).rejects.toMatchObject({exitCode: 2, message: expect.not.stringContaining('evil') as string});
	});

	it.each([
		['feishu-openapi', {FEISHU_TENANT_ACCESS_TOKEN: 't-1\r\nx-evil: 1'}], ['feishu-openapi', {FEISHU_APP_SECRET: 's\nx: 1'}], ['trae-openapi', {TRAE_ACCESS_TOKEN: 't\u0085x'}],
		['feishu-apaas', {FEISHU_USER_ACCESS_TOKEN: 'u-1\r\nx: y', FEISHU_APAAS_NAMESPACE: 'a'}],
	])('of %s never carries a line break that stands in %j', async (source, env) => {
		const ran = await runCommand([source], {fetch: noNetwork, env});
		expect(ran.code).toBe(3);
		for (const value of Object.values(env)) if (value !== undefined && value !== 'a') expect(ran.stderr).not.toContain(value.slice(-4));
	});

	it('never carries a line break out of a token that the server gave', async () => {
		const ran = await runCommand(['feishu-openapi'], {fetch: async () => Response.json({code: 0, tenant_access_token: 't-1\r\nx-evil: 1', expire: 7200})});
		expect(ran.code).toBe(3);
		expect(ran.stderr).not.toContain('x-evil');
	});
});

it('half of a character, which no request can carry as it is, is refused', async () => {
	for (const args of [['feishu-openapi', '--api-key', '\uD800'], ['feishu-apaas', '--namespace', '\uD800'], ['feishu-apaas', '--namespace', 'a', '--filter', 'status=\uD800']]) {
		expect(await runCommand([...args, '--dry-run'], {fetch: noNetwork})).toMatchObject({code: 2, stdout: ''});
	}
});

it('a secret that no header can hold is refused, and none of it is shown', async () => {
	const long = 'x7Q'.repeat(10_000);
	for (const env of [{FEISHU_APP_SECRET: long}, {FEISHU_TENANT_ACCESS_TOKEN: long}]) {
		const ran = await runCommand(['feishu-openapi', '--debug'], {fetch: noNetwork, env});
		expect(ran).toMatchObject({code: 3, stderr: expect.not.stringContaining('x7Q') as string});
	}
	const ran = await runCommand(['feishu-openapi', '--debug'], {fetch: async () => Response.json({code: 0, tenant_access_token: long, expire: 7200})});
	expect(ran).toMatchObject({code: 1, stderr: expect.not.stringContaining('x7Q') as string});
	const device = await runCommand(['auth', 'login', 'feishu', '--device', '--base-url', 'http://127.0.0.1:1'], {
		env: {XDG_DATA_HOME: temporaryDirectory()},
		fetch: async input => Response.json(new Request(input).url.includes('device') ? {device_code: 'd-12345', user_code: 'u', verification_uri: 'https://a.example', interval: 1, expires_in: 60} : {access_token: long, expires_in: 7200}),
	});
	expect(device).toMatchObject({code: 1, stderr: expect.not.stringContaining('x7Q') as string});
});
