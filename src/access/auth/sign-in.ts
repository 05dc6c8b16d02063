import type {Context} from '../../base/context.ts';
import {ExportError} from '../../base/errors.ts';
import type {Log} from '../../base/log.ts';
import {vendorJudge} from '../../http/answer.ts';
import {createClient} from '../../http/client.ts';
import {valueAt} from '../../json/value.ts';
import {feishu} from '../../sources/vendors/feishu.ts';
import {signInWithBrowser, type SignInOptions} from './browser-sign-in.ts';
import {signInWithDevice} from './device-sign-in.ts';
import type {SignInEndpoints} from './endpoints.ts';
import {textAt, type OAuthClient} from './oauth-client.ts';
import {toSession, type Session, type SessionKey} from './session.ts';
import type {TokenStore} from './token-store.ts';
import {refusalError} from './refusal.ts';

export interface SignInRun extends SignInOptions {
	readonly store: TokenStore;
	readonly key: SessionKey;
	/** How the person agrees: in a browser on this machine, or on any other device. */
	readonly way:
		| {readonly kind: 'browser'; readonly port: number; readonly openBrowser?: ((url: string) => Promise<void>) | undefined}
		| {readonly kind: 'device'};
	readonly debug: Log['debug'];
}

/**
 * Signs a user in and stores the session, in place of an earlier one of the same key. The tokens are on disk before
 * anything is asked with them.
 * @throws as `signInWithBrowser` and `signInWithDevice`; LockedError, OutputError, UsageError from the store
 */
export async function signIn(run: SignInRun): Promise<Session> {
	const {context, store, key, way, endpoints, debug} = run;
	// A store that cannot be used is better known before the person has done anything.
	await store.exclusively(async () => store.read(key));
	const answer = way.kind === 'device' ? await signInWithDevice(run) : await signInWithBrowser({...run, ...way});
	const session = toSession(answer, {key, issuedAt: context.now()});
	context.masker.add(session.access_token);
	if (session.refresh_token !== undefined) context.masker.add(session.refresh_token);
	await store.exclusively(async () => store.write(key, session));

	const user = await askUserInfo(session.access_token, {context, endpoints, debug});
	if (user === undefined) return session;
	return store.exclusively(async () => {
		const stored = await store.read(key);
		const known = {...session, user};
		// Another process may have renewed it meanwhile; its tokens are the good ones.
		if (stored?.access_token === session.access_token) await store.write(key, known);
		return known;
	});
}

/** Who owns an access token, where the server tells; undefined where it does not, which is no error. */
async function askUserInfo(accessToken: string, {context, endpoints, debug}: {
	context: Context; endpoints: SignInEndpoints; debug: Log['debug'];
}): Promise<Session['user']> {
	const client = createClient({
		context, judge: vendorJudge(feishu, context), baseUrl: endpoints.userInfo.baseUrl, name: 'auth', timeoutMs: 10_000, retries: 0,
		debug,
		counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
		tokens: {get: async () => ({value: accessToken}), accepted: () => undefined, refused: () => false},
	});
	try {
		const {body} = await client.send({method: 'GET', path: endpoints.userInfo.path});
		const data = valueAt(body, ['data']);
		const name = textAt(data, 'name');
		const openId = textAt(data, 'open_id');
		return name === undefined && openId === undefined ? undefined : {...(name && {name}), ...(openId && {open_id: openId})};
	} catch (error) {
		if (!(error instanceof ExportError) || context.signal.aborted) throw error;
		// Its words may quote the token they refuse.
		debug?.('auth: the server does not say who has signed in');
		return undefined;
	}
}

/** What signing out did. */
interface SignedOut {
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
