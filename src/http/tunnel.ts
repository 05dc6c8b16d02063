import {request as askPlainly, type ClientRequestArgs} from 'node:http';
import {Agent, request as askSecurely, type RequestOptions} from 'node:https';
import {isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {connect} from 'node:tls';
import {NetworkFailure, refusedTunnel, unusableProxy, unusableTunnel} from './network-problem.ts';
import {perAddressMs, type Proxy} from './proxy.ts';

/** Each step on the way to the API (the proxy, its answer, TLS) that takes longer counts as failed. */
const stepLimitMs = 10_000;
/** Of a proxy's answers before the final one, so many bytes are read. */
const mostInterimBytes = 16_384;

/** The options of a request, as an agent gets them. */
export interface TunnelledRequest extends RequestOptions {
	/** Aborts when nobody waits for the connection any more. */
	readonly ending?: AbortSignal | null | undefined;
}

export interface TunnelOptions {
	/** Milliseconds for reaching the proxy, and as many again for its answer. */
	readonly limitMs: number;
	/** Gives up when it aborts. */
	readonly signal?: AbortSignal | null | undefined;
}

/** The head of a proxy's answer, and what came after it. */
interface ProxyHead {
	readonly status: number;
	/** Its `Proxy-Authenticate`. */
	readonly schemes: string | undefined;
	readonly rest: Buffer;
}

/** An agent whose connections are TLS within a proxy's tunnels. They stay open for the requests that follow. */
export class TunnelAgent extends Agent {
	readonly #proxy: Proxy;
	readonly #limitMs: number;

	/** @param limitMs for each step. Default 10 000 */
	constructor(proxy: Proxy, limitMs = stepLimitMs) {
		super({keepAlive: true});
		this.#proxy = proxy;
		this.#limitMs = limitMs;
	}

	override createConnection(options: TunnelledRequest, callback: (error: unknown, stream?: Duplex) => void): undefined {
		void this.#connect(options, callback);
	}

	async #connect(options: TunnelledRequest, callback: (error: unknown, stream?: Duplex) => void): Promise<void> {
		let stream: Duplex;
		try {
			stream = await this.#open(options);
		} catch (error) {
			callback(error);
			return;
		}
		callback(null, stream);
	}

	async #open({host, port, servername, ending}: TunnelledRequest): Promise<Duplex> {
		const name = host ?? '';
		const target = `${name.includes(':') ? `[${name}]` : name}:${port ?? 443}`;
		const tunnel = await openTunnel(this.#proxy, target, {limitMs: this.#limitMs, signal: ending});
		return new Promise((resolve, reject) => {
			const secured = connect({socket: tunnel, host: name, ...(servername === undefined ? {} : {servername})});
			const fail = (error: Error) => {
				clearTimeout(timer);
				secured.destroy();
				tunnel.destroy();
				reject(unusableTunnel(this.#proxy, target, error));
			};
			const giveUp = () => fail(new Error('nobody waits for it any more'));
			const timer = setTimeout(() => fail(Object.assign(new Error('TLS takes too long'), {code: 'ETIMEDOUT'})), this.#limitMs);
			// Stays, so that no failure is ever without a listener.
			secured.on('error', fail);
			secured.once('secureConnect', () => {
				clearTimeout(timer);
				ending?.removeEventListener('abort', giveUp);
				resolve(secured);
			});
			ending?.addEventListener('abort', giveUp, {once: true});
			if (ending?.aborted === true) giveUp();
		});
	}
}

/**
 * A connection to `target` (`host:port`) through a proxy, which finds out where that is. Not by `https-proxy-agent`: that
 * plays a proxy's refusal to the request as if it were the API's answer, waits for the proxy without a limit of its own,
 * and with `DEBUG=*` prints the proxy's URL, password included.
 * @throws NetworkFailure when there is none
 */
export async function openTunnel(proxy: Proxy, target: string, {limitMs, signal}: TunnelOptions): Promise<Duplex> {
	const host = proxy.hostname.replace(/^\[(.*)\]$/, '$1');
	const options: ClientRequestArgs & {servername?: string; autoSelectFamilyAttemptTimeout: number} = {
		method: 'CONNECT', host, port: proxy.port, path: target, agent: false, autoSelectFamilyAttemptTimeout: perAddressMs,
		headers: {
			host: target, 'user-agent': 'node',
			...(proxy.authorization === undefined ? {} : {'proxy-authorization': proxy.authorization}),
		},
		// By default it would be the name in the header, and addresses are not to be sent as names.
		...(proxy.secure ? {servername: isIP(host) === 0 ? host : ''} : {}),
		...(signal === undefined || signal === null ? {} : {signal}),
	};
	return new Promise((resolve, reject) => {
		const request = (proxy.secure ? askSecurely : askPlainly)(options);
		let late = Object.assign(new Error('connecting takes too long'), {code: 'ETIMEDOUT'}) as Error;
		let giveUp = (): void => {
			request.destroy(late);
		};
		const timer = setTimeout(() => giveUp(), limitMs);
		const fail = (error: unknown): void => {
			clearTimeout(timer);
			reject(unusableProxy(proxy, error));
		};
		request.on('socket', socket => {
			socket.once(proxy.secure ? 'secureConnect' : 'connect', () => {
				late = new NetworkFailure({what: `no answer within ${limitMs / 1000} s`, hint: ''});
				timer.refresh();
			});
		});
		request.on('connect', ({statusCode: status = 0, headers}, socket, head) => {
			// The proxy's own failures up to its final answer; from then on they are those of what goes through it.
			socket.on('error', fail);
			giveUp = () => socket.destroy(late);
			const first = {status, schemes: headers['proxy-authenticate']?.toString(), rest: head};
			const settle = ({status: final, schemes, rest}: ProxyHead): void => {
				clearTimeout(timer);
				// Nothing speaks before the client does in TLS: it is a page, or whatever the proxy has to say itself.
				if (final >= 200 && final <= 299 && rest.length === 0) {
					resolve(socket);
				} else {
					socket.destroy();
					reject(refusedTunnel(proxy, {target, status: final, schemes}));
				}
			};
			finalHead(socket, first, signal).then(settle, fail);
		});
		request.on('error', fail);
		request.end();
	});
}

/** The final answer to a CONNECT. Node hands over the connection after the first one, which may be an interim one (102, 103). */
async function finalHead(socket: Duplex, first: ProxyHead, signal: AbortSignal | null | undefined): Promise<ProxyHead> {
	let head = first;
	let left = mostInterimBytes;
	const abort = (): void => {
		socket.destroy(new Error('nobody waits for it any more'));
	};
	signal?.addEventListener('abort', abort, {once: true});
	try {
		while (head.status >= 100 && head.status <= 199 && head.status !== 101) {
			const {text, rest} = await readHead(socket, head.rest, left);
			left -= text.length;
			const [, status] = /^HTTP\/1\.[01] (\d{3})(?!\d)/.exec(text) ?? [];
			if (status === undefined) throw Object.assign(new Error('no answer of HTTP'), {code: 'HPE_INVALID_CONSTANT'});
			const schemes = [...text.matchAll(/^proxy-authenticate:(.*)$/gim)].map(([, scheme = '']) => scheme.trim());
			head = {status: Number(status), schemes: schemes.length === 0 ? undefined : schemes.join(', '), rest};
		}
		return head;
	} finally {
		signal?.removeEventListener('abort', abort);
	}
}

/** Reads up to the empty line that ends a head. @throws when the connection ends before, or after `most` bytes */
async function readHead(socket: Duplex, begun: Buffer, most: number): Promise<{text: string; rest: Buffer}> {
	return new Promise((resolve, reject) => {
		let bytes = begun;
		const stop = (): void => {
			socket.off('data', take).off('error', fail).off('close', closed).pause();
		};
		const fail = (error: Error): void => {
			stop();
			reject(error);
		};
		const closed = (): void => fail(Object.assign(new Error('closed without an answer'), {code: 'ECONNRESET'}));
		const take = (piece: Buffer): void => {
			bytes = Buffer.concat([bytes, piece]);
			const end = bytes.indexOf('\r\n\r\n');
			if (end >= 0) {
				stop();
				resolve({text: bytes.toString('latin1', 0, end + 4), rest: bytes.subarray(end + 4)});
			} else if (bytes.length > most) {
				fail(Object.assign(new Error('the head is too long'), {code: 'HPE_HEADER_OVERFLOW'}));
			}
		};
		socket.on('data', take).on('error', fail).on('close', closed).resume();
		take(Buffer.alloc(0));
	});
}
