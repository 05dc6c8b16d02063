import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {day, idsOf, run, serveApi, temporaryDirectory} from '../cli/exporter.ts';
import {createAuthority} from '../helpers/certificates.ts';
import {startProxy} from '../helpers/own-proxy.ts';
import {serveTls} from '../helpers/tls-api.ts';

const authority = createAuthority();

beforeAll(async () => {
	const server = createServer();
	server.listen(0, '::1');
	await once(server, 'listening').catch((cause: unknown) => {
		throw new Error('this machine has no IPv6 loopback address (::1), so IPv6 cannot be tested on it: sysctl net.ipv6.conf.lo.disable_ipv6=0', {cause});
	});
	server.close();
});

/** What makes a process find these addresses for these names, and no others for them. */
function hosts(addresses: Readonly<Record<string, readonly string[]>>): Record<string, string> {
	const path = join(temporaryDirectory(), 'hosts.mjs');
	writeFileSync(path, `import dns from 'node:dns';
const addresses = ${JSON.stringify(addresses)};
const {lookup} = dns;
dns.lookup = (name, options, callback) => {
	const found = addresses[name]?.map(address => ({address, family: address.includes(':') ? 6 : 4}));
	if (found === undefined) return lookup(name, options, callback);
	setImmediate(() => options.all ? callback(null, found) : callback(null, found[0].address, found[0].family));
};
`);
	return {NODE_OPTIONS: `--import=${path}`};
}

/** A sandbox over TLS on one address of this machine. */
async function serveOn(address: '::1' | '127.0.0.1') {
	const api = await serveApi({recordsPerDay: 100});
	const port = await serveTls(Number(new URL(api.url).port), authority.issue({names: ['localhost', 'api.example.test', '::1', '127.0.0.1']}), address);
	const path = join(temporaryDirectory(), 'ca.pem');
	writeFileSync(path, authority.cert);
	return {
		port,
		/** How many records an export gets. */
		async exported(host: string, env: Record<string, string> = {}): Promise<number> {
			const {code, stdout, stderr} = await run(['feishu-openapi', ...day, '--base-url', `https://${host}:${port}`], {env: {...api.env, NODE_EXTRA_CA_CERTS: path, ...env}});
			expect({code, stderr}).toEqual({code: 0, stderr: ''});
			return new Set(idsOf(stdout)).size;
		},
	};
}

describe('exports every record', () => {
	it('from an IPv6 address', async () => {
		expect(await (await serveOn('::1')).exported('[::1]')).toBe(100);
	});

	it('from a name that has an IPv6 address only', async () => {
		expect(await (await serveOn('::1')).exported('api.example.test', hosts({'api.example.test': ['::1']}))).toBe(100);
	});

	it.each([['::1', '127.0.0.1'], ['127.0.0.1', '::1']] as const)('from %s where the name has %s before it, which refuses', async (address, refusing) => {
		expect(await (await serveOn(address)).exported('api.example.test', hosts({'api.example.test': [refusing, address]}))).toBe(100);
	});

	it('through a proxy that has an IPv6 address only', async () => {
		const api = await serveOn('127.0.0.1');
		const proxy = await startProxy({to: api.port, host: '::1'});
		expect(await api.exported('api.example.test', {HTTPS_PROXY: `http://${proxy.name}`})).toBe(100);
		const {port} = new URL(`http://${proxy.name}`);
		expect(await api.exported('api.example.test', {HTTPS_PROXY: `http://proxy.example.test:${port}`, ...hosts({'proxy.example.test': ['127.0.0.1', '::1']})})).toBe(100);
	});
});

it('says that both refuse', async () => {
	const {code, stderr} = await run(['feishu-openapi', '--base-url', 'https://api.example.test:1', '--retries', '0'], {
		env: {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'test-secret', ...hosts({'api.example.test': ['127.0.0.1', '::1']})},
	});
	expect(code).toBe(4);
	expect(stderr).toMatch(/: connection refused \(ECONNREFUSED\)\nhint: /);
});
