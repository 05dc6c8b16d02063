import {request as askPlainly, type ClientRequestArgs} from 'node:http';
import {Agent, type RequestOptions, request as askSecurely} from 'node:https';
import {isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {connect} from 'node:tls';
import {NetworkFailure, networkProblem, type NetworkProblem} from './network-problem.ts';
import type {Proxy} from './proxy-route.ts';
import {perAddressMs} from './timeouts.ts';

/** Each step on the way to the API (the proxy, its answer, TLS) that takes longer counts as failed. */
const stepLimitMs = 10_000;

/** The options of a request, as an agent gets them. */
export interface TunnelledRequest extends RequestOptions {
	/** Aborts when nobody waits for the connection any more. */
	readonly ending?: AbortSignal | undefined;
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
		const tunnel = await openTunnel(this.#proxy, `${name.includes(':') ? `[${name}]` : name}:${port ?? 443}`, {limitMs: this.#limitMs, signal: ending});
		return new Promise((resolve, reject) => {
			const secured = connect({socket: tunnel, host: name, ...(servername === undefined ? {} : {servername})});
			const fail = (error: Error) => {
				clearTimeout(timer);
				secured.destroy();
				tunnel.destroy();
				reject(error);
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

/** The proxy answered with something else than a tunnel. */
interface TunnelAnswer {
	/** What it was asked for, `host:port`. */
	readonly target: string;
	readonly status: number;
	/** Its `Proxy-Authenticate`. */
	readonly schemes?: string | undefined;
}

/** The failure that an answer of a proxy means. Only refusals for good last: others may pass. */
export function refusedTunnel(proxy: Proxy, {target, status, schemes}: TunnelAnswer): NetworkFailure {
	const http = `(HTTP ${status})`;
	// Tinyproxy answers 401 to wrong credentials.
	if (status === 407 || status === 401) return new NetworkFailure(credentialsProblem(proxy, {status, schemes}));
	// What a tunnel that cannot be built ends with differs: 502, 503 and 504, and 500 of tinyproxy.
	if (status >= 500) {
		return new NetworkFailure({what: `the proxy ${proxy.name} does not reach ${target} ${http}`, hint: 'check the host (--base-url, --host); if it is right, look at the network and the DNS of the proxy'});
	}
	if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
		return new NetworkFailure({what: `a tunnel to ${target} is refused by the proxy ${proxy.name} ${http}`, hint: `who runs the proxy must allow it; else check ${proxy.variable}, or exempt the host with NO_PROXY`, lasting: true});
	}
	return new NetworkFailure({what: `no tunnel to ${target} from the proxy ${proxy.name} ${http}`, hint: `check that ${proxy.variable} names an HTTP proxy; if it does, ask who runs it`});
}

function credentialsProblem({name, authorization, variable}: Proxy, {status, schemes = ''}: Pick<TunnelAnswer, 'status' | 'schemes'>): NetworkProblem {
	const offered = [...schemes.matchAll(/(?:^|,)\s*(Basic|Digest|NTLM|Negotiate)\b/gi)].map(([, scheme = '']) => scheme);
	const asks = 'the proxy asks for a user and a password';
	const at = `${name} (HTTP ${status})`;
	const form = `${variable}: http://user:password@host:port, special characters percent-encoded`;
	if (offered.length > 0 && !offered.some(scheme => /^basic$/i.test(scheme))) {
		return {what: `${asks} by ${offered.join(' or ')}, and only Basic is supported: ${at}`, hint: `run a proxy that signs in there (such as cntlm) and name that one in ${variable}; or exempt the host with NO_PROXY`, lasting: true};
	}
	return authorization === undefined
		? {what: `${asks}: ${at}`, hint: `write them into ${form}; or exempt the host with NO_PROXY`, lasting: true}
		: {what: `${asks} other than those it got: ${at}`, hint: `correct them in ${form}`, lasting: true};
}

/** The failure of a proxy that could not be reached or that answered nothing. */
export function unusableProxy(proxy: Proxy, error: unknown): NetworkFailure {
	const {what, lasting} = networkProblem(error);
	const hint = proxy.secure && what.includes('certificate')
		? `check the host in ${proxy.variable} and the certificate of the proxy; where a private authority signed it, name its CA file: NODE_EXTRA_CA_CERTS=/path/to/ca.pem`
		: `check the scheme, host and port in ${proxy.variable}, and whether the proxy runs`;
	return new NetworkFailure({what: `the proxy ${proxy.name}: ${what}`, hint, lasting}, {cause: error});
}

interface TunnelOptions {
	/** Milliseconds for reaching the proxy, and as many again for its answer. */
	readonly limitMs: number;
	/** Gives up when it aborts. */
	readonly signal?: AbortSignal | undefined;
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
		headers: {host: target, 'user-agent': 'node', ...(proxy.authorization === undefined ? {} : {'proxy-authorization': proxy.authorization})},
		// By default it would be the name in the header, and addresses are not to be sent as names.
		...(proxy.secure ? {servername: isIP(host) === 0 ? host : ''} : {}),
		...(signal === undefined ? {} : {signal}),
	};
	return new Promise((resolve, reject) => {
		const request = (proxy.secure ? askSecurely : askPlainly)(options);
		let late = Object.assign(new Error('connecting takes too long'), {code: 'ETIMEDOUT'}) as Error;
		const timer = setTimeout(() => request.destroy(late), limitMs);
		request.on('socket', socket => {
			socket.once(proxy.secure ? 'secureConnect' : 'connect', () => {
				late = new NetworkFailure({what: `no answer within ${limitMs / 1000} s`, hint: ''});
				timer.refresh();
			});
		});
		request.on('connect', ({statusCode: status = 0, headers}, socket, head) => {
			clearTimeout(timer);
			// From now on its failures are those of what goes through it.
			socket.on('error', () => undefined);
			if (status < 200 || status > 299) {
				socket.destroy();
				reject(refusedTunnel(proxy, {target, status, schemes: headers['proxy-authenticate']?.toString()}));
				return;
			}
			if (head.length > 0) socket.unshift(head);
			resolve(socket);
		});
		request.on('error', error => {
			clearTimeout(timer);
			reject(unusableProxy(proxy, error));
		});
		request.end();
	});
}
