import {systemCode} from '../errors.ts';

/** What kept a request from being answered, and what the user can do. */
export interface NetworkProblem {
	readonly what: string;
	readonly hint: string;
}

const untrusted: NetworkProblem = {
	what: 'the TLS certificate is not trusted',
	hint: 'where a proxy or a private authority signs certificates, name its CA file: NODE_EXTRA_CA_CERTS=/path/to/ca.pem; else check --base-url',
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

/** By the code of the innermost error that has one. */
const known: Readonly<Record<string, NetworkProblem>> = {
	ECONNREFUSED: {what: 'connection refused', hint: 'nothing listens there: check the host and port of --base-url, and HTTPS_PROXY'},
	ECONNRESET: {...cut, what: 'connection reset'},
	UND_ERR_SOCKET: cut,
	ENOTFOUND: {what: 'host name not found', hint: 'check the spelling of the host (--base-url, --host) and the DNS of this machine; where the internet is behind a proxy, set HTTPS_PROXY'},
	EAI_AGAIN: {what: 'host name could not be resolved', hint: 'check the network and the DNS of this machine; where the internet is behind a proxy, set HTTPS_PROXY'},
	ETIMEDOUT: timedOut,
	UND_ERR_CONNECT_TIMEOUT: timedOut,
	EHOSTUNREACH: unreachable,
	ENETUNREACH: unreachable,
	UND_ERR_ABORTED: {what: 'connection refused by the proxy', hint: 'check HTTPS_PROXY, also its user and password, or exempt the host with NO_PROXY'},
	DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
	SELF_SIGNED_CERT_IN_CHAIN: untrusted,
	UNABLE_TO_GET_ISSUER_CERT: untrusted,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
	CERT_HAS_EXPIRED: {what: 'the TLS certificate has expired', hint: "check this machine's clock; if it is right, the server's certificate must be renewed"},
	CERT_NOT_YET_VALID: {what: 'the TLS certificate is not valid yet', hint: "check this machine's clock: it may be behind"},
	ERR_TLS_CERT_ALTNAME_INVALID: {what: 'the TLS certificate is for another host', hint: 'check the host of --base-url; a proxy or a sign-in page may answer in its place'},
};

const proxyCredentials: NetworkProblem = {
	what: 'the proxy asks for a user and a password, or refuses those it got (HTTP 407)',
	hint: 'write them into HTTPS_PROXY: http://user:password@host:port, percent-encoded; or exempt the host with NO_PROXY',
};
const noTls: NetworkProblem = {what: 'no TLS connection', hint: 'the port may not speak TLS: check the scheme and port of --base-url and of HTTPS_PROXY'};
const unknown: NetworkProblem = {what: 'network failure', hint: 'check the network, the proxy settings, and --base-url'};

/** What a failed `fetch` met, from the innermost cause: `connection refused (ECONNREFUSED)`. */
export function networkProblem(error: unknown): NetworkProblem {
	let inner = error;
	while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
	if (isProxyAuthentication(inner)) return proxyCredentials;
	const code = systemCode(inner) ?? systemCode(error);
	if (code === undefined) return {...unknown, what: `${unknown.what} (${inner instanceof Error ? inner.message : String(inner)})`};
	const {what, hint} = known[code] ?? (code.startsWith('ERR_SSL_') ? noTls : unknown);
	return {what: `${what} (${code})`, hint};
}

/** HTTP 407: a tunnel's refusal says so in its text; as an answer, `fetch` reports it as its only failure without any. */
function isProxyAuthentication(inner: unknown): boolean {
	return inner instanceof Error && (inner.message.startsWith('Proxy response (407)') || (inner.message === '' && systemCode(inner) === undefined));
}
