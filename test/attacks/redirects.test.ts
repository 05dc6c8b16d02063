import {describe, expect, it} from 'vitest';
import {runCommand} from '../helpers/context.ts';
import {temporaryDirectory} from './hostile.ts';
import {fetches, serve} from './servers.ts';

const statuses = [301, 302, 303, 307, 308];

describe.each(fetches)('a redirect, %s,', (_, create) => {
	it('carries neither token nor secret away, whatever asks', async () => {
		const stolen: string[] = [];
		const thief = await serve((request, response) => {
			stolen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
			response.end('{"code":0}');
		});
		const seen: string[] = [];
		for (const status of statuses) {
			const redirects = await serve((request, response) => {
				seen.push(request.url ?? '');
				response.writeHead(status, {location: `${thief}/take`}).end();
			});
			const api = await serve((request, response) => {
				if (request.url?.includes('token') === true) response.end('{"code":0,"tenant_access_token":"t-1","data":{"access_token":"t-1"},"expire":7200}');
				else response.writeHead(status, {location: `${thief}/take`}).end();
			});
			for (const [args, env] of [
				[['feishu-openapi', '--base-url', redirects], {}], [['feishu-openapi', '--base-url', api], {}], [['trae-openapi', '--base-url', api], {}],
				[['feishu-apaas', '--namespace', 'a', '--base-url', redirects], {FEISHU_USER_ACCESS_TOKEN: 'u-1'}], [['auth', 'login', 'feishu', '--device', '--base-url', redirects], {}],
			] as const) {
				const ran = await runCommand([...args, ...(args[0] === 'auth' ? [] : ['--retries', '0', '--since', '1m'])], {fetch: create(), env: {...env, XDG_DATA_HOME: temporaryDirectory()}});
				expect(ran.code).not.toBe(0);
				expect(ran.stderr).toMatch(/answered with a redirect, which is not followed/);
			}
		}
		expect(seen.length).toBeGreaterThan(2 * statuses.length);
		expect(stolen).toEqual([]);
	});
});
