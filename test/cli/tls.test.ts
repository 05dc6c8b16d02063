import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {createAuthority, selfSigned, type Certified} from '../helpers/certificates.ts';
import {serveTls} from '../helpers/tls-api.ts';
import {day, idsOf, run, serveApi, temporaryDirectory} from './exporter.ts';

const authority = createAuthority();
const DAY = 86_400_000;

/** A sandbox over TLS, asked as `localhost` by an export that trusts the authority. */
async function exportOver(certified: Certified, env: Record<string, string> = {}) {
	const api = await serveApi({recordsPerDay: 100});
	const port = await serveTls(Number(new URL(api.url).port), certified);
	const path = join(temporaryDirectory(), 'ca.pem');
	writeFileSync(path, authority.cert);
	const ended = await run(['feishu-openapi', ...day, '--base-url', `https://localhost:${port}`], {env: {...api.env, NODE_EXTRA_CA_CERTS: path, ...env}});
	return {...ended, requests: api.requests.length};
}

it('trusts the authority of NODE_EXTRA_CA_CERTS', async () => {
	const {code, stdout, stderr} = await exportOver(authority.issue());
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(new Set(idsOf(stdout)).size).toBe(100);
});

describe('ends with exit 4, at once and saying why, when the certificate', () => {
	it.each<readonly [string, Certified, error: string, hint: RegExp]>([
		['is signed by an authority that is not trusted', createAuthority('Another').issue(), 'the TLS certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)', /NODE_EXTRA_CA_CERTS=/],
		['is self-signed', selfSigned(), 'the TLS certificate is not trusted: it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)', /NODE_EXTRA_CA_CERTS=/],
		['has expired', authority.issue({notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY)}), 'the TLS certificate has expired (CERT_HAS_EXPIRED)', /clock.*renewed/],
		['is not valid yet', authority.issue({notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 2 * DAY)}), 'the TLS certificate is not valid yet (CERT_NOT_YET_VALID)', /clock/],
		['is for another host', authority.issue({names: ['proxy.example', '127.0.0.1']}), 'the TLS certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)', /check the host of --base-url/],
	])('%s', async (_, certified, error, hint) => {
		const {code, stdout, stderr, requests} = await exportOver(certified);
		expect({code, stdout, requests}).toEqual({code: 4, stdout: '', requests: 0});
		const [first = '', second = '', ...others] = stderr.split('\n');
		expect(first.replace(/^error: feishu-openapi: POST \S+: /, '')).toBe(error);
		expect(second).toMatch(/^hint: /);
		expect(second).toMatch(hint);
		expect(others).toEqual(['']);
	});
});

it('says what a port that speaks no TLS is', async () => {
	const api = await serveApi();
	const {code, stderr} = await run(['feishu-openapi', '--base-url', api.url.replace('http:', 'https:'), '--retries', '0'], {env: api.env});
	expect(code).toBe(4);
	expect(stderr).toMatch(/: no TLS connection \(\w+\)\nhint: the port may not speak TLS: check the scheme and port of --base-url\n$/);
});
