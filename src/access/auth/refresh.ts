import type {Context} from '../../base/context.ts';
import {CredentialsError} from '../../base/errors.ts';
import {formatUtc} from '../../base/timezone.ts';
import type {App} from './browser-sign-in.ts';
import type {Endpoint} from './endpoints.ts';
import type {OAuthClient} from './oauth-client.ts';
import {refusalError, sessionEnd} from './refusal.ts';
import {toSession, type Session, type SessionKey} from './session.ts';
import type {TokenStore} from './token-store.ts';

export interface RefreshOptions {
	readonly context: Context;
	/** Builds a client over the context given to it. */
	readonly clientOver: (context: Context) => OAuthClient;
	readonly endpoint: Endpoint;
	readonly store: TokenStore;
	readonly key: SessionKey;
	/** Read only when a refresh is really sent. */
	readonly appSecret: () => Promise<string>;
	/** Whether a stored session needs no refresh: another process may have done it. */
	readonly isUsable: (session: Session) => boolean;
	/** Told of every session before it is returned, so that its tokens are masked. */
	readonly onSession: (session: Session) => void;
	/** Starts the messages, and the command that signs in ends them. */
	readonly name: string;
	readonly signIn: string;
}

/**
 * Renews a stored session, once among all processes of this user: the one that gets the lock sends the refresh, the
 * others take what it stored. A refresh token works once, so that
 * - before it is sent the store says so, the old tokens beside it: a run that finds this knows what happened;
 * - a request under way is not given up for a signal: its answer may be the only valid pair of tokens;
 * - the new pair is stored durably before anybody uses it.
 * @throws CredentialsError when only signing in helps; LockedError, NetworkError, ApiError; the signal's reason when interrupted
 */
export async function refreshSession(options: RefreshOptions): Promise<Session> {
	const {store, key, isUsable, onSession} = options;
	const stored = async () => {
		const session = await store.read(key);
		return session !== undefined && isUsable(session) ? session : undefined;
	};
	const session = await store.exclusively(async lost => await stored() ?? send(lost, options), stored);
	onSession(session);
	return session;
}

async function send(lost: AbortSignal, options: RefreshOptions): Promise<Session> {
	const {context, store, key, endpoint, name, signIn} = options;
	const session = await store.read(key);
	const problem = whyNotRefreshable(session);
	if (session?.refresh_token === undefined || problem !== undefined) {
		throw new CredentialsError(`${name}: ${problem ?? 'not signed in'}`, {hint: `sign in with: ${signIn}`});
	}
	options.onSession(session);
	const app: App = {id: key.appId, secret: await options.appSecret()};
	context.masker.add(app.secret);
	const now = () => new Date(context.now()).toISOString();

	lost.throwIfAborted();
	context.signal.throwIfAborted();
	// Also proves, before the old token is used up, that the new one can be stored.
	await store.write(key, {...session, refreshing_since: session.refreshing_since ?? now(), saved_at: now()});
	const askedAt = context.now();
	const answer = await options.clientOver(shielded(context)).post(endpoint, {
		grant_type: 'refresh_token',
		client_id: app.id,
		client_secret: app.secret,
		refresh_token: session.refresh_token,
	});
	if (answer.ok) {
		const renewed = {...toSession(answer, {key, issuedAt: askedAt, previous: session}), saved_at: now()};
		options.onSession(renewed);
		await store.write(key, renewed);
		return renewed;
	}
	const end = sessionEnd(answer);
	const {refreshing_since: since, ...settled} = session;
	if (end === undefined) {
		// A refusal for another reason leaves the refresh token as it was; one that was in doubt before stays so.
		await store.write(key, {...session, saved_at: now()});
		throw refusalError(answer);
	}
	const reason =
		since === undefined ? end : `${end}; a run ended in the middle of a refresh, on ${formatUtc(Date.parse(since))}, ` +
			'and its answer is lost';
	const {refresh_token: _, ...ended} = settled;
	await store.write(key, {...ended, ended: {at: now(), reason}, saved_at: now()});
	throw new CredentialsError(`${name}: the session is over: ${reason}${answer.code === undefined ? '' : ` (code ${answer.code})`}`, {
		hint: `sign in again with: ${signIn}`,
	});
}

function whyNotRefreshable(session: Session | undefined): string | undefined {
	if (session === undefined) return 'not signed in';
	if (session.ended !== undefined) return `the session is over: ${session.ended.reason}`;
	if (session.refresh_token === undefined)
		return 'the access token has expired, and the scope offline_access, without which it cannot be renewed, was not granted';
	return undefined;
}

/** A context whose requests are finished whatever the signal says; only the pauses between attempts end with it. */
function shielded(context: Context): Context {
	return {...context, signal: new AbortController().signal, sleep: async ms => context.sleep(ms, context.signal)};
}
