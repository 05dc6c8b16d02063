import type {VendorName} from '../../sources/vendors/index.ts';

/** What a stand-in refuses a request for; every vendor has its own code for each. */
export type RefusalName =
	| 'wrong-credentials'
	| 'malformed-exchange'
	| 'missing-token'
	| 'invalid-token'
	| 'wrong-token-kind'
	| 'invalid-user-token'
	| 'user-token-required'
	| 'missing-app-scope'
	| 'missing-user-scope'
	| 'bad-parameter'
	| 'rate-limited';

/** A refusal in the vendor's own terms. */
export interface Refusal {
	readonly status: number;
	readonly code: number;
	readonly message: string;
}

/** What exactly is to blame for a refusal. */
export interface RefusalDetails {
	readonly parameter?: {readonly name: string; readonly reason: string};
	/** The permission that is missing. */
	readonly scope?: string;
}

/** How long the refused client must wait, of what budget. */
export interface RateRefusal {
	/** Requests that the budget allows. */
	readonly limit: number;
	/** Whole seconds, rounded up. */
	readonly waitSeconds: number;
}

/** A vendor's side of the wire: everything the stand-in must say in the vendor's own way. */
export interface SandboxVendor {
	readonly name: VendorName;
	/** The one app the stand-in knows. Not secrets: they open nothing but the stand-in. */
	readonly credentials: {readonly appId: string; readonly appSecret: string};
	/** Every access token of the app itself starts with this. */
	readonly tokenPrefix: string;
	/** What the parameters in the paths of its APIs must be: the one place of each kind that the stand-in knows. */
	readonly places: Readonly<Record<string, string>>;
	/** A token is handed out again while more life than this is left; undefined: every exchange makes a new one. */
	readonly reissueAboveSeconds: number | undefined;
	/** Makes the body of the answer to a token exchange. */
	readonly issued: (token: string, lifeSeconds: number, trace: string) => object;
	/** Makes the body of a good answer, which the page is then put into. */
	readonly success: (trace: string) => Record<string, unknown>;
	/** Makes the body of a refusal. */
	readonly refusal: (refusal: Refusal, trace: string, details?: RefusalDetails) => object;
	readonly refusals: Readonly<Record<RefusalName, Refusal>>;
	/** Headers that name the request. */
	readonly traceHeaders: (trace: string) => Readonly<Record<string, string>>;
	readonly rateHeaders: (refusal: RateRefusal) => Readonly<Record<string, string>>;
	/** The vendor's spelling of a trace id: `time` as `YYYYMMDDHHMMSS`, `digits` 20 hexadecimal digits. */
	readonly traceId: (time: string, digits: string) => string;
}
