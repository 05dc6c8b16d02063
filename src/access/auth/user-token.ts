import {userTokenVariable} from '../config/own-variables.ts';
import {noConfig} from '../config/load.ts';
import {resolveSecret} from '../config/secret.ts';
import type {Connection} from '../config/connection.ts';
import type {Context} from '../../base/context.ts';
import {CredentialsError, ExportError} from '../../base/errors.ts';
import type {AccessToken, TokenSource} from '../../http/client.ts';
import type {Log} from '../../base/log.ts';
import {formatUtc} from '../../base/timezone.ts';
import {signInEndpoints} from './endpoints.ts';
import {createOAuthClient} from './oauth-client.ts';
import {openTokenStore} from './keychain.ts';
import type {TokenStore} from './token-store.ts';
import {refreshSession} from './refresh.ts';
import {accessEnd, renewAt, type Session, type SessionKey} from './session.ts';
import {readyMadeToken, signInCommand} from './connection.ts';
import {checkApp} from '../config/connection.ts';
import {feishu} from '../../sources/vendors/feishu.ts';

export interface UserTokenOptions {
	/** Starts every message: the source's name. */
	readonly name: string;
	readonly context: Context;
	readonly connection: Pick<Connection, 'baseUrl' | 'appId' | 'appSecret' | 'profile' | 'bringsCredentials'>;
	/** The value of `--config`, to be repeated in the command that signs in. */
	readonly config?: string | undefined;
	/** Another token endpoint; see `signInEndpoints`. */
	readonly tokenPath?: string | undefined;
	/** Milliseconds an attempt of a refresh may take. Default 30 000. */
	readonly timeoutMs?: number | undefined;
	readonly warn: (message: string) => void;
	readonly debug?: Log['debug'];
	/** Default: the user's store. */
	readonly store?: TokenStore | undefined;
}

interface HeldToken extends AccessToken {
	/** Unix milliseconds from which the store is asked again. */
	readonly renewAt: number;
}

/** A token that worked and was refused may be renewed again; a loop of that ends here. */
const mostRenewals = 10;
/** After a refresh ahead of time failed, the next is tried this much later. */
const secondTryMs = 60_000;

/** Who signs in as a user, beside the app: by the ready-made token, or by the stored session where that is known; and where it is from. */
export async function signedInUser(
	options: Pick<UserTokenOptions, 'context' | 'connection' | 'warn'>,
): Promise<{user?: string | undefined; token?: string | undefined; origin?: string}> {
	const {context, connection: {baseUrl, appId, profile}, warn} = options;
	const token = readyMadeToken(options);
	if (token !== undefined) return {token, origin: `environment variable ${userTokenVariable}`};
	if (appId === undefined) return {};
	const store = openTokenStore({context, warn});
	const session = await store.read({baseUrl, appId: await appId(), profile});
	return {user: session?.user?.open_id, origin: `the session in ${store.place}, app id from ${appId.origin}`};
}

/**
 * The user's tokens for one run: the environment's ready-made one, else the stored session's, renewed ahead of its end
 * and when the API refuses it. All requests of all processes share one refresh.
 */
export function createUserTokenSource(options: UserTokenOptions): TokenSource {
	const {name, context, connection, warn, debug} = options;
	const endpoints = signInEndpoints(connection.baseUrl, {tokenPath: options.tokenPath});
	const signIn = signInCommand({...connection, config: options.config});
	const readyMade = readyMadeToken(options);
	let store = options.store;
	let held: HeldToken | undefined;
	let pending: Promise<HeldToken> | undefined;
	/** Tokens that the API took at least once, and those it refused. */
	const worked = new WeakSet<AccessToken>();
	const refusedValues = new Set<string>();
	let isFutile = false;

	const isUsable = (session: Session) => context.now() < renewAt(session) && !refusedValues.has(session.access_token);
	const hold = (session: Session, until = renewAt(session)): HeldToken => ({value: session.access_token, renewAt: until});
	const onSession = (session: Session) => {
		context.masker.add(session.access_token);
		if (session.refresh_token !== undefined) context.masker.add(session.refresh_token);
	};

	async function obtain(): Promise<HeldToken> {
		if (readyMade !== undefined) {
			context.masker.add(readyMade);
			const value = await resolveSecret(readyMade, {
				name: `environment variable ${userTokenVariable}`, env: context.env, config: noConfig, warn,
			});
			return {value, renewAt: Infinity};
		}
		if (connection.appId === undefined) {
			throw new CredentialsError(`${name}: no app id: a user signs in to an app`, {
				hint: `set FEISHU_APP_ID and FEISHU_APP_SECRET, then sign in with: ${signIn}; or set ${userTokenVariable}`,
			});
		}
		const key: SessionKey = {baseUrl: connection.baseUrl, appId: await connection.appId(), profile: connection.profile};
		store ??= openTokenStore({context, warn});
		const session = await store.read(key);
		if (session === undefined) {
			throw new CredentialsError(`${name}: not signed in to ${key.baseUrl} as a user of ${key.appId}`, {
				hint: `sign in with: ${signIn}; or set ${userTokenVariable}`,
			});
		}
		onSession(session);
		return isUsable(session) ? hold(session) : renew(session, key, store);
	}

	async function renew(session: Session, key: SessionKey, from: TokenStore): Promise<HeldToken> {
		try {
			return hold(
				await refreshSession({
					context, store: from, key, isUsable, onSession, name, signIn, endpoint: endpoints.token,
					clientOver: over => createOAuthClient({
						context: over, name, timeoutMs: options.timeoutMs, debug, appRemedy: checkApp(feishu, connection),
					}),
					appSecret: async () => {
						if (connection.appSecret !== undefined) return connection.appSecret();
						throw new CredentialsError(`${name}: the access token is to be renewed, and the app secret is not set`, {
							hint: 'set FEISHU_APP_SECRET, or feishu.app_secret in a profile of the configuration',
						});
					},
				}),
			);
		} catch (error) {
			const end = accessEnd(session);
			const isAlive = context.now() < end && !refusedValues.has(session.access_token);
			if (!(error instanceof ExportError) || context.signal.aborted || !isAlive) throw error;
			warn(`${error.message}; the access token is good until ${formatUtc(end)}${error.hint === undefined ? '' : `; ${error.hint}`}`);
			return hold(session, Math.min(end, context.now() + secondTryMs));
		}
	}

	return {
		async get() {
			if (isFutile) {
				throw new CredentialsError(`${name}: the API refuses the user's access token, also after it was renewed`, {
					hint: `sign in again with: ${signIn}`,
				});
			}
			if (held !== undefined && context.now() < held.renewAt) return held;
			pending ??= obtain().then(token => {
				held = token;
				return token;
			}).finally(() => {
				pending = undefined;
			});
			return pending;
		},
		accepted(token) {
			worked.add(token);
		},
		refused(token, renewals) {
			// The refusal is the message: nothing here could replace the token.
			if (readyMade !== undefined) return false;
			refusedValues.add(token.value);
			if (token === held) held = undefined;
			// Renewing helps once; more often only while the tokens do work for a time and are then refused.
			if (renewals >= (worked.has(token) ? mostRenewals : 1)) isFutile = true;
			return true;
		},
	};
}
