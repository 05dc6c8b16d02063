import * as z from 'zod';
import {inKeychain, loadKeychain, wantsKeychain} from '../access/auth/keychain.ts';
import {createSessionStore, type SessionStore} from '../access/auth/session-store.ts';
import {userDataDirectory} from '../access/auth/token-store.ts';
import type {Context} from '../base/context.ts';

const keptSchema = z.looseObject({
	/** Where it was learned, the only place that it is sent to. Without a session: a console that `learn --console` was told of. */
	base_url: z.string(),
	cookie: z.string().min(1).optional(),
	csrf_token: z.string().min(1).optional(),
	authorization: z.string().min(1).optional(),
	saved_at: z.iso.datetime(),
});

/** A session of the developer console as it is kept. */
export type KeptConsoleSession = z.infer<typeof keptSchema>;

/** Whether there is a session, not only a console that the user named. */
export function isSignedIn({cookie, authorization}: KeptConsoleSession): boolean {
	return (cookie ?? authorization) !== undefined;
}

/** Sessions of the developer console by base URL. */
export type ConsoleSessionStore = SessionStore<string, KeptConsoleSession>;

/**
 * The console sessions of this user: a file in the data directory, or the keychain where `AUDIT_EXPORT_KEYCHAIN=1` asks for it.
 * @param options.warn takes a warning for stderr
 */
export function openConsoleSessions({context, warn}: {
	context: Pick<Context, 'env' | 'sleep' | 'signal' | 'random' | 'monotonic'>;
	warn: (message: string) => void;
}): ConsoleSessionStore {
	const files = createSessionStore({
		context, warn,
		directory: userDataDirectory(context.env),
		name: 'console-sessions.json',
		schema: keptSchema,
		belongsTo: (session, baseUrl: string) => session.base_url === baseUrl,
	});
	if (!wantsKeychain(context.env)) return files;
	return inKeychain(files, {load: loadKeychain, warn, schema: keptSchema, accountOf: baseUrl => JSON.stringify(['console', baseUrl])});
}
