import {sourceConnection} from './auth/connection.ts';
import type {Connection} from './config/connection.ts';
import type {LoadedConfig} from './config/load.ts';
import type {Context} from '../base/context.ts';
import type {Identity} from '../output/account.ts';
import type {Client} from '../http/client.ts';
import {connect, type ConnectOptions} from './connect.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {ExportFlags, SourceDefaults} from '../query/options.ts';

/** A source together with where it is and how one gets in. Nothing has been sent yet, and no secret read. */
export interface OpenedSource {
	readonly source: SourceDefinition;
	readonly baseUrl: string;
	/** Who signs in, as far as that is known before anything is asked. Reads what it takes to know. */
	readonly account: () => Promise<Identity>;
	/** The app whose logs or whose budget it is; undefined where none is configured. */
	readonly appId?: (() => Promise<string>) | undefined;
	/** The header that carries the credentials, masked, for a plan. */
	readonly authorization: string;
	/** The configuration's defaults for the source's options. */
	readonly defaults: SourceDefaults;
	connect(options: Omit<ConnectOptions, 'source' | 'connection' | 'config'>): Promise<Client>;
}

/** What opening a source may look at. */
export interface Opening {
	readonly context: Context;
	readonly config: LoadedConfig;
	readonly warn: (message: string) => void;
}

/**
 * Finds out where a source is and how one gets in.
 * @throws UsageError for an unknown profile or host, and for an unusable base URL
 */
export type OpenSource = (flags: ExportFlags, opening: Opening) => Promise<OpenedSource>;

/** Who signs in to a source with an API of its own. A token is looked at only where there is nothing else to go by. */
export async function accountOf(
	{auth}: Pick<SourceDefinition, 'vendor' | 'auth'>, {connection, context, warn}: {connection: Connection} & Omit<Opening, 'config'>,
): Promise<Identity> {
	const {appId, accessToken, labels} = connection;
	const known = {app_id: await appId?.(), ...labels};
	const {user, token} = auth === 'user' ? await (await import('./auth/user-token.ts')).signedInUser({connection, context, warn}) : {};
	if (user !== undefined || Object.values(known).some(fact => fact !== undefined)) return {...known, user};
	const onlyToken = token ?? await accessToken?.();
	if (onlyToken !== undefined) context.masker.add(onlyToken);
	return {token: onlyToken};
}

/** Opens a source with an API of its own, by flags, environment and configuration. */
export function openApi(source: SourceDefinition): OpenSource {
	return async (flags, {context, config, warn}) => {
		const connection = sourceConnection(source, {
			profile: flags.profile, host: flags.host, baseUrl: flags.baseUrl, config, env: context.env, signal: context.signal, warn,
		});
		return {
			source,
			baseUrl: connection.baseUrl,
			account: async () => accountOf(source, {connection, context, warn}),
			appId: connection.appId,
			authorization: 'Authorization: Bearer ***',
			defaults: config.config.sources?.[source.name] ?? {},
			async connect(options) {
				const {client} = await connect({...options, source, connection, config: flags.config});
				return client;
			},
		};
	};
}
