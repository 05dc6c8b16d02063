import {mulberry32, seedOf} from './random.ts';

/** The access tokens of one vendor's app. */
export interface TokenStore {
	/** A token and the whole seconds of life it has left. */
	issue(nowMs: number): {readonly token: string; readonly lifeSeconds: number};
	/** Whether the token was issued here, has life left and was not revoked. */
	isValid(token: string, nowMs: number): boolean;
	/** Ends the life of every token at once. */
	revokeAll(): void;
}

/**
 * Hands out tokens that live `lifeSeconds`: the newest one again while it has more than `reissueAboveSeconds` left
 * (where that is given), else a new one beside those that are still alive.
 */
export function createTokenStore({seed, tokenPrefix, lifeSeconds, reissueAboveSeconds}: {
	seed: number; tokenPrefix: string; lifeSeconds: number; reissueAboveSeconds: number | undefined;
}): TokenStore {
	const random = mulberry32(seedOf(seed, 'tokens'));
	const endsAt = new Map<string, number>();
	let newest: string | undefined;
	return {
		issue(nowMs) {
			const newestEnd = newest === undefined ? undefined : endsAt.get(newest);
			if (
				newest !== undefined &&
				newestEnd !== undefined &&
				reissueAboveSeconds !== undefined &&
				newestEnd - nowMs > reissueAboveSeconds * 1000
			) {
				return {token: newest, lifeSeconds: Math.floor((newestEnd - nowMs) / 1000)};
			}
			for (const [token, end] of endsAt) {
				if (end <= nowMs) endsAt.delete(token);
			}
			newest = `${tokenPrefix}${hexDigits(random, 40)}`;
			endsAt.set(newest, nowMs + lifeSeconds * 1000);
			return {token: newest, lifeSeconds};
		},
		isValid(token, nowMs) {
			const end = endsAt.get(token);
			return end !== undefined && nowMs < end;
		},
		revokeAll() {
			endsAt.clear();
		},
	};
}

/** So many random hexadecimal digits. */
export function hexDigits(random: () => number, count: number): string {
	return Array.from({length: count}, () => Math.floor(random() * 16).toString(16)).join('');
}
