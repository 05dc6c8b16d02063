import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {KyInstance, Options} from 'ky';
import {beforeEach, describe, expect, it, vi} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {createFetch} from '../../src/http/fetch.ts';
import {temporaryDirectory} from '../attacks/hostile.ts';
import {serve} from '../attacks/servers.ts';
import {runCommand} from '../helpers/context.ts';
import {everySource} from '../helpers/every-source.ts';

/** What ky was about to send, as it says itself. */
const madeByKy: string[] = [];

vi.mock('ky', async importOriginal => {
	const {default: ky} = await importOriginal<{default: KyInstance}>();
	const hooks = {beforeRequest: [({method, url}: Request) => {
		madeByKy.push(`${method} ${url}`);
	}]};
	return {default: {create: (options: Options) => ky.create(options).extend({hooks})}};
});

beforeEach(() => {
	madeByKy.length = 0;
});

/** A server that knows nobody, and what it was asked for. */
async function serveStrangers(): Promise<{url: string; asked: string[]}> {
	const asked: string[] = [];
	const url = await serve((request, response) => {
		asked.push(`${request.method} ${url}${request.url}`);
		const isToken = request.url?.includes('access_token') === true;
		response.end(isToken ? '{"code":0,"tenant_access_token":"t-1","data":{"access_token":"t-1"},"expire":7200}' : '{"code":99991672,"msg":"no"}');
	});
	return {url, asked};
}

it.each<readonly [string, readonly string[]]>([
	...everySource.map(({args: [name = '', ...args]}) => [name, args] as const),
	['doctor', ['feishu-openapi']], ['doctor', ['trae-openapi']], ['auth', ['login', 'feishu', '--device']],
])('%s sends nothing that ky did not make', async (command, args) => {
	const {url, asked} = await serveStrangers();
	const env = {FEISHU_USER_ACCESS_TOKEN: 'u-user-token-value', XDG_DATA_HOME: temporaryDirectory()};
	await runCommand([command, ...args, '--base-url', url, ...(command === 'auth' || command === 'doctor' ? [] : ['--since', '1m', '--retries', '0'])], {fetch: createFetch({}), env});
	expect(asked.length).toBeGreaterThan(0);
	expect(asked).toEqual(madeByKy);
});

describe('a request', () => {
	it('goes to a fetch as parts that any fetch understands', async () => {
		const given: unknown[][] = [];
		const fetch: Fetch = async (...request) => {
			given.push(request);
			return Response.json({code: 0, tenant_access_token: 't-1', expire: 7200, data: {items: [], has_more: false}});
		};
		await runCommand(['feishu-openapi', '--since', '1m', '--base-url', 'https://api.example.test/below'], {fetch});
		expect(given).toHaveLength(2);
		expect(given[0]).toEqual(['https://api.example.test/below/open-apis/auth/v3/tenant_access_token/internal', {
			method: 'POST', redirect: 'manual', body: '{"app_id":"cli_test","app_secret":"feishu-secret-value"}',
			headers: {accept: 'application/json', 'content-type': 'application/json; charset=utf-8'},
			signal: expect.any(AbortSignal) as AbortSignal, maxResponseBytes: 256 * 2 ** 20, onWritten: expect.any(Function) as () => void,
		}]);
		expect(given[1]).toMatchObject([expect.any(String), {headers: {authorization: 'Bearer t-1'}, maxResponseBytes: 256 * 2 ** 20}]);
	});
});

it('only the network\'s own room knows ky, p-retry and connections to servers', () => {
	const root = fileURLToPath(new URL('../../src/', import.meta.url));
	const files = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter(path => path.endsWith('.ts') && !path.startsWith('sandbox/'));
	const importing = (pattern: RegExp) => files.filter(path => pattern.test(readFileSync(join(root, path), 'utf8'))).toSorted();
	expect(importing(/(?:from |import\()'ky'/)).toEqual(['http/client.ts']);
	expect(importing(/(?:from |import\()'p-retry'/)).toEqual(['http/retry.ts']);
	expect(importing(/(?:from |import\()'(?:undici|axios|got|node:http2?|node:https|node:tls)'/)).toEqual(['access/auth/loopback.ts', 'http/fetch.ts', 'http/tunnel.ts']);
	expect(importing(/\bnew (?:XMLHttpRequest|WebSocket|EventSource)\b|globalThis\.fetch|\bsendBeacon\(/)).toEqual([]);
});
