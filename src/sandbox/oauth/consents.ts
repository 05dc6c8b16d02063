import {createHash} from 'node:crypto';
import {hexDigits} from '../tokens.ts';
import {refusals} from './errors.ts';

/** What an app asks a user for in the browser. */
export interface ConsentRequest {
	readonly redirectUri: string;
	readonly state: string | undefined;
	/** PKCE, S256. */
	readonly challenge: string;
	readonly scopes: readonly string[];
}

/** The questions that were put to the user, and the codes that came of them. */
export interface Consents {
	/** Notes a question; its id goes into the page, so that only an answer given there counts. */
	ask(request: ConsentRequest): string;
	/** Where the user's answer leads the browser; undefined when the question is not known, or was answered before. */
	answer(id: string, allowed: boolean, nowMs: number): URL | undefined;
	/** The scopes behind a code, which is good once and for five minutes. @throws OAuthError */
	redeem(code: string, proof: {redirectUri: string | undefined; verifier: string | undefined}, nowMs: number): readonly string[];
}

const codeLifeMs = 5 * 60_000;

/** No questions yet. */
export function createConsents(random: () => number): Consents {
	const open = new Map<string, ConsentRequest>();
	const codes = new Map<string, {request: ConsentRequest; endsAt: number; used: boolean}>();
	return {
		ask(request) {
			const id = hexDigits(random, 32);
			open.set(id, request);
			return id;
		},
		answer(id, allowed, nowMs) {
			const request = open.get(id);
			if (request === undefined) return undefined;
			open.delete(id);
			const target = new URL(request.redirectUri);
			if (allowed) {
				const code = hexDigits(random, 32);
				codes.set(code, {request, endsAt: nowMs + codeLifeMs, used: false});
				target.searchParams.set('code', code);
			} else {
				target.searchParams.set('error', 'access_denied');
			}
			if (request.state !== undefined) target.searchParams.set('state', request.state);
			return target;
		},
		redeem(code, {redirectUri, verifier}, nowMs) {
			const known = codes.get(code);
			if (known === undefined) throw refusals.codeUnknown();
			if (known.used) throw refusals.codeUsed();
			if (nowMs >= known.endsAt) throw refusals.codeExpired();
			if (redirectUri !== undefined && redirectUri !== known.request.redirectUri) throw refusals.redirectMismatch();
			if (verifier === undefined || challengeOf(verifier) !== known.request.challenge) throw refusals.challengeFailed();
			known.used = true;
			return known.request.scopes;
		},
	};
}

/** The S256 challenge of a verifier, or undefined when it is none: 43 to 128 unreserved characters. */
function challengeOf(verifier: string): string | undefined {
	return /^[\w.~-]{43,128}$/.test(verifier) ? createHash('sha256').update(verifier).digest('base64url') : undefined;
}
