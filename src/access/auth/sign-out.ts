import type {Context} from '../../base/context.ts';
import {ExportError} from '../../base/errors.ts';
import type {SignInEndpoints} from './endpoints.ts';
import type {OAuthClient} from './oauth-client.ts';
import {refusalError} from './refusal.ts';
import type {Session, SessionKey} from './session.ts';
import type {TokenStore} from './token-store.ts';

/** What signing out did. */
export interface SignedOut {
	/** What was stored here, and is no longer; undefined when there was nothing. */
	readonly session: Session | undefined;
	/** Why the server did not confirm that it revoked the session; undefined when it did. */
	readonly revocationProblem: string | undefined;
}

/**
 * Has the server revoke both tokens of a session (RFC 7009), as far as it does, and forgets them here in any case.
 * @param options.appSecret absent when none is configured: then the server is not asked
 * @throws LockedError, OutputError, UsageError from the store; the signal's reason when interrupted
 */
export async function signOut({context, client, endpoints, store, key, appSecret}: {
	context: Context;
	client: OAuthClient;
	endpoints: SignInEndpoints;
	store: TokenStore;
	key: SessionKey;
	appSecret: (() => Promise<string>) | undefined;
}): Promise<SignedOut> {
	return store.exclusively(async () => {
		const session = await store.read(key);
		if (session === undefined) return {session, revocationProblem: undefined};
		const revocationProblem = await revoke(session);
		await store.remove(key);
		return {session, revocationProblem};
	});

	async function revoke({access_token: accessToken, refresh_token: refreshToken}: Session): Promise<string | undefined> {
		for (const token of [accessToken, refreshToken]) if (token !== undefined) context.masker.add(token);
		if (appSecret === undefined) return 'it was not asked: no app secret is set';
		try {
			const secret = await appSecret();
			context.masker.add(secret);
			// The refresh token first: with it, the other could be had again.
			for (const [hint, token] of [['refresh_token', refreshToken], ['access_token', accessToken]] as const) {
				if (token === undefined) continue;
				const answer = await client.post(
					endpoints.revocation, {client_id: key.appId, client_secret: secret, token, token_type_hint: hint}, {encoding: 'form'},
				);
				if (!answer.ok) return refusalError(answer).message;
			}
			return undefined;
		} catch (error) {
			if (!(error instanceof ExportError) || context.signal.aborted) throw error;
			return error.message;
		}
	}
}
