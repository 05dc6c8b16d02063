/**
 * What an error code asks of the client:
 * - `retry`: a failure on the vendor's side, try again after a pause;
 * - `rate-limited`: a budget refusal, wait as told and try again until it passes;
 * - `token`: the access token is invalid or expired, renew it once;
 * - `credentials`: nothing but other credentials or permissions will help;
 * - `fail`: everything else.
 */
export type Verdict = 'retry' | 'rate-limited' | 'token' | 'credentials' | 'fail';

/**
 * What a hint is about where its words depend on who asks: the `app` that signs in, the `token` it came with, the `kind` of
 * token that the API takes, the `scope` it needs, what the `request` asks for.
 */
export type Remedy = 'app' | 'token' | 'kind' | 'scope' | 'request';

/** One vendor error code: what it means and what the user can do. */
export interface ErrorCode {
	readonly verdict: Verdict;
	readonly meaning: string;
	/** It refuses what the request asks for, be that a filter or a page token. Default false. */
	readonly isRefusal?: boolean;
	/** What the hint is about. Default: what the verdict says. */
	readonly remedy?: Remedy;
	/** The hint itself; of a `scope` and a `request` what follows their own words. */
	readonly hint?: string;
}

/** How the vendor issues tokens, as data: who asks where, and where the answer says what. */
export interface TokenExchange {
	/** Path below the base URL. */
	readonly path: string;
	/** Where the token stands in the answer; the first that exists is taken. */
	readonly tokenPaths: readonly (readonly string[])[];
	/** Where its life in seconds stands; the first that exists is taken. */
	readonly lifePaths: readonly (readonly string[])[];
	/** Life in seconds when the answer names none. */
	readonly defaultLifeSeconds: number;
	/** An answer may hold a token and no code, as those of OAuth do. Default false. */
	readonly withoutCode?: boolean;
}

/** A vendor: the hosts, the credentials and the answer envelope that its sources share. */
export interface VendorDefinition {
	readonly name: string;
	readonly title: string;
	/** Who makes it. */
	readonly company: string;
	/** Base URLs by `--host` name; the first is the default. */
	readonly hosts: Readonly<Record<string, string>>;
	/** Environment variables, by setting. */
	readonly env: {
		readonly appId: string;
		readonly appSecret: string;
		readonly accessToken: string;
		readonly baseUrl?: string;
	};
	readonly exchange: TokenExchange;
	/** The field of an answer that holds the vendor's message. */
	readonly messageField: string;
	/** Response headers that may hold the trace id, best first. */
	readonly traceHeaders: readonly string[];
	/** Places in an answer's body that may hold the trace id. */
	readonly tracePaths: readonly (readonly string[])[];
	/** Response headers that say how many seconds to wait after a refusal, best first. */
	readonly resetHeaders: readonly string[];
	readonly errors: Readonly<Record<number, ErrorCode>>;
	/** The page below a host where permissions are granted. */
	readonly scopePage?: string;
}
