import type {AsyncEntry as SystemEntry} from '@napi-rs/keyring';
import type * as z from 'zod';
import type {Context} from '../../base/context.ts';
import {parseJson} from '../../json/value.ts';
import type {SessionStore} from './session-store.ts';
import {sessionSchema} from './session.ts';
import {createFileStore, type TokenStore} from './token-store.ts';

/** One entry of the operating system's keychain. */
export interface KeychainEntry {
	getPassword(): Promise<string | null | undefined>;
	setPassword(password: string): Promise<void>;
	deleteCredential(): Promise<boolean>;
}

/** Opens the entry of an account. Throws when there is no keychain. */
export type OpenEntry = (account: string) => KeychainEntry;

const service = 'audit-export';

/** Whether the environment asks for the keychain: `AUDIT_EXPORT_KEYCHAIN=1`. */
export function wantsKeychain(env: Context['env']): boolean {
	return env['AUDIT_EXPORT_KEYCHAIN'] === '1';
}

/** The system's keychain, loaded only when it is asked for. Rejects where the optional package is missing or unusable. */
export async function loadKeychain(): Promise<OpenEntry> {
	// Put together here so that the bundler leaves it alone: the package is native code, and optional.
	const name = ['@napi-rs', 'keyring'].join('/');
	const {AsyncEntry}: {AsyncEntry: typeof SystemEntry} = await import(name);
	// The kernel's keyring, the other choice on Linux, forgets at the next start.
	return account => new AsyncEntry(service, account, {linux: {store: 'secret-service'}});
}

/** Users' sessions in the keychain; see `inKeychain`. */
export function withKeychain(files: TokenStore, options: {load: () => Promise<OpenEntry>; warn: (message: string) => void}): TokenStore {
	return inKeychain(files, {
		...options, schema: sessionSchema, accountOf: ({baseUrl, appId, profile}) => JSON.stringify([baseUrl, appId, profile ?? null]),
	});
}

/**
 * A store whose sessions are in the keychain, and in `files` whenever the keychain does not work: a failure there is a
 * warning and never loses a session. What is newer counts. The lock is that of the files.
 * @param options.accountOf names the keychain's entry for a key
 */
export function inKeychain<Key, Kept extends {readonly saved_at: string}>(files: SessionStore<Key, Kept>, {load, warn, schema, accountOf}: {
	load: () => Promise<OpenEntry>; warn: (message: string) => void; schema: z.ZodType<Kept>; accountOf: (key: Key) => string;
}): SessionStore<Key, Kept> {
	let opener: Promise<OpenEntry> | undefined;
	let warned = false;

	/** What `use` gives, or undefined after a failure. */
	async function attempt<T>(
		key: Key, use: (entry: KeychainEntry) => Promise<T>, problem = `the keychain cannot be used; sessions are kept in ${files.place}`,
	): Promise<{value: T} | undefined> {
		try {
			opener ??= load();
			const open = await opener;
			return {value: await use(open(accountOf(key)))};
		} catch {
			// Its texts could quote what was stored.
			if (!warned) warn(problem);
			warned = true;
			return undefined;
		}
	}

	async function removeFromFiles(key: Key): Promise<void> {
		if (await files.read(key) !== undefined) await files.remove(key);
	}

	return {
		place: `the system's keychain, else ${files.place}`,
		async read(key) {
			const text = await attempt(key, async entry => entry.getPassword());
			const kept = parse(text?.value, schema);
			const filed = await files.read(key);
			if (kept === undefined || filed === undefined) return kept ?? filed;
			return filed.saved_at >= kept.saved_at ? filed : kept;
		},
		async write(key, session) {
			const done = await attempt(key, async entry => entry.setPassword(JSON.stringify(session)));
			if (done === undefined) await files.write(key, session);
			else await removeFromFiles(key);
		},
		async remove(key) {
			await removeFromFiles(key);
			await attempt(
				key, async entry => entry.deleteCredential(),
				'the keychain cannot be used; if a session is left in it, remove the entry audit-export there',
			);
		},
		exclusively: async (task, instead) => files.exclusively(task, instead),
	};
}

function parse<Kept>(text: string | null | undefined, schema: z.ZodType<Kept>): Kept | undefined {
	// One that is not ours, and cannot be read, is none.
	return text === null || text === undefined ? undefined : schema.safeParse(parseJson(text)).data;
}

/**
 * The store of this user: the file in the data directory, or the keychain where `AUDIT_EXPORT_KEYCHAIN=1` asks for it.
 * @param options.warn takes a warning for stderr
 */
export function openTokenStore({context, warn}: {context: Context; warn: (message: string) => void}): TokenStore {
	const files = createFileStore({context, warn});
	return wantsKeychain(context.env) ? withKeychain(files, {load: loadKeychain, warn}) : files;
}
