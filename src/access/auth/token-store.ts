import {isAbsolute, join} from 'node:path';
import envPaths from 'env-paths';
import type {Context} from '../../base/context.ts';
import {createSessionStore, type SessionStore} from './session-store.ts';
import {sessionSchema, type Session, type SessionKey} from './session.ts';

/** Keeps the sessions of users who signed in. */
export type TokenStore = SessionStore<SessionKey, Session>;

/** The directory of this program's data. `XDG_DATA_HOME` decides on every platform when it is absolute. */
export function userDataDirectory(env: Context['env']): string {
	const base = env['XDG_DATA_HOME'];
	return base !== undefined && isAbsolute(base) ? join(base, 'audit-export') : envPaths('audit-export', {suffix: ''}).data;
}

/**
 * Users' sessions in a file of their own.
 * @param options.warn takes a warning for stderr
 * @param options.directory default the user's data directory
 */
export function createFileStore({context, warn, directory = userDataDirectory(context.env)}: {
	context: Pick<Context, 'env' | 'sleep' | 'signal' | 'random' | 'monotonic'>; warn: (message: string) => void; directory?: string;
}): TokenStore {
	return createSessionStore({
		context, warn, directory, name: 'tokens.json', schema: sessionSchema,
		belongsTo: (session, {baseUrl, appId, profile}) =>
			session.base_url === baseUrl && session.app_id === appId && session.profile === (profile ?? null),
	});
}
