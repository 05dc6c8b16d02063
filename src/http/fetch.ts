import type {Agent, IncomingMessage, request as sendRequest} from 'node:http';
import type {RequestOptions} from 'node:https';
import type {Duplex} from 'node:stream';
import {promisify} from 'node:util';
import {brotliDecompress, gunzip, inflate, inflateRaw} from 'node:zlib';
import type {Fetch, FetchInit} from '../base/context.ts';
import {BodyCollector, defaultMaxResponseBytes, overLimit} from './body.ts';
import {unfinishedTunnel} from './network-problem.ts';
import {perAddressMs, routeTo, type Proxy} from './proxy.ts';
import type {TunnelledRequest} from './tunnel.ts';

/** A host that does not take a connection in this time counts as not reachable. */
const connectTimeoutMs = 10_000;

/** What the built-in `fetch` sends as well. */
const defaultHeaders = {'accept-encoding': 'gzip, deflate, br', 'user-agent': 'node'};

/** The answers that have no body, which `Response` insists on. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** Node's client for one scheme, with its open connections. */
interface HttpClient {
	readonly request: typeof sendRequest;
	readonly agent: Agent;
	/** Whose tunnels the connections go through. */
	readonly proxy?: Proxy | undefined;
}

/**
 * A `fetch` over Node's own HTTP client: the only place that opens connections to servers. It goes the way that the
 * environment's proxy variables say (see `routeTo`), keeps connections open for the requests that follow, follows no
 * redirect, and tells more exactly than the built-in one what went wrong.
 * @throws UsageError with the first request for which the variable that counts does not name an HTTP proxy
 */
export function createFetch(env: Readonly<Record<string, string | undefined>>): Fetch {
	let plain: Promise<HttpClient> | undefined;
	let secure: Promise<HttpClient> | undefined;
	const find = async (origin: string): Promise<HttpClient> => {
		const {proxy} = routeTo(origin, env);
		if (proxy !== undefined) return openHttps(proxy);
		return origin.startsWith('https:') ? secure ??= openHttps() : plain ??= openHttp();
	};
	const ways = new Map<string, Promise<HttpClient>>();
	return async function fetch(input, init = {}): Promise<Response> {
		if (typeof input !== 'string' || typeof (init.body ?? '') !== 'string') {
			const request = new Request(input, init);
			const {url, method, headers} = request;
			const body = request.body === null ? null : await request.text();
			return fetch(url, {...init, method, headers, body, signal: init.signal ?? request.signal});
		}
		const target = new URL(input);
		let way = ways.get(target.origin);
		if (way === undefined) {
			way = find(target.origin);
			ways.set(target.origin, way);
		}
		return exchange(await way, target, init);
	};
}

/** Sends one request, its body a text, and resolves with the answer's head. */
async function exchange({request: send, agent, proxy}: HttpClient, target: URL, init: FetchInit): Promise<Response> {
	const {method = 'GET', headers, signal, onWritten, maxResponseBytes = defaultMaxResponseBytes} = init;
	const body = typeof init.body === 'string' ? init.body : undefined;
	signal?.throwIfAborted();
	return new Promise((resolve, reject) => {
		const {protocol, hostname, port, pathname, search} = target;
		// Taken apart here: Node takes five times as long for it.
		const options: RequestOptions = {
			method, agent, protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, path: `${pathname}${search}`,
			headers: {
				...defaultHeaders, ...(headers instanceof Headers || Array.isArray(headers) ? Object.fromEntries(headers) : headers),
				...(body === undefined ? {} : {'content-length': Buffer.byteLength(body)}),
			},
		};
		const tunnelled: TunnelledRequest | undefined = proxy === undefined ? undefined : {...options, ending: signal};
		const request = send(tunnelled ?? options);
		let isConnected = false;
		let connecting: NodeJS.Timeout | undefined;
		let answer: IncomingMessage | undefined;
		request.on('socket', socket => {
			isConnected = true;
			socket.off('data', giveUp);
			if (!socket.connecting) {
				onWritten?.();
				return;
			}
			connecting = setTimeout(() => {
				request.destroy(Object.assign(new Error('connecting takes too long'), {code: 'ETIMEDOUT'}));
			}, connectTimeoutMs);
			socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
				clearTimeout(connecting);
				onWritten?.();
			});
		});
		request.on('response', message => {
			// No API answers so: a proxy that nobody configured stands in its place. `fetch` fails there, too.
			if (message.statusCode === 407) request.destroy(new Error('Proxy response (407)'));
			else resolve(toResponse(answer = message, maxResponseBytes));
		});
		// After the head it is the body that cannot be read: what is wrong with it, and not only that it ended. What follows a
		// whole answer is wrong, too, and no part of it.
		request.on('error', error => {
			if (answer === undefined) reject(error);
			else if (!answer.complete) answer.destroy(error);
		});
		request.on('close', () => {
			clearTimeout(connecting);
			// A change of protocol (101) ends the request without an answer and without an error.
			reject(Object.assign(new Error('closed without an answer'), {code: 'ECONNRESET'}));
		});
		signal?.addEventListener('abort', () => {
			const {reason}: {reason: unknown} = signal;
			const error = reason instanceof Error ? reason : new Error(String(reason));
			// At once: of a request that has no connection yet, the agent would tell its own story.
			reject(proxy === undefined || isConnected ? error : unfinishedTunnel(proxy, target, error));
			answer?.destroy(error);
			request.destroy(error);
		}, {once: true});
		request.end(body);
	});
}

// Loaded when they are needed: most commands ask nobody, and TLS is large.
async function openHttp(): Promise<HttpClient> {
	const {Agent, request} = await import('node:http');
	return {request, agent: watchIdle(new Agent({keepAlive: true, autoSelectFamilyAttemptTimeout: perAddressMs}))};
}

async function openHttps(proxy?: Proxy): Promise<HttpClient> {
	const {Agent, request} = await import('node:https');
	const agent = proxy === undefined
		? new Agent({keepAlive: true, autoSelectFamilyAttemptTimeout: perAddressMs})
		: new (await import('./tunnel.ts')).TunnelAgent(proxy);
	return {request, agent: watchIdle(agent), proxy};
}

/** What comes on a connection that waits for the next request, Node would take for the answer to that one. */
function watchIdle(agent: Agent): Agent {
	return agent.on('free', (socket: Duplex) => socket.off('data', giveUp).on('data', giveUp));
}

function giveUp(this: Duplex): void {
	this.destroy();
}

/** An answer whose body comes in one piece, decompressed, when it is asked for. */
async function toResponse(message: IncomingMessage, maxBytes: number): Promise<Response> {
	const {statusCode: status = 0} = message;
	// From now on, even if it is asked for later: a failure that nobody listens for would end the process.
	const received = receive(message, maxBytes);
	received.catch(() => undefined);
	const headers = new Headers();
	for (const [name, value = ''] of Object.entries(message.headers)) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
	if (status < 200 || status > 599) {
		message.destroy();
		throw Object.assign(new Error(`no status of HTTP: ${status}`), {code: 'HPE_INVALID_STATUS'});
	}
	if (bodiless.has(status)) return new Response(null, {status, headers});
	const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
		async pull(controller) {
			const packed = await received;
			const encoding = headers.get('content-encoding');
			const bytes = encoding === null || packed.length === 0 ? packed : await decompress(packed, encoding, maxBytes);
			if (bytes.length > 0) controller.enqueue(bytes);
			controller.close();
		},
		cancel() {
			message.destroy();
		},
	}, {highWaterMark: 0});
	return new Response(body, {status, headers});
}

/** The body as it came; not read further than it may be long. */
async function receive(message: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
	return new Promise((resolve, reject) => {
		const collector = new BodyCollector(maxBytes);
		message.on('data', (chunk: Buffer<ArrayBuffer>) => {
			if (collector.add(chunk)) return;
			reject(overLimit(maxBytes));
			message.destroy();
		});
		message.on('end', () => {
			resolve(collector.body());
		});
		message.on('error', reject);
		message.on('close', () => {
			if (!message.complete) reject(Object.assign(new Error('closed within the answer'), {code: 'ECONNRESET'}));
		});
	});
}

type Unpack = (packed: Uint8Array, options: {maxOutputLength: number}) => Promise<Buffer<ArrayBuffer>>;

const unpackGzip: Unpack = promisify(gunzip);
const unpackBrotli: Unpack = promisify(brotliDecompress);
const unpackZlib: Unpack = promisify(inflate);
const unpackRaw: Unpack = promisify(inflateRaw);

const unpackers: ReadonlyMap<string, Unpack> = new Map([
	['gzip', unpackGzip],
	['x-gzip', unpackGzip],
	['br', unpackBrotli],
	// Several servers leave out the header that the standard asks for; the first byte tells.
	['deflate', async (packed, options) => ((packed[0] ?? 0) & 0x0f) === 8 ? unpackZlib(packed, options) : unpackRaw(packed, options)],
]);

const mostEncodings = 3;

/**
 * A body without its content encodings. One whose encoding is not known stays as it is, as with `fetch`.
 * @throws ERR_BUFFER_TOO_LARGE beyond `mostBytes`, and zlib's error when it is damaged or cut off
 */
export async function decompress(
	body: Uint8Array<ArrayBuffer>, contentEncoding: string, mostBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
	const names = contentEncoding.toLowerCase().split(',').map(name => name.trim())
		.filter(name => name !== '' && name !== 'identity');
	// No server packs a body again and again; each time it could grow a thousandfold.
	if (names.length > mostEncodings) throw new Error(`a body that was packed ${names.length} times`);
	let bytes = body;
	for (const name of names.toReversed()) {
		const unpack = unpackers.get(name);
		if (unpack === undefined) return body;
		bytes = await unpack(bytes, {maxOutputLength: mostBytes});
	}
	return bytes;
}
