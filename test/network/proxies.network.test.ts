import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {day, idsOf, run, serveApi, temporaryDirectory} from '../cli/exporter.ts';
import {createAuthority} from '../helpers/certificates.ts';
import {serveTls} from '../helpers/tls-api.ts';
import {hiddenName, proxyUser, startSquid, startTinyproxy, tinyproxyPassword, type DebianProxyOptions, type StartDebianProxy} from './debian-proxy.ts';

const authority = createAuthority();

/** Tinyproxy finds hosts as this machine does, so it is asked for an address of it that is not exempt as loopback. */
const proxies: ReadonlyArray<readonly [name: string, start: StartDebianProxy, apiHost: string, password: string]> = [
	['squid', startSquid, hiddenName, proxyUser.password],
	['tinyproxy', startTinyproxy, '0.0.0.0', tinyproxyPassword],
];

/** A sandbox over TLS, a proxy before it, and the exporter with the proxy in its environment. */
async function setUp(start: StartDebianProxy, apiHost: string, options: Partial<DebianProxyOptions> = {}) {
	const api = await serveApi({recordsPerDay: 100});
	const apiPort = await serveTls(Number(new URL(api.url).port), authority.issue({names: [apiHost]}));
	const proxy = await start({allowedPort: apiPort, ...options});
	const caFile = join(temporaryDirectory(), 'ca.pem');
	writeFileSync(caFile, authority.cert);
	return {
		api, proxy,
		run: async (proxyUrl: string, {args = ['feishu-openapi', ...day], host = apiHost, port = apiPort, env = {}}: {args?: string[]; host?: string; port?: number; env?: Record<string, string>} = {}) =>
			run([...args, '--base-url', `https://${host}:${port}`], {env: {...api.env, NODE_EXTRA_CA_CERTS: caFile, HTTPS_PROXY: proxyUrl, ...env}}),
	};
}

const literal = (text: string) => text.replaceAll(/[[\].]/g, '\\$&');

describe.each(proxies)('through %s', (_, start, apiHost, password) => {
	const userinfo = `${proxyUser.name}:${encodeURIComponent(password)}@`;

	it('exports every record, with the user and password of its URL', async () => {
		const {proxy, api, run: runBehind} = await setUp(start, apiHost);
		const {code, stdout, stderr} = await runBehind(`http://${userinfo}${proxy}`);
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		expect(new Set(idsOf(stdout)).size).toBe(100);
		expect(api.requests.length).toBeGreaterThan(0);
	});

	it('examines, and names the proxy without its password', async () => {
		const {proxy, run: runBehind} = await setUp(start, apiHost);
		const {stdout, stderr} = await runBehind(`${userinfo}${proxy}`, {args: ['doctor', 'feishu-openapi']});
		expect(stdout + stderr).toContain(`${proxy} (HTTPS_PROXY)`);
		expect(stdout + stderr).toContain("within 5s of the server's");
		expect(stdout + stderr).not.toContain(password);
	});

	it.each([['no', '', 'the proxy asks for a user and a password: '], ['wrong', 'audit:wrong@', 'the proxy asks for a user and a password other than those it got: ']])('ends with exit 4 with %s credentials', async (_kind, given, problem) => {
		const {proxy, api, run: runBehind} = await setUp(start, apiHost);
		const {code, stdout, stderr} = await runBehind(`http://${given}${proxy}`);
		expect({code, stdout}).toEqual({code: 4, stdout: ''});
		expect(stderr).toMatch(new RegExp(`${problem}${literal(proxy)} \\(HTTP 40[17]\\)\nhint: `));
		expect(api.requests).toEqual([]);
	});

	it('ends with exit 4 where it forbids the port', async () => {
		const {proxy, run: runBehind} = await setUp(start, apiHost);
		const {code, stderr} = await runBehind(`http://${userinfo}${proxy}`, {port: 9});
		expect(code).toBe(4);
		expect(stderr).toMatch(new RegExp(`: a tunnel to ${apiHost}:9 is refused by the proxy ${literal(proxy)} \\(HTTP 403\\)\nhint: `));
	});

	it('ends with exit 4 where it does not find the host', async () => {
		const {proxy, run: runBehind} = await setUp(start, apiHost);
		const {code, stderr} = await runBehind(`http://${userinfo}${proxy}`, {host: 'api.invalid', args: ['feishu-openapi', '--retries', '0']});
		expect(code).toBe(4);
		expect(stderr).toMatch(/: the proxy \S+ does not reach api\.invalid:\d+ \(HTTP 5\d\d\)\nhint: check the host/);
	});

	it('trusts no authority that it was not told of', async () => {
		const {proxy, api, run: runBehind} = await setUp(start, apiHost);
		const {code, stderr} = await runBehind(`http://${userinfo}${proxy}`, {env: {NODE_EXTRA_CA_CERTS: ''}});
		expect(code).toBe(4);
		expect(stderr).toMatch(/: the TLS certificate is not trusted \(\w+\)\nhint: .*NODE_EXTRA_CA_CERTS=/);
		expect(api.requests).toEqual([]);
	});

	it('on IPv6 exports every record', async () => {
		const {proxy, run: runBehind} = await setUp(start, apiHost, {host: '::1'});
		const {code, stdout, stderr} = await runBehind(`http://${userinfo}${proxy}`);
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		expect(idsOf(stdout)).toHaveLength(100);
	});
});

it('asks squid over TLS', async () => {
	const {proxy, run: runBehind} = await setUp(startSquid, hiddenName, {certified: authority.issue()});
	const {code, stdout, stderr} = await runBehind(`https://${proxyUser.name}:${encodeURIComponent(proxyUser.password)}@${proxy}`);
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(idsOf(stdout)).toHaveLength(100);
});
