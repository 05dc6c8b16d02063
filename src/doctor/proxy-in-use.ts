import {loopback, withScheme} from '../http/proxy.ts';
import type {Verdict} from './finding.ts';

const defaultPorts: Readonly<Record<string, string>> = {'http:': '80', 'https:': '443'};

/**
 * Whether requests to the base URL go through a proxy, and which variable says so. Names the proxy's host and port only:
 * its URL may hold a password.
 */
export function proxyInUse(baseUrl: string, env: Readonly<Record<string, string | undefined>>): Verdict {
	const {protocol, hostname, port} = new URL(baseUrl);
	const variables = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
	const variable = variables.find(name => env[name]);
	const proxy = variable === undefined ? undefined : withScheme(env[variable]);
	if (variable === undefined || proxy === undefined) return {status: 'skipped', detail: 'none is set, hosts are reached directly'};
	if (loopback.test(hostname)) return {status: 'skipped', detail: `${hostname} is this machine and reached directly`};
	const exempt = exemption(hostname, port || defaultPorts[protocol] || '', env['no_proxy'] ?? env['NO_PROXY'] ?? '');
	if (exempt !== undefined) return {status: 'skipped', detail: `NO_PROXY exempts ${hostname} (${exempt}), it is reached directly`};
	// What is no URL is refused by whoever opens the proxy.
	return {status: 'ok', detail: `${URL.canParse(proxy) ? new URL(proxy).host : 'unreadable'} (${variable})`};
}

/** The entry of NO_PROXY that a host falls under, read as the proxy client reads it. */
function exemption(hostname: string, port: string, noProxy: string): string | undefined {
	if (noProxy === '*') return noProxy;
	return noProxy.split(/[,\s]/).find(entry => {
		const [, entryHost = entry, entryPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
		const name = entryHost.replace(/^\*?\./, '').toLowerCase();
		return name !== '' && (entryPort === undefined || entryPort === port) && (hostname === name || hostname.endsWith(`.${name}`));
	});
}
