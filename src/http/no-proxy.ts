import {BlockList, isIP} from 'node:net';

/**
 * The entry of `NO_PROXY` that a host falls under, or undefined. Entries are separated by commas or spaces: a domain with
 * all below it (a leading `.` or `*.` says the same), an address, a network (`10.0.0.0/8`), each but the last with an
 * optional `:port`; and `*` for every host.
 * @param hostname as `URL.hostname` gives it: an IPv6 address in brackets
 */
export function exemption(hostname: string, port: string, noProxy: string): string | undefined {
	const host = bare(hostname);
	return noProxy.split(/[,\s]+/).filter(entry => entry !== '').find(entry => entry === '*' || (isIP(host) === 0 ? coversName : coversAddress)(entry, host, port));
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
