import type {Agent, IncomingMessage, request as sendRequest} from 'node:http';
import type {RequestOptions} from 'node:https';
import type {Duplex} from 'node:stream';
import {systemCode} from '../base/errors.ts';
import {defaultMaxResponseBytes} from '../base/limits.ts';
import type {Transport, WireAnswer} from '../base/transport.ts';
import type {Proxy} from './proxy-route.ts';
import {decompress, BodyCollector, tooLarge} from './read-body.ts';
import {perAddressMs} from './timeouts.ts';
import type {TunnelledRequest} from './tunnel-agent.ts';

/** A host that does not take a connection in this time counts as not reachable. */
const connectTimeoutMs = 10_000;

/** What the built-in `fetch` sends as well. */
const defaultHeaders = {'accept-encoding': 'gzip, deflate, br', 'user-agent': 'node'};

/** Node's client for one scheme, with its open connections. */
interface HttpClient {
	readonly request: typeof sendRequest;
	readonly agent: Agent;
}

/**
 * A transport over Node's own HTTP client. It does what the built-in `fetch` would do for a plain API call, at a third of
 * the CPU time and with less memory: it makes no streams of the Web, no abort signals and no copies of the request.
 * Connections stay open for the requests that follow.
 * @param proxy whose tunnels https goes through. Default: it goes directly
 */
export function createNodeTransport(proxy?: Proxy): Transport {
	let plain: Promise<HttpClient> | undefined;
	let secure: Promise<HttpClient> | undefined;
	return async ({method, url, headers, body, maxResponseBytes = defaultMaxResponseBytes}, ending, onWritten) => {
		const target = new URL(url);
		const isSecure = target.protocol === 'https:';
		const {request: send, agent} = await (isSecure ? secure ??= openHttps(proxy) : plain ??= openHttp());
		return new Promise((resolve, reject) => {
			const options: RequestOptions = {
				method, agent,
				headers: {...defaultHeaders, ...headers, ...(body === undefined ? {} : {'content-length': Buffer.byteLength(body)})},
			};
			const tunnelled: TunnelledRequest | undefined = proxy === undefined ? undefined : {...options, ending: ending.signal};
			const request = send(target, tunnelled ?? options);
			let connecting: NodeJS.Timeout | undefined;
			let answer: IncomingMessage | undefined;
			request.on('socket', socket => {
				socket.off('data', giveUp);
				if (!socket.connecting) {
					onWritten?.();
					return;
				}
				connecting = setTimeout(() => {
					request.destroy(Object.assign(new Error('connecting takes too long'), {code: 'ETIMEDOUT'}));
				}, connectTimeoutMs);
				socket.once(isSecure ? 'secureConnect' : 'connect', () => {
					clearTimeout(connecting);
					onWritten?.();
				});
			});
			request.on('response', message => {
				// No API answers so: a proxy that nobody configured stands in its place. `fetch` fails there, too.
				if (message.statusCode === 407) request.destroy(new Error('Proxy response (407)'));
				else resolve(toAnswer(answer = message, maxResponseBytes));
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
			ending.onEnd(reason => {
				const error = reason instanceof Error ? reason : new Error(String(reason));
				answer?.destroy(error);
				request.destroy(error);
			});
			request.end(body);
		});
	};
}

// Loaded when they are needed: most commands ask nobody, and TLS is large.
async function openHttp(): Promise<HttpClient> {
	const {Agent, request} = await import('node:http');
	return {request, agent: watchIdle(new Agent({keepAlive: true, autoSelectFamilyAttemptTimeout: perAddressMs}))};
}

async function openHttps(proxy: Proxy | undefined): Promise<HttpClient> {
	const {Agent, request} = await import('node:https');
	if (proxy === undefined) return {request, agent: watchIdle(new Agent({keepAlive: true, autoSelectFamilyAttemptTimeout: perAddressMs}))};
	const {TunnelAgent} = await import('./tunnel-agent.ts');
	return {request, agent: watchIdle(new TunnelAgent(proxy))};
}

/** What comes on a connection that waits for the next request, Node would take for the answer to that one. */
function watchIdle(agent: Agent): Agent {
	return agent.on('free', (socket: Duplex) => socket.off('data', giveUp).on('data', giveUp));
}

function giveUp(this: Duplex): void {
	this.destroy();
}

function toAnswer(message: IncomingMessage, maxBytes: number): WireAnswer {
	const {statusCode: status = 0} = message;
	// From now on, even if it is asked for later: a failure that nobody listens for would end the process.
	const received = receive(message, maxBytes);
	received.catch(() => undefined);
	const get = (name: string): string | null => {
		const value = message.headers[name.toLowerCase()];
		return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
	};
	return {
		status,
		headers: {
			get,
			*[Symbol.iterator]() {
				for (const name of Object.keys(message.headers)) yield [name, get(name) ?? ''];
			},
		},
		async readBody(label) {
			const bytes = await received;
			if (bytes === undefined) throw tooLarge(label, status, maxBytes);
			const encoding = get('content-encoding');
			if (encoding === null || bytes.length === 0) return bytes;
			try {
				return await decompress(bytes, encoding, maxBytes);
			} catch (error) {
				throw systemCode(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(label, status, maxBytes) : error;
			}
		},
	};
}

/** The body as it came; undefined when it is too large, and then no more of it is taken. */
async function receive(message: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
	return new Promise((resolve, reject) => {
		const collector = new BodyCollector(maxBytes);
		message.on('data', (chunk: Buffer) => {
			if (collector.add(chunk)) return;
			resolve(undefined);
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
