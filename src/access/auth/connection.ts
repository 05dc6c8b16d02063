import type {Context} from '../../base/context.ts';
import {shellQuote} from '../../base/shell-quote.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {feishu} from '../../sources/vendors/feishu.ts';
import {vendors} from '../../sources/vendors/index.ts';
import {userTokenVariable} from '../config/own-variables.ts';
import {resolveConnection, type Connection} from '../config/connection.ts';
import type {ResolveConnectionOptions} from '../config/profile.ts';

/**
 * Where a user signs in, and to which app: as `resolveConnection`, but without the tenant's token. That one stands for
 * another kind of credentials, and would keep the file's app id and secret from being used.
 * @param readyMade a user's token from the environment, which is used instead: the file's app may be another tenant's
 */
export function userConnection(options: Omit<ResolveConnectionOptions, 'vendor'>, readyMade?: string): Connection {
	const env = {...options.env, [feishu.env.accessToken]: readyMade};
	const {accessToken: _, ...connection} = resolveConnection({...options, env, vendor: feishu});
	return connection;
}

/** The connection of a source, by whose token its API takes. */
export function sourceConnection(
	{vendor, auth}: Pick<SourceDefinition, 'vendor' | 'auth'>, options: Omit<ResolveConnectionOptions, 'vendor'>,
): Connection {
	return auth === 'user'
		? userConnection(options, options.env[userTokenVariable] || undefined)
		: resolveConnection({...options, vendor: vendors[vendor]});
}

/** The environment's ready-made token, where the profile that was named brings no credentials of its own. */
export function readyMadeToken({
	context: {env}, connection: {bringsCredentials = false},
}: {
	context: Pick<Context, 'env'>;
	connection: Pick<Connection, 'bringsCredentials'>;
}): string | undefined {
	return bringsCredentials ? undefined : env[userTokenVariable] || undefined;
}

/** What decides which session a command uses. */
interface SignInTarget {
	readonly baseUrl: string;
	readonly profile?: string | undefined;
	/** The configuration file as it was named. */
	readonly config?: string | undefined;
}

/** The command that signs in, as one types it: `audit-export auth login feishu --host lark`. */
export function signInCommand({baseUrl, profile, config}: SignInTarget): string {
	const [defaultHost] = Object.values(feishu.hosts);
	const host = Object.entries(feishu.hosts).find(([, url]) => url === baseUrl)?.[0];
	return [
		'audit-export auth login feishu',
		...(baseUrl === defaultHost ? [] : host === undefined ? [`--base-url ${quoted(baseUrl)}`] : [`--host ${host}`]),
		...(profile === undefined ? [] : [`--profile ${quoted(profile)}`]),
		...(config === undefined ? [] : [`--config ${quoted(config)}`]),
	].join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
	return /^[\w./:@%+=,-]+$/.test(text) ? text : shellQuote(text);
}
