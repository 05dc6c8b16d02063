import {BlockList, isIP} from 'node:net';
import {UsageError} from '../base/errors.ts';

/** A proxy that is asked for tunnels. */
export interface Proxy {
	/** Its host and port, for messages: no more of its URL, which may hold a password. */
	readonly name: string;
	/** As `URL.hostname` gives it: an IPv6 address in brackets. */
	readonly hostname: string;
	readonly port: number;
	/** Whether the proxy itself is reached over TLS. */
	readonly secure: boolean;
	/** The value of `Proxy-Authorization`, where its URL has a user. */
	readonly authorization?: string | undefined;
	/** The variable that names it. */
	readonly variable: string;
}

/**
 * Milliseconds that one address of a host may take to connect before the next is tried. Node drops it after 250 by default:
 * a host that is far away and has another address which does not work could not be reached at all.
 */
export const perAddressMs = 2500;

/** How a host is reached: through a proxy, or directly for a reason. */
export type Route = {readonly proxy: Proxy} | {readonly proxy: undefined; readonly because: string};

/**
 * The first that is set counts. `HTTP_PROXY` stands last: alone, it is taken for a proxy of everything, since nothing but
 * this machine is ever asked over plain http.
 */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/** Host names that are always reached directly. */
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * How requests to a base URL go, by the environment's `HTTPS_PROXY`, `ALL_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Lower-case
 * spellings win, and empty values count as unset, as with curl. This machine is always reached directly.
 * @throws UsageError when the variable that counts does not name an HTTP proxy; the message does not repeat its value
 */
export function routeTo(baseUrl: string, env: Readonly<Record<string, string | undefined>>): Route {
	const {protocol, hostname, port} = new URL(baseUrl);
	const set = (name: string) => (env[name] ?? '').trim() !== '';
	const variable = variables.find(set);
	if (variable === undefined) return {proxy: undefined, because: 'none is set, hosts are reached directly'};
	if (loopback.test(hostname) || protocol === 'http:')
		return {proxy: undefined, because: `${hostname} is this machine and reached directly`};
	const noProxy = env[['no_proxy', 'NO_PROXY'].find(set) ?? ''] ?? '';
	const entry = exemption(hostname, port === '' ? '443' : port, noProxy);
	if (entry !== undefined) return {proxy: undefined, because: `NO_PROXY exempts ${hostname} (${entry}), it is reached directly`};
	return {proxy: parseProxy((env[variable] ?? '').trim(), variable)};
}

/** As curl reads it: a proxy without a scheme speaks http. */
function parseProxy(value: string, variable: string): Proxy {
	const text = value.includes('://') ? value : `http://${value}`;
	if (/^socks/i.test(text)) {
		throw new UsageError(`${variable} names a SOCKS proxy, and only HTTP proxies are supported`, {
			hint: `${variable === 'ALL_PROXY' || variable === 'all_proxy' ? 'set HTTPS_PROXY' : 'set it'} to http://host:port of an ` +
				'HTTP proxy (many SOCKS proxies are one as well), or exempt the host with NO_PROXY',
		});
	}
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const authorization = url === undefined ? undefined : basic(url);
	const scheme = url?.protocol;
	// Whatever follows the host is most likely the rest of a password with a "/", "?" or "#" in it.
	if (
		url === undefined || authorization === null || (scheme !== 'http:' && scheme !== 'https:') ||
		url.hostname === '' ||
		!/^\/?$/.test(url.pathname) ||
		url.search !== '' ||
		url.hash !== ''
	) {
		throw new UsageError(`${variable} is not the URL of a proxy`, {
			hint:
				'write http://host:port or http://user:password@host:port, ' +
					'special characters of user and password percent-encoded (@ is %40, / is %2F); or unset it',
		});
	}
	const port = url.port === '' ? scheme === 'https:' ? 443 : 80 : Number(url.port);
	return {name: `${url.hostname}:${port}`, hostname: url.hostname, port, secure: scheme === 'https:', authorization, variable};
}

/** The credentials of a proxy's URL for HTTP Basic; undefined where it has none, null where they cannot be decoded. */
function basic({username, password}: URL): string | undefined | null {
	if (username === '' && password === '') return undefined;
	try {
		return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
	} catch (error) {
		if (error instanceof URIError) return null;
		throw error;
	}
}

/**
 * The entry of `NO_PROXY` that a host falls under, or undefined. Entries are separated by commas or spaces: a domain with
 * all below it (a leading `.` or `*.` says the same), an address, a network (`10.0.0.0/8`), each but the last with an
 * optional `:port`; and `*` for every host.
 * @param hostname as `URL.hostname` gives it: an IPv6 address in brackets
 */
export function exemption(hostname: string, port: string, noProxy: string): string | undefined {
	const host = bare(hostname);
	return noProxy.split(/[,\s]+/).filter(entry => entry !== '')
		.find(entry => entry === '*' || (isIP(host) === 0 ? coversName : coversAddress)(entry, host, port));
}

function coversName(entry: string, host: string, port: string): boolean {
	const {host: entryHost, port: entryPort} = splitPort(entry);
	const domain = bare(entryHost.replace(/^\*?\./, ''));
	return domain !== '' && (entryPort === undefined || entryPort === port) && (host === domain || host.endsWith(`.${domain}`));
}

function coversAddress(entry: string, host: string, port: string): boolean {
	const [network = '', prefix, ...rest] = entry.split('/');
	const {host: entryHost, port: entryPort} = prefix === undefined ? splitPort(entry) : {host: network};
	const address = bare(entryHost);
	const family = isIP(address);
	if (family === 0 || family !== isIP(host) || rest.length > 0 || (entryPort !== undefined && entryPort !== port)) return false;
	const bits = prefix === undefined ? family === 4 ? 32 : 128 : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
	if (bits > (family === 4 ? 32 : 128)) return false;
	const list = new BlockList();
	list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
	return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv6 address carries a port only where it stands in brackets. */
function splitPort(entry: string): {host: string; port?: string | undefined} {
	if (isIP(entry) === 6) return {host: entry};
	const [, host = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? [];
	return {host, port};
}

/** A host in the spelling that is compared: lower case, without brackets and the dot that may end a name. */
function bare(host: string): string {
	return host.toLowerCase().replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
