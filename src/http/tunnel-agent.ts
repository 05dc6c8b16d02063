import {Agent, type RequestOptions} from 'node:https';
import type {Duplex} from 'node:stream';
import {connect} from 'node:tls';
import type {Proxy} from './proxy-route.ts';
import {openTunnel} from './tunnel.ts';

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
