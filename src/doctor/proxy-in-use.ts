import {routeTo} from '../http/proxy-route.ts';
import type {Verdict} from './finding.ts';

/**
 * Whether requests to the base URL go through a proxy, and which variable says so.
 * @throws UsageError when that variable does not name an HTTP proxy
 */
export function proxyInUse(baseUrl: string, env: Readonly<Record<string, string | undefined>>): Verdict {
	const route = routeTo(baseUrl, env);
	return route.proxy === undefined ? {status: 'skipped', detail: route.because} : {status: 'ok', detail: `${route.proxy.name} (${route.proxy.variable})`};
}
