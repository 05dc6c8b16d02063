import {NetworkFailure, networkProblem, type NetworkProblem} from './network-problem.ts';
import type {Proxy} from './proxy-route.ts';

/** The proxy answered with something else than a tunnel. */
export interface TunnelAnswer {
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
