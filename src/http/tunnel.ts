import {request as askPlainly, type ClientRequestArgs} from 'node:http';
import {request as askSecurely} from 'node:https';
import {isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {NetworkFailure} from './network-problem.ts';
import {perAddressMs} from './node-transport.ts';
import {refusedTunnel, unusableProxy} from './proxy-failure.ts';
import type {Proxy} from './proxy-route.ts';

export interface TunnelOptions {
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
