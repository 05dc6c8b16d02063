import type {Log} from '../log.ts';
import {signInWithBrowser, type SignInOptions} from './browser-sign-in.ts';
import {signInWithDevice} from './device-sign-in.ts';
import {toSession, type Session, type SessionKey} from './session.ts';
import type {TokenStore} from './token-store.ts';
import {askUserInfo} from './user-info.ts';

export interface SignInRun extends SignInOptions {
	readonly store: TokenStore;
	readonly key: SessionKey;
	/** How the person agrees: in a browser on this machine, or on any other device. */
	readonly way: {readonly kind: 'browser'; readonly port: number; readonly openBrowser?: ((url: string) => Promise<void>) | undefined} | {readonly kind: 'device'};
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
