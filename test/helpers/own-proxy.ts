import {createServer as createPlainServer, type IncomingMessage} from 'node:http';
import {createServer as createSecureServer} from 'node:https';
import {connect, type Socket} from 'node:net';
import type {Certified} from './certificates.ts';
import {listen} from './listening.ts';

/** What a proxy was asked for. */
export interface AskedTunnel {
	readonly target: string;
	/** The header as it came. */
	readonly authorization: string | undefined;
}

export interface OwnProxy {
	/** `host:port`. */
	readonly name: string;
	readonly asked: readonly AskedTunnel[];
}

export interface OwnProxyOptions {
	/** The port of this machine that every host name stands for. */
	readonly to?: number;
	/** What is answered in place of a tunnel: a status line and headers, each ended by CR LF. */
	readonly answer?: string;
	/** Answers 407 unless the header is this. */
	readonly wants?: string;
	/** Makes it a proxy that is asked over TLS. */
	readonly certified?: Certified;
	readonly host?: string;
}

/** A proxy that knows every host name as this machine. */
export async function startProxy({to, answer, wants, certified, host = '127.0.0.1'}: OwnProxyOptions): Promise<OwnProxy> {
	const asked: AskedTunnel[] = [];
	const server = certified === undefined ? createPlainServer() : createSecureServer({cert: certified.cert, key: certified.key});
	server.on('request', (_request, response) => {
		asked.push({target: 'not a tunnel', authorization: undefined});
		response.writeHead(403).end();
	});
	server.on('connect', (request: IncomingMessage, client: Socket) => {
		client.on('error', () => undefined);
		const authorization = request.headers['proxy-authorization'];
		asked.push({target: request.url ?? '', authorization});
		if (answer !== undefined) client.end(`${answer}\r\n`);
		else if (wants !== undefined && authorization !== wants) client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n');
		else if (to === undefined) client.destroy();
		else join(client, to);
	});
	const port = await listen(server, host);
	return {name: `${host.includes(':') ? `[${host}]` : host}:${port}`, asked};
}

function join(client: Socket, port: number): void {
	const upstream = connect(port, '127.0.0.1', () => {
		client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		upstream.pipe(client).pipe(upstream);
	});
	upstream.on('error', () => client.destroy());
	client.on('close', () => upstream.destroy());
}
