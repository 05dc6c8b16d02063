import {hexDigits} from '../tokens.ts';
import {refusals} from './errors.ts';

/** A user's tokens as they were issued; lives in whole seconds. */
export interface IssuedTokens {
	readonly accessToken: string;
	readonly expiresIn: number;
	/** Only where `offline_access` was granted. */
	readonly refreshToken?: string;
	readonly refreshExpiresIn?: number;
	readonly scopes: readonly string[];
}

/** The tokens of people who signed in. */
export interface UserTokens {
	/** Tokens for a user who has just granted these scopes; `wanted` are some of them, where fewer will do. */
	issue(granted: readonly string[], nowMs: number, wanted?: readonly string[]): IssuedTokens;
	/** New tokens for a refresh token, which is good for nothing from then on. @throws OAuthError */
	refresh(refreshToken: string, nowMs: number, wanted?: readonly string[]): IssuedTokens;
	/** What an access token allows, or undefined when it is not good (any more). */
	scopesOf(accessToken: string, nowMs: number): readonly string[] | undefined;
	/** Ends the life of an access token, or of every refresh token that goes back to the same signing in. */
	revoke(token: string): void;
	/** Ends the life of every access token. */
	revokeAccess(): void;
}

/** One signing in: what all tokens share that go back to it. */
interface Grant {
	readonly scopes: readonly string[];
	revoked: boolean;
}

/** The vendor's are 1 to 2 KB. */
const tokenDigits = 1200;

/** The tokens of one vendor's app. */
export function createUserTokens({random, accessLifeSeconds, refreshLifeSeconds}: {
	random: () => number; accessLifeSeconds: number; refreshLifeSeconds: number;
}): UserTokens {
	const accessTokens = new Map<string, {scopes: readonly string[]; endsAt: number}>();
	const refreshTokens = new Map<string, {grant: Grant; endsAt: number; used: boolean}>();

	function issueFor(grant: Grant, nowMs: number, wanted = grant.scopes): IssuedTokens {
		if (new Set(wanted).size < wanted.length) throw refusals.scopeRepeated();
		if (!wanted.every(scope => grant.scopes.includes(scope))) throw refusals.scopeNotPermitted();
		const accessToken = `u-${hexDigits(random, tokenDigits)}`;
		accessTokens.set(accessToken, {scopes: wanted, endsAt: nowMs + accessLifeSeconds * 1000});
		const issued = {accessToken, expiresIn: accessLifeSeconds, scopes: wanted};
		if (!wanted.includes('offline_access')) return issued;
		const refreshToken = `ur-${hexDigits(random, tokenDigits)}`;
		refreshTokens.set(refreshToken, {grant, endsAt: nowMs + refreshLifeSeconds * 1000, used: false});
		return {...issued, refreshToken, refreshExpiresIn: refreshLifeSeconds};
	}

	return {
		issue: (granted, nowMs, wanted) => issueFor({scopes: granted, revoked: false}, nowMs, wanted),
		refresh(refreshToken, nowMs, wanted) {
			const known = refreshTokens.get(refreshToken);
			if (known === undefined) throw refusals.refreshTokenInvalid();
			if (known.grant.revoked) throw refusals.refreshTokenRevoked();
			if (known.used) throw refusals.refreshTokenUsed();
			if (nowMs >= known.endsAt) throw refusals.refreshTokenExpired();
			const issued = issueFor(known.grant, nowMs, wanted);
			known.used = true;
			return issued;
		},
		scopesOf(accessToken, nowMs) {
			const known = accessTokens.get(accessToken);
			return known !== undefined && nowMs < known.endsAt ? known.scopes : undefined;
		},
		revoke(token) {
			accessTokens.delete(token);
			const known = refreshTokens.get(token);
			if (known !== undefined) known.grant.revoked = true;
		},
		revokeAccess() {
			accessTokens.clear();
		},
	};
}
