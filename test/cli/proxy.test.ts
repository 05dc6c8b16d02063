import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {createAuthority, type Certified} from '../helpers/certificates.ts';
import {startProxy, type OwnProxyOptions} from '../helpers/own-proxy.ts';
import {serveTls} from '../helpers/tls-api.ts';
import {day, idsOf, run, serveApi, start, temporaryDirectory, until} from './exporter.ts';

const authority = createAuthority();
const apiCertificate = authority.issue({names: ['api.example.test']});
const baseUrl = ['--base-url', 'https://api.example.test'];
const credentials = {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'test-secret'};

function certificateFile({cert}: Pick<Certified, 'cert'>): string {
	const path = join(temporaryDirectory(), 'ca.pem');
	writeFileSync(path, cert);
	return path;
}

/** A sandbox over TLS behind a proxy, and an export from it. */
async function behindProxy(proxyOptions: OwnProxyOptions = {}) {
	const api = await serveApi({recordsPerDay: 100});
	const proxy = await startProxy({...proxyOptions, to: await serveTls(Number(new URL(api.url).port), apiCertificate)});
	return {
		proxy, api,
		start: (env: Record<string, string>, args = ['feishu-openapi', ...day]) => start([...args, ...baseUrl], {env: {...api.env, NODE_EXTRA_CA_CERTS: certificateFile(authority), ...env}}),
	};
}

describe('through a proxy', () => {
	it('exports from a host that only the proxy knows, with the user and password of its URL', async () => {
		const wants = `Basic ${Buffer.from('usér:p@ss/w:rd%').toString('base64')}`;
		const {proxy, start: startBehind} = await behindProxy({wants});
		const {code, stdout, stderr} = await startBehind({HTTPS_PROXY: `http://us%C3%A9r:p%40ss%2Fw%3Ard%25@${proxy.name}`}).ended;
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		expect(new Set(idsOf(stdout)).size).toBe(100);
		// One tunnel serves all requests that follow each other.
		expect(proxy.asked.length).toBeLessThanOrEqual(4);
		expect(new Set(proxy.asked.map(({target, authorization}) => `${target} ${authorization}`))).toEqual(new Set([`api.example.test:443 ${wants}`]));
	});

	it('asks a proxy over TLS whose URL says so, and trusts it by the same CA file', async () => {
		const {proxy, start: startBehind} = await behindProxy({certified: authority.issue()});
		const {code, stdout, stderr} = await startBehind({https_proxy: `https://${proxy.name}`, NO_PROXY: 'other.example'}).ended;
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		expect(idsOf(stdout)).toHaveLength(100);
	});

	it('signs in and examines over the same proxy', async () => {
		const {proxy, start: startBehind} = await behindProxy();
		const env = {ALL_PROXY: proxy.name};
		const doctor = await startBehind(env, ['doctor', 'feishu-openapi']).ended;
		expect(doctor.stdout + doctor.stderr).toContain(`${proxy.name} (ALL_PROXY)`);
		expect(doctor.stdout + doctor.stderr).toContain("within 5s of the server's");
		const asked = proxy.asked.length;
		const signIn = startBehind(env, ['auth', 'login', 'feishu', '--device']);
		// The code to type comes from the server.
		await until(() => /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/.test(signIn.stderr()));
		signIn.process.kill('SIGINT');
		expect((await signIn.ended).code).toBe(130);
		expect(proxy.asked.length).toBeGreaterThan(asked);
	});
});

it('reaches loopback without the proxy', async () => {
	const proxy = await startProxy({});
	const api = await serveApi();
	const env = {HTTPS_PROXY: proxy.name, HTTP_PROXY: proxy.name, ALL_PROXY: proxy.name};
	const {code, stdout, stderr} = await run([...api.flags, ...day], {env: {...api.env, ...env}});
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(idsOf(stdout)).toHaveLength(1000);
	expect(proxy.asked).toEqual([]);
});

it('does not repeat a password in a proxy that is none, also where it shows everything', async () => {
	const {code, stdout, stderr} = await run(['feishu-openapi', '--debug'], {env: {...credentials, HTTPS_PROXY: 'http://user:proxy-password@:x'}});
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(/^error: HTTPS_PROXY is not the URL of a proxy\nhint: write http:\/\/host:port/m);
	expect(stderr).not.toContain('proxy-password');
});
