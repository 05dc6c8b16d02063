import {createServer, request as forward, type IncomingMessage, type Server} from 'node:http';
import {connect, type AddressInfo, type Socket} from 'node:net';
import {expect, it, onTestFinished} from 'vitest';
import {withProxy} from '../../src/http/proxy.ts';
import {UsageError} from '../../src/errors.ts';

async function listen(server: Server): Promise<number> {
	const sockets = new Set<Socket>();
	server.on('connection', socket => {
		sockets.add(socket);
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(async () => {
		for (const socket of sockets) socket.destroy();
		await new Promise(resolve => {
			server.close(resolve);
		});
	});
	return (server.address() as AddressInfo).port;
}

/** A server that answers with the path it was asked for. */
async function startOrigin(): Promise<number> {
	return listen(createServer((request, response) => {
		response.end(`origin ${request.url ?? ''}`);
	}));
}

/** A proxy that knows every host name as this machine; tells which hosts it was asked for. */
async function startProxy(originPort: number) {
	const hosts: string[] = [];
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? '');
		hosts.push(url.host);
		request.pipe(forward({port: originPort, path: url.pathname, method: request.method, headers: {...request.headers}}, answer => {
			response.writeHead(answer.statusCode ?? 502);
			answer.pipe(response);
		}));
	});
	server.on('connect', (request: IncomingMessage, client: Socket) => {
		hosts.push(request.url ?? '');
		const upstream = connect(originPort, '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			upstream.pipe(client).pipe(upstream);
		});
		for (const socket of [client, upstream]) socket.on('error', () => client.destroy());
	});
	return {hosts, port: await listen(server)};
}

const fetchOf = async (env: Record<string, string>) => withProxy({env, fetch: async (input, init) => fetch(input, init)});

it.each(['HTTP_PROXY', 'http_proxy'])('reaches hosts through the proxy of %s', async name => {
	const origin = await startOrigin();
	const proxy = await startProxy(origin);
	const throughProxy = await fetchOf({[name]: `http://127.0.0.1:${proxy.port}`});
	const answer = await throughProxy('http://api.example.test/some/path');
	expect(await answer.text()).toBe('origin /some/path');
	expect(proxy.hosts.map(host => host.replace(/:80$/, ''))).toEqual(['api.example.test']);
});

it('takes a proxy without a scheme for http, as curl does', async () => {
	const proxy = await startProxy(await startOrigin());
	const throughProxy = await fetchOf({HTTP_PROXY: `127.0.0.1:${proxy.port}`});
	expect((await throughProxy(new Request('http://api.example.test/'))).status).toBe(200);
	expect(proxy.hosts).toHaveLength(1);
});

it('asks the proxy of HTTPS_PROXY for a tunnel to the host', async () => {
	const proxy = await startProxy(await startOrigin());
	const throughProxy = await fetchOf({HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`});
	// Behind the tunnel stands a server that does not speak TLS.
	await expect(throughProxy('https://api.example.test/')).rejects.toThrow('fetch failed');
	expect(proxy.hosts).toEqual(['api.example.test:443']);
});

it.each(['127.0.0.1', 'localhost'])('reaches %s directly', async host => {
	const origin = await startOrigin();
	const proxy = await startProxy(origin);
	const throughProxy = await fetchOf({HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`});
	expect(await (await throughProxy(`http://${host}:${origin}/`)).text()).toBe('origin /');
	expect(await (await throughProxy(new URL(`http://${host}:${origin}/`), {method: 'POST', body: 'x'})).text()).toBe('origin /');
	expect(proxy.hosts).toEqual([]);
});

it('reaches the hosts of NO_PROXY directly', async () => {
	const origin = await startOrigin();
	const proxy = await startProxy(origin);
	// A name of this machine that is not one of the loopback names.
	const url = `http://0.0.0.0:${origin}/`;
	const env = {HTTP_PROXY: `http://127.0.0.1:${proxy.port}`};
	await (await (await fetchOf({...env, NO_PROXY: 'elsewhere.example,0.0.0.0'}))(url)).text();
	expect(proxy.hosts).toEqual([]);
	await (await (await fetchOf({...env, NO_PROXY: 'elsewhere.example'}))(url)).text();
	expect(proxy.hosts).toEqual([`0.0.0.0:${origin}`]);
});

it('changes nothing where no proxy is set', async () => {
	const own = async () => new Response('');
	expect(await withProxy({env: {}, fetch: own})).toBe(own);
	expect(await withProxy({env: {HTTPS_PROXY: '', http_proxy: ''}, fetch: own})).toBe(own);
});

it.each(['http://', 'ftp://proxy.example:21', '::', 'http://user:pass word@:x'])('refuses %s as a proxy with a usage error that does not repeat it', async proxy => {
	const failure: unknown = await fetchOf({HTTPS_PROXY: proxy}).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(UsageError);
	expect(failure).toMatchObject({message: 'HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy'});
});
