import type {Context} from '../../base/context.ts';
import {loadKeychain, wantsKeychain, withKeychain} from './keychain.ts';
import {createFileStore, type TokenStore} from './token-store.ts';

/**
 * The store of this user: the file in the data directory, or the keychain where `AUDIT_EXPORT_KEYCHAIN=1` asks for it.
 * @param options.warn takes a warning for stderr
 */
export function openTokenStore({context, warn}: {context: Context; warn: (message: string) => void}): TokenStore {
	const files = createFileStore({context, warn});
	return wantsKeychain(context.env) ? withKeychain(files, {load: loadKeychain, warn}) : files;
}
