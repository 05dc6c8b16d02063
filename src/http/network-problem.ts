import {systemCode} from '../base/errors.ts';
import type {Proxy} from './proxy.ts';

/** What kept a request from being answered, and what the user can do. */
export interface NetworkProblem {
	readonly what: string;
	readonly hint: string;
	/** Another attempt meets the same, or may do harm: wrong passwords lock accounts. */
	readonly lasting?: boolean | undefined;
}

/** A failure that knows its problem. */
export class NetworkFailure extends Error {
	override readonly name = 'NetworkFailure';
	readonly problem: NetworkProblem;

	constructor(problem: NetworkProblem, options?: ErrorOptions) {
		super(problem.what, options);
		this.problem = problem;
	}
}

const untrusted: NetworkProblem = {
	what: 'the TLS certificate is not trusted',
	hint:
		'where a proxy or a private authority signs certificates, name its CA file: NODE_EXTRA_CA_CERTS=/path/to/ca.pem; ' +
			'else check --base-url',
	lasting: true,
};
const unreachable: NetworkProblem = {
	what: 'host not reachable',
	hint: 'check the network and the firewall; where the internet is behind a proxy, set HTTPS_PROXY',
};
const timedOut: NetworkProblem = {...unreachable, what: 'connection timed out'};
const cut: NetworkProblem = {
	what: 'connection closed by the server',
	hint: 'run it again; if it stays, a firewall or a proxy may cut the connection: check HTTPS_PROXY and NO_PROXY',
};
const noTls: NetworkProblem = {what: 'no TLS connection', hint: 'the port may not speak TLS: check the scheme and port of --base-url'};
const notHttp: NetworkProblem = {what: 'the answer is not HTTP', hint: 'check the scheme, host and port of --base-url'};
const damaged: NetworkProblem = {
	what: 'the answer is packed, and damaged or cut off',
	hint: 'run it again; if it stays, a proxy may damage what it passes on: check HTTPS_PROXY and NO_PROXY, and --base-url',
};
const refusedTls: NetworkProblem = {
	what: 'the server refuses the TLS connection',
	hint:
		'it may want another version of TLS or a certificate of the client: check --base-url; ' +
			'a proxy that opens TLS connections may stand between',
};

/** By the code of the innermost error that has one. */
const known: Readonly<Record<string, NetworkProblem>> = {
	ECONNREFUSED: {what: 'connection refused', hint: 'nothing listens there: check the host and port of --base-url, and HTTPS_PROXY'},
	ECONNRESET: {...cut, what: 'connection reset'},
	EPIPE: cut,
	UND_ERR_SOCKET: cut,
	ENOTFOUND: {
		what: 'host name not found',
		hint:
			'check the spelling of the host (--base-url, --host) and the DNS of this machine; where the internet is behind a proxy, ' +
				'set HTTPS_PROXY',
	},
	EAI_AGAIN: {
		what: 'host name could not be resolved',
		hint: 'check the network and the DNS of this machine; where the internet is behind a proxy, set HTTPS_PROXY',
	},
	ETIMEDOUT: timedOut,
	UND_ERR_CONNECT_TIMEOUT: timedOut,
	EHOSTUNREACH: unreachable,
	ENETUNREACH: unreachable,
	EADDRNOTAVAIL: unreachable,
	EPROTO: noTls,
	HPE_HEADER_OVERFLOW: {...notHttp, what: "the answer's headers are too large, more than 16 kB"},
	DEPTH_ZERO_SELF_SIGNED_CERT: {
		...untrusted, what: 'the TLS certificate is not trusted: it is self-signed',
		hint: "where that is the server's own, name its file: NODE_EXTRA_CA_CERTS=/path/to/certificate.pem; else check --base-url",
	},
	CERT_HAS_EXPIRED: {
		what: 'the TLS certificate has expired',
		hint: "check this machine's clock; if it is right, the certificate of the server, or of the CA in NODE_EXTRA_CA_CERTS, " +
			"must be renewed",
		lasting: true,
	},
	CERT_NOT_YET_VALID: {what: 'the TLS certificate is not valid yet', hint: "check this machine's clock: it may be behind", lasting: true},
	CERT_REVOKED: {what: 'the TLS certificate has been revoked', hint: "the server's certificate must be renewed", lasting: true},
	ERR_TLS_CERT_ALTNAME_INVALID: {
		what: 'the TLS certificate is for another host',
		hint: 'check the host of --base-url; a proxy or a sign-in page may answer in its place',
		lasting: true,
	},
};

/** What OpenSSL calls the ways in which a chain of certificates ends nowhere. */
const untrustedChain = new RegExp('^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)_\\w+|' +
	'CERT_(?:UNTRUSTED|REJECTED|CHAIN_TOO_LONG|SIGNATURE_FAILURE)|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$');

const proxyCredentials: NetworkProblem = {
	what: 'the proxy asks for a user and a password, or refuses those it got (HTTP 407)',
	hint: 'write them into HTTPS_PROXY: http://user:password@host:port, percent-encoded; or exempt the host with NO_PROXY',
	lasting: true,
};
const unknown: NetworkProblem = {what: 'network failure', hint: 'check the network, the proxy settings, and --base-url'};

/** What a failed exchange met, from the innermost cause: `connection refused (ECONNREFUSED)`. */
export function networkProblem(error: unknown): NetworkProblem {
	let inner = error;
	while (!(inner instanceof NetworkFailure) && inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
	if (inner instanceof NetworkFailure) return inner.problem;
	// A proxy that nobody configured answers in place of the API.
	if (inner instanceof Error && inner.message.startsWith('Proxy response (407)')) return proxyCredentials;
	const code = systemCode(inner) ?? systemCode(error);
	if (code === undefined) return {...unknown, what: `${unknown.what} (${inner instanceof Error ? inner.message : String(inner)})`};
	const problem = known[code] ?? problemOfKind(code);
	return {...problem, what: `${problem.what} (${code})`};
}

function problemOfKind(code: string): NetworkProblem {
	if (untrustedChain.test(code)) return untrusted;
	if (/^ERR_SSL_.*ALERT/.test(code)) return refusedTls;
	if (code.startsWith('ERR_SSL_')) return noTls;
	// Those of zlib, and of its brotli: ERR__ERROR_FORMAT_PADDING_1.
	if (/^(?:Z_|ERR_(?:BROTLI_)?_?ERROR_)/.test(code)) return damaged;
	return code.startsWith('HPE_') ? notHttp : unknown;
}

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
	if (status === 511) {
		return new NetworkFailure({
			what: `the network behind the proxy ${proxy.name} asks to be signed in to first ${http}`,
			hint: `sign in to that network; else check ${proxy.variable}, or exempt the host with NO_PROXY`,
		});
	}
	// What a tunnel that cannot be built ends with differs: 502, 503 and 504, and 500 of tinyproxy.
	if (status >= 500) {
		return new NetworkFailure({
			what: `the proxy ${proxy.name} does not reach ${target} ${http}`,
			hint: 'check the host (--base-url, --host); if it is right, look at the network and the DNS of the proxy',
		});
	}
	if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
		return new NetworkFailure({
			what: `a tunnel to ${target} is refused by the proxy ${proxy.name} ${http}`,
			hint: `who runs the proxy must allow it; else check ${proxy.variable}, or exempt the host with NO_PROXY`, lasting: true,
		});
	}
	return new NetworkFailure({
		what: `no tunnel to ${target} from the proxy ${proxy.name} ${http}`,
		hint: `check that ${proxy.variable} names an HTTP proxy; if it does, ask who runs it`,
	});
}

function credentialsProblem(
	{name, authorization, variable}: Proxy, {status, schemes = ''}: Pick<TunnelAnswer, 'status' | 'schemes'>,
): NetworkProblem {
	const offered = [...schemes.matchAll(/(?:^|,)\s*(Basic|Digest|NTLM|Negotiate)\b/gi)].map(([, scheme = '']) => scheme);
	const asks = 'the proxy asks for a user and a password';
	const at = `${name} (HTTP ${status})`;
	const form = `${variable}: http://user:password@host:port, special characters percent-encoded`;
	if (offered.length > 0 && !offered.some(scheme => /^basic$/i.test(scheme))) {
		return {
			what: `${asks} by ${offered.join(' or ')}, and only Basic is supported: ${at}`,
			hint: `run a proxy that signs in there (such as cntlm) and name that one in ${variable}; or exempt the host with NO_PROXY`,
			lasting: true,
		};
	}
	return authorization === undefined
		? {what: `${asks}: ${at}`, hint: `write them into ${form}; or exempt the host with NO_PROXY`, lasting: true}
		: {what: `${asks} other than those it got: ${at}`, hint: `correct them in ${form}`, lasting: true};
}

/** The failure of a proxy that could not be reached or that answered nothing. */
export function unusableProxy(proxy: Proxy, error: unknown): NetworkFailure {
	const {what, lasting} = networkProblem(error);
	const hint =
		proxy.secure && what.includes('certificate')
			? `check the host in ${proxy.variable} and the certificate of the proxy; where a private authority signed it, ` +
				'name its CA file: NODE_EXTRA_CA_CERTS=/path/to/ca.pem'
			: `check the scheme, host and port in ${proxy.variable}, and whether the proxy runs`;
	return new NetworkFailure({what: `the proxy ${proxy.name}: ${what}`, hint, lasting}, {cause: error});
}

/** The failure of an exchange that was ended before the proxy's tunnel was there. @param error why it was ended */
export function unfinishedTunnel(proxy: Proxy, {hostname, port}: URL, error: Error): NetworkFailure {
	return new NetworkFailure({
		what: `the proxy ${proxy.name}: no tunnel to ${hostname}:${port === '' ? 443 : port} in time`,
		hint: `check the scheme, host and port in ${proxy.variable}, and whether the proxy runs; or allow more with --timeout`,
	}, {cause: error});
}

/**
 * The failure of TLS within a tunnel. A certificate is the server's own affair, or that of who intercepts; everything else
 * may as well be a proxy that says it opened a tunnel and did not.
 */
export function unusableTunnel(proxy: Proxy, target: string, error: unknown): unknown {
	const {what} = networkProblem(error);
	if (what.includes('certificate')) return error;
	return new NetworkFailure({
		what: `the proxy ${proxy.name}: no TLS connection through its tunnel to ${target}: ${what}`,
		hint: `check that ${proxy.variable} names an HTTP proxy which opens tunnels to that host; if it does, ` +
			'ask who runs it what answers there',
	}, {cause: error});
}
