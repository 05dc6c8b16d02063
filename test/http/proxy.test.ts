import {createServer} from 'node:http';
import {connect, createServer as createTcpServer} from 'node:net';
import {describe, expect, it} from 'vitest';
import {createFetch} from '../../src/http/fetch.ts';
import {createAuthority} from '../helpers/certificates.ts';
import {runCommand} from '../helpers/context.ts';
import {listen} from '../helpers/listening.ts';
import {startProxy} from '../helpers/own-proxy.ts';
import {serveTls} from '../helpers/tls-api.ts';

const authority = createAuthority();

/** What an export says that gets no further than its proxy. */
async function stoppedBy(env: Record<string, string>, {baseUrl = 'https://api.example.test', retries = 0, exitCode = 4, timeout = '30s'} = {}) {
	const {code, stdout, stderr} = await runCommand(['feishu-openapi', '--base-url', baseUrl, '--retries', String(retries), '--timeout', timeout], {fetch: createFetch(env)});
	expect({code, stdout}).toEqual({code: exitCode, stdout: ''});
	const [, problem = '', hint = ''] = /^error: (.*)\nhint: (.*)\n$/.exec(stderr) ?? [];
	return {problem: problem.replace(/^feishu-openapi: POST \S+: /, ''), hint};
}

/** What the proxy does, its answer, what is said of it, and what the URL of the proxy holds and how often it is asked. */
type RefusedTunnel = readonly [name: string, status: string, problem: RegExp, hint: RegExp, userinfo: string, attempts: number];

describe('a proxy that opens no tunnel', () => {
	it.each<RefusedTunnel>([
		['asks for credentials', '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"', /^the proxy asks for a user and a password: \S+ \(HTTP 407\)$/, /write them into HTTPS_PROXY/, '', 1],
		['refuses credentials', '407 Proxy Authentication Required', /^the proxy asks for a user and a password other than those it got: \S+ \(HTTP 407\)$/, /correct them in HTTPS_PROXY/, 'user:proxy-password@', 1],
		['answers wrong credentials as a server would', '401 Unauthorized', /other than those it got: \S+ \(HTTP 401\)$/, /correct them in HTTPS_PROXY/, 'user:proxy-password@', 1],
		['wants to be signed in to otherwise', '407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM', /by Negotiate or NTLM, and only Basic is supported/, /cntlm/, '', 1],
		['forbids the host', '403 Forbidden', /^a tunnel to api\.example\.test:443 is refused by the proxy \S+ \(HTTP 403\)$/, /allow it; else check HTTPS_PROXY.* NO_PROXY/, '', 1],
		['does not reach the host', '502 Bad Gateway', /^the proxy \S+ does not reach api\.example\.test:443 \(HTTP 502\)$/, /check the host/, '', 2],
		['answers with a redirect', '302 Found\r\nLocation: https://sign-in.example/', /^no tunnel to api\.example\.test:443 from the proxy \S+ \(HTTP 302\)$/, /names an HTTP proxy/, '', 2],
	])('and %s', async (_, status, problem, hint, userinfo, attempts) => {
		const proxy = await startProxy({answer: `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n`});
		const said = await stoppedBy({HTTPS_PROXY: `http://${userinfo}${proxy.name}`}, {retries: 1});
		expect(said.problem).toMatch(problem);
		expect(said.problem).toContain(proxy.name);
		expect(said.hint).toMatch(hint);
		expect(JSON.stringify(said)).not.toContain('proxy-password');
		// What lasts is not tried again: wrong passwords lock accounts.
		expect(proxy.asked.map(({target}) => target)).toEqual(Array.from({length: attempts}, () => 'api.example.test:443'));
	});

	it('but closes the connection', async () => {
		const {name} = await startProxy({});
		const {problem, hint} = await stoppedBy({https_proxy: name});
		expect(problem).toBe(`the proxy ${name}: connection reset (ECONNRESET)`);
		expect(hint).toMatch(/https_proxy/);
	});

	it('because nothing listens there', async () => {
		const {problem, hint} = await stoppedBy({ALL_PROXY: 'http://127.0.0.1:1'});
		expect(problem).toBe('the proxy 127.0.0.1:1: connection refused (ECONNREFUSED)');
		expect(hint).toMatch(/^check the scheme, host and port in ALL_PROXY/);
	});

	it('because its name does not exist', async () => {
		// No server needs to be asked to know that there is no name as long as this.
		const {problem} = await stoppedBy({HTTP_PROXY: `http://${'x'.repeat(64)}:3128`});
		expect(problem).toMatch(/^the proxy x+:3128: host name not found \(ENOTFOUND\)$/);
	});

	it('because it is no HTTP server', async () => {
		const port = await listen(createTcpServer(socket => {
			socket.end('220 mail.example ESMTP\r\n');
		}));
		expect((await stoppedBy({HTTPS_PROXY: `http://127.0.0.1:${port}`})).problem).toMatch(/^the proxy 127\.0\.0\.1:\d+: the answer is not HTTP \(HPE_\w+\)$/);
	});

	it('because it does not speak TLS', async () => {
		const {name} = await startProxy({});
		const {problem, hint} = await stoppedBy({HTTPS_PROXY: `https://${name}`});
		expect(problem).toMatch(/: no TLS connection \(\w+\)$/);
		expect(hint).toMatch(/scheme.* in HTTPS_PROXY/);
	});

	it('because its own certificate is not trusted', async () => {
		const {name, asked} = await startProxy({certified: authority.issue()});
		const {problem, hint} = await stoppedBy({HTTPS_PROXY: `https://user:proxy-password@${name}`}, {retries: 5});
		expect(problem).toMatch(/^the proxy \S+: the TLS certificate is not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/);
		expect(hint).toMatch(/HTTPS_PROXY.*NODE_EXTRA_CA_CERTS=/);
		expect(asked).toEqual([]);
	});
});

describe('a proxy that answers CONNECT as no proxy should', () => {
	const page = '<!doctype html><title>Sign in</title>';
	it.each([
		['with a page', `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`],
		['with data before anything was asked', 'HTTP/1.1 200 OK\r\n\r\n220 mail.example ESMTP\r\n'],
		['with nothing (204)', 'HTTP/1.1 204 No Content\r\n\r\n'],
		['with a sign-in for its network', 'HTTP/1.1 511 Network Authentication Required\r\n\r\n'],
		['with interim answers and no end', 'HTTP/1.1 102 Processing\r\n\r\n'],
		['with interim answers and then no HTTP', 'HTTP/1.1 103 Early Hints\r\n\r\nwhatever\r\n\r\n'],
		['with interim answers and then a refusal', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n'],
		['with a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
		['with a page and no HTTP', page],
	])('%s is blamed by name', async (_, words) => {
		const port = await listen(createTcpServer(socket => {
			socket.once('data', () => socket.end(words));
		}));
		const {problem, hint} = await stoppedBy({HTTPS_PROXY: `http://127.0.0.1:${port}`});
		expect(problem).toContain(`the proxy 127.0.0.1:${port}`);
		expect(hint).toContain('HTTPS_PROXY');
		expect(hint).not.toContain('--base-url');
	});

	it('and is silent, or silent after its answer, is blamed when the time limit passes', async () => {
		for (const words of ['', 'HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n']) {
			const port = await listen(createTcpServer(socket => {
				socket.once('data', () => socket.write(words));
			}));
			const {problem} = await stoppedBy({HTTPS_PROXY: `http://127.0.0.1:${port}`}, {timeout: '1s'});
			expect(problem).toBe(`the proxy 127.0.0.1:${port}: no tunnel to api.example.test:443 in time`);
		}
	});
});

it.each(['HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'])('waits for the final answer to CONNECT after %j', async interim => {
	const api = await serveTls(1, createAuthority('Interception').issue({names: ['api.example.test']}));
	const port = await listen(createTcpServer(client => {
		client.once('data', () => {
			client.write(interim);
			setTimeout(() => {
				const upstream = connect(api, '127.0.0.1', () => {
					client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
					upstream.pipe(client).pipe(upstream);
				});
				upstream.on('error', () => client.destroy());
			}, 20);
		});
	}));
	// Whose certificate it does not trust: so it has come through to there.
	expect((await stoppedBy({HTTPS_PROXY: `127.0.0.1:${port}`})).problem).toBe('the TLS certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)');
});

it('trusts no certificate that a proxy has put in place of the API', async () => {
	const proxy = await startProxy({to: await serveTls(1, createAuthority('Interception').issue({names: ['api.example.test']}))});
	const {problem, hint} = await stoppedBy({HTTPS_PROXY: proxy.name}, {retries: 5});
	expect(problem).toBe('the TLS certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)');
	expect(hint).toContain('NODE_EXTRA_CA_CERTS=');
	expect(proxy.asked).toHaveLength(1);
});

it('says so when the tunnel leads to no TLS, and when it breaks off', async () => {
	const plain = await startProxy({to: await listen(createTcpServer(socket => socket.end('220 mail.example ESMTP\r\n')))});
	expect((await stoppedBy({HTTPS_PROXY: plain.name})).problem).toMatch(/^(?:the proxy \S+: no TLS connection through its tunnel to api\.example\.test:443: no TLS connection \(\w+\)|no tunnel to api\.example\.test:443 from the proxy \S+ \(HTTP 200\))$/);
	const broken = await startProxy({to: await listen(createTcpServer(socket => socket.once('data', () => socket.destroy())))});
	expect((await stoppedBy({HTTPS_PROXY: broken.name})).problem).toMatch(/^the proxy \S+: no TLS connection through its tunnel to api\.example\.test:443: connection reset \(ECONNRESET\)$/);
});

it('asks for addresses as they are', async () => {
	const proxy = await startProxy({});
	await stoppedBy({HTTPS_PROXY: proxy.name}, {baseUrl: 'https://[fd00::1]:8443'});
	await stoppedBy({HTTPS_PROXY: proxy.name}, {baseUrl: 'https://10.1.2.3'});
	expect(proxy.asked.map(({target}) => target)).toEqual(['[fd00::1]:8443', '10.1.2.3:443']);
});

it('names the proxy also when one that nobody configured answers 407 in place of the API', async () => {
	const port = await listen(createServer((_request, response) => {
		response.writeHead(407).end();
	}));
	expect((await stoppedBy({}, {baseUrl: `http://127.0.0.1:${port}`, retries: 5})).problem).toMatch(/^the proxy asks for a user and a password/);
});

it('reaches the hosts of NO_PROXY without the proxy', async () => {
	const proxy = await startProxy({});
	const {problem} = await stoppedBy({HTTPS_PROXY: proxy.name, NO_PROXY: 'example.test,0.0.0.0/8'}, {baseUrl: 'https://0.0.0.0:1'});
	expect(problem).toBe('connection refused (ECONNREFUSED)');
	expect(proxy.asked).toEqual([]);
});

it('goes no way around a proxy that it does not support', async () => {
	const {problem, hint} = await stoppedBy({HTTPS_PROXY: 'socks5://user:proxy-password@127.0.0.1:1080'}, {exitCode: 2});
	expect(problem).toBe('HTTPS_PROXY names a SOCKS proxy, and only HTTP proxies are supported');
	expect(hint).toContain('http://host:port');
});
