import {createNodeTransport} from './node-transport.ts';
import type {Transport} from '../base/transport.ts';

/**
 * A transport that sends every request the way the environment's proxy variables say; see `routeTo`.
 * @throws UsageError with the first request for which the variable that counts does not name an HTTP proxy
 */
export function createRoutedTransport(env: Readonly<Record<string, string | undefined>>): Transport {
	const direct = createNodeTransport();
	const find = async (origin: string): Promise<Transport> => {
		const {routeTo} = await import('./proxy-route.ts');
		const {proxy} = routeTo(origin, env);
		return proxy === undefined ? direct : createNodeTransport(proxy);
	};
	const ways = new Map<string, Promise<Transport>>();
	return async (request, ...rest) => {
		const {origin} = new URL(request.url);
		let way = ways.get(origin);
		if (way === undefined) {
			way = find(origin);
			ways.set(origin, way);
		}
		return (await way)(request, ...rest);
	};
}
