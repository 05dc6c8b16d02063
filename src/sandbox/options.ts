import type {Fetch, Sleep} from '../base/context.ts';
import type {VendorName} from '../sources/vendors/index.ts';
import type {ConsoleShapeName} from './console/shape-names.ts';
import type {IssuedTokens} from './oauth/user-tokens.ts';
import type {Order} from './selection.ts';
import type {Ends} from './selector.ts';
import type {ListedRow} from './timeline.ts';

/** One request as the stand-in saw it. */
export interface SandboxRequest {
	/** The name of the source whose API was asked; absent for token exchanges and unknown paths. */
	readonly source?: string;
	readonly path: string;
	/** HTTP status of the answer. */
	readonly status: number;
	/** When it arrived, by the sandbox's clock. */
	readonly at: number;
	/** The parameters as sent; empty for token exchanges, whose parameters are secret. */
	readonly params: Readonly<Record<string, unknown>>;
	/** The half-open time range that a search of the developer console asked for, in Unix milliseconds, granted or not. */
	readonly range?: {readonly from: number; readonly to: number};
	/** Whether it carried an Authorization header. */
	readonly authorization: boolean;
}

export interface SandboxOptions {
	/** The same seed gives the same rows. Default 1. */
	readonly seed?: number;
	/** Generated rows per source and UTC day. Default 1000. */
	readonly recordsPerDay?: number;
	/** How long each answer takes, or a range that it is drawn from. Default 0. */
	readonly latencyMs?: number | readonly [min: number, max: number];
	/** `real` keeps each API's documented request budget, `off` keeps none. Default `real`. */
	readonly rate?: 'real' | 'off';
	/** The only clock: Unix milliseconds. Rows later than this do not exist yet. */
	readonly now: () => number;
	readonly sleep: Sleep;
	/** The order in which rows are delivered. Default `descending`: newest first. */
	readonly order?: Order;
	/** How the end of a time range is read. Default `inclusive`. */
	readonly ends?: Ends;
	/** What an offset counts, where the documentation leaves it open. Default `rows`. */
	readonly offsetCounts?: 'rows' | 'pages';
	/** Most rows that may be asked for in a page, where the documentation names no limit. Default: as many as are ever asked for. */
	readonly largestPage?: number;
	/** Most rows that one query with offsets reaches. Default: as documented. */
	readonly cap?: number;
	/** Whether a total also counts what lies beyond the cap. Default `honest`: it does. */
	readonly totals?: 'honest' | 'saturating';
	/** Life of an app's token. Default 7200. */
	readonly tokenLifeSeconds?: number;
	/** Life of a user's token. Default 7200. */
	readonly userTokenLifeSeconds?: number;
	/** Default 604800: a week. */
	readonly refreshTokenLifeSeconds?: number;
	/** How long a device code waits for its user. Default 240. */
	readonly deviceCodeLifeSeconds?: number;
	/** The scopes that the app has. Default: whatever it asks for. */
	readonly scopes?: readonly string[];
	/**
	 * Explicit rows instead of generated ones, by source; `time` in the unit of the source's range. Of the console's searches
	 * (`feishu-app-log event`) in milliseconds, the other fields by the names of generated rows, whatever the wire calls them.
	 */
	readonly rows?: Readonly<Partial<Record<string, readonly ListedRow[]>>>;
	/** How the developer console speaks on the wire, which is not known of the real one. Default `page`. */
	readonly console?: ConsoleShapeName;
	/** How the developer console counts the seven days that it can be asked for. Default `days`: as documented, by the calendar. */
	readonly consoleReach?: ConsoleReach;
	/** How long some rows of the client search take to reach the developer console: one in four. Default 0. */
	readonly lateClientMs?: number;
	/** Told of every request when its answer is decided. */
	readonly onRequest?: (entry: SandboxRequest) => void;
}

/** By days of the calendar in Asia/Shanghai, today included, or 168 hours back from now. */
export type ConsoleReach = 'days' | 'hours';

export interface Sandbox {
	/** Answers a request without any network, whatever the host in its URL. Rejects when the request is aborted. */
	readonly fetch: Fetch;
	/** What the token endpoints accept. */
	readonly credentials: Readonly<Record<VendorName, {readonly appId: string; readonly appSecret: string}>>;
	/** What the parameters in the paths of a vendor's APIs must be. */
	readonly places: Readonly<Record<VendorName, Readonly<Record<string, string>>>>;
	/** Makes every access token that was issued so far invalid, those of users too; refresh tokens stay good. */
	revokeTokens(): void;
	/** Tokens as signing in would give them, without the browser. */
	signIn(scopes: readonly string[]): IssuedTokens;
	/** What the sign-in endpoints did so far. */
	stats(): SignInStats;
	/** What the sign-in page of the developer console takes, with any user name. */
	readonly consolePassword: string;
	/** A new session as signing in to the developer console would give it, without the browser. */
	consoleSession(): ConsoleAccess;
	/** Ends every session of the developer console. */
	revokeConsoleSessions(): void;
}

/** What a request to the developer console's API must carry. */
export interface ConsoleAccess {
	/** The whole Cookie header. */
	readonly cookie: string;
	readonly csrfToken: string;
	/** The header that the CSRF token goes into. */
	readonly csrfHeader: string;
}

/** How often each thing happened, successfully, since the sandbox was created. */
export interface SignInStats {
	/** Codes exchanged for tokens. */
	readonly codes: number;
	/** Device codes exchanged for tokens. */
	readonly devices: number;
	/** Refresh tokens exchanged for new ones. */
	readonly refreshes: number;
	readonly revocations: number;
}

/** Whether the app has a scope. */
export function hasScope({scopes}: Pick<SandboxOptions, 'scopes'>, scope: string): boolean {
	return scopes === undefined || scopes.includes(scope);
}
