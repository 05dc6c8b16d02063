import {resolveConnection, type Connection, type ResolveConnectionOptions} from '../config/connection.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {feishu} from '../vendors/feishu.ts';
import {vendors} from '../vendors/index.ts';

/**
 * Where a user signs in, and to which app: as `resolveConnection`, but without the tenant's token. That one stands for
 * another kind of credentials, and would keep the file's app id and secret from being used.
 */
export function userConnection(options: Omit<ResolveConnectionOptions, 'vendor'>): Connection {
	const env = {...options.env, [feishu.env.accessToken]: undefined};
	const {accessToken: _, ...connection} = resolveConnection({...options, env, vendor: feishu});
	return connection;
}

/** The connection of a source, by whose token its API takes. */
export function sourceConnection({vendor, auth}: Pick<SourceDefinition, 'vendor' | 'auth'>, options: Omit<ResolveConnectionOptions, 'vendor'>): Connection {
	return auth === 'user' ? userConnection(options) : resolveConnection({...options, vendor: vendors[vendor]});
}
