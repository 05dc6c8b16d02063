import {expect, it, vi} from 'vitest';
import {createClient} from '../../src/http/client.ts';
import {hideSecrets, showHeader, showRequest} from '../../src/http/show-exchange.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {createContext} from '../access/auth/helpers.ts';
import {credentials, runCommand} from '../helpers/context.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';

const range = ['--since', '2026-11-20T10:00:00Z', '--until', '2026-11-20T11:00:00Z', '--window', '1d'];

it('tells of every request what was asked and what came back, everything sensitive masked', async () => {
	const {code, stderr} = await runCommand(['feishu-openapi', ...range, '--debug'], {fetch: fakeFeishu([{id: 'a', time: Date.UTC(2026, 10, 20, 10, 30) / 1000}]).fetch});
	expect(code).toBe(0);
	const lines = stderr.split('\n').filter(line => line.startsWith('feishu-openapi: POST'));
	const host = 'https://open.feishu.cn';
	expect(lines).toEqual([
		`feishu-openapi: POST ${host}/open-apis/auth/v3/tenant_access_token/internal | accept: application/json | content-type: application/json; charset=utf-8 | {"app_id":"cli_test","app_secret":"***"}`,
		expect.stringMatching(/^feishu-openapi: POST \/open-apis\/auth\/v3\/tenant_access_token\/internal: HTTP 200, \d+ bytes, 0 ms \| content-type: /),
		`feishu-openapi: POST ${host}/open-apis/security_and_compliance/v1/openapi_logs/list_data | accept: application/json | authorization: *** | content-type: application/json; charset=utf-8 | {"start_time":1795168799,"end_time":1795172400,"page_size":100}`,
		expect.stringMatching(/^feishu-openapi: POST \/open-apis\/security_and_compliance\/v1\/openapi_logs\/list_data: HTTP 200, \d+ bytes, 0 ms/),
	]);
	expect(stderr).not.toContain(credentials.FEISHU_APP_SECRET);
});

it('makes nothing of a request where nobody would see it', async () => {
	const masker = new Masker();
	const seen = vi.spyOn(masker, 'mask');
	const send = async (debug?: (message: string) => void) => {
		await createClient({
			context: {...createContext({fetch: async () => Response.json({code: 0})}), masker}, baseUrl: 'https://a.example', name: 'test', timeoutMs: 1000, retries: 0, debug,
			judge: () => ({ok: true, body: {}}), counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
		}).send({method: 'POST', path: '/p', body: {a: 1}});
	};
	await send();
	expect(seen).not.toHaveBeenCalled();
	await send(() => undefined);
	expect(seen).toHaveBeenCalled();
});

it('masks by one list in URLs, headers and bodies', () => {
	const masker = new Masker();
	masker.add('known-secret');
	const shown = showRequest({
		method: 'POST', url: 'https://h/p?page_token=abc&access_token=def&x=1',
		headers: {'Authorization': 'Bearer t-1', 'Cookie': 'a=b', 'X-CSRF-Token': 'c', 'accept': '*/*', 'x-note': 'is known-secret'.replace('known-secret', 'fine'), 'x-jwt-like': 'eyJhbGciOiJI.eyJzdWIi.sig'},
		body: `{"client_secret":"s","deep":{"q":"token=t&y=2","n":12345678901234567890},"say":"known-secret"}`,
	}, masker);
	expect(shown).toBe('POST https://h/p?page_token=abc&access_token=***&x=1 | Authorization: *** | Cookie: *** | X-CSRF-Token: *** | accept: */* | x-note: is fine | x-jwt-like: *** | {"client_secret":"***","deep":{"q":"token=***&y=2","n":12345678901234567890},"say":"***"}');
	expect(showHeader('location', 'https://h/?ticket=abc&b=c')).toBe('location: https://h/?ticket=***&b=c');
	expect(hideSecrets('grant_type=refresh_token&refresh_token=abc')).toBe('grant_type=refresh_token&refresh_token=***');
});

it('shows the beginning of a long body only, and no half of a secret', () => {
	const masker = new Masker();
	masker.add('known-secret-of-some-length');
	const request = (before: number) => showRequest({method: 'POST', url: 'https://h/', headers: {}, body: JSON.stringify({text: `${'x'.repeat(before)}known-secret-of-some-length`})}, masker);
	expect(request(5000).length).toBeLessThan(2100);
	for (let before = 1960; before < 2000; before++) expect(request(before)).not.toContain('known');
});

it('masks what a dry run shows by the same list', async () => {
	const {stdout} = await runCommand(['feishu-apaas', '--namespace', 'package_a', '--query', 'password=hunter2', ...range.slice(0, 4), '--dry-run'], {fetch: async () => {
		throw new Error('a dry run asks nothing');
	}});
	expect(stdout).toContain('Authorization: Bearer ***');
	expect(stdout).not.toContain('hunter2');
});
