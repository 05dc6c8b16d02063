import {resolve} from 'node:path';
import * as z from 'zod';
import {userTokenVariable} from '../../access/config/own-variables.ts';
import {requireValid} from '../../access/config/explain.ts';
import type {LoadedConfig} from '../../access/config/load.ts';
import {parseConfigFile} from '../../access/config/parse-file.ts';
import {baseUrl, tokenPath} from '../../access/config/schema.ts';
import {duration, section, text} from '../../access/config/schema-parts.ts';
import type {Context} from '../../base/context.ts';
import {systemCode, UsageError} from '../../base/errors.ts';
import {readRegularFile} from '../../base/regular-file.ts';
import {sources} from '../../sources/index.ts';
import type {SourceDefinition, SourceOption} from '../../sources/types.ts';
import {feishu} from '../../sources/vendors/feishu.ts';

const secret = (title: string) => text.meta({title, airbyte_secret: true});
const appId = text.meta({title: 'App ID'});
const instant = z.string().refine(value => !Number.isNaN(Date.parse(value)) && /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(value),
	'expected a time with its offset: 2026-11-01T00:00:00Z');

/** What a connection is set up with. Everything is written out: it comes from other people, who get nothing of this machine. */
const connectorSchema = section({
	start_date: instant.meta({title: 'Start', description: 'The first sync begins here.', format: 'date-time', examples: ['2026-11-01T00:00:00Z']}),
	overlap: duration.optional().meta({
		title: 'Overlap', examples: ['1h', '2d'],
		description: 'Incremental syncs read this much time again, for rows that came late. Default: as late as the vendor says, else 1h.',
	}),
	redact_secrets: z.boolean('expected true or false').optional().meta({
		title: 'Redact secrets', description: 'Take out what looks like a credential: payloads hold those of calling apps. Default: no.',
	}),
	feishu: section({
		app_id: appId,
		app_secret: secret('App secret'),
		host: z.enum(Object.keys(feishu.hosts)).optional().meta({title: 'Host'}),
		base_url: baseUrl.optional().meta({title: 'Base URL', description: 'Of a dedicated domain or a proxy, instead of the host.'}),
		user_access_token: text.optional().meta({
			title: 'User access token', airbyte_secret: true, description: 'For the logs of the low-code platform. It is not renewed.',
		}),
		namespace: text.optional().meta({title: 'Namespace', description: 'The app of the low-code platform whose logs they are.'}),
	}).optional().meta({title: 'Feishu or Lark'}),
	trae: section({
		app_id: appId,
		app_secret: secret('App secret'),
		base_url: baseUrl.optional().meta({title: 'Base URL', description: 'Of a dedicated domain.'}),
		token_path: tokenPath.optional().meta({title: 'Path of the token endpoint'}),
	}).optional().meta({title: 'Trae'}),
});

/** A connection's configuration. */
export type ConnectorConfig = z.infer<typeof connectorSchema>;

/** The JSON Schema of a connection's configuration, for forms. */
export function configurationSchema(): object {
	const {'~standard': _, ...schema} = z.toJSONSchema(connectorSchema, {target: 'draft-7', io: 'input', override({jsonSchema}) {
		// Comments are for people who write files.
		if (jsonSchema.properties !== undefined) delete jsonSchema.properties['//'];
	}});
	return schema;
}

/** Where a stream goes on. */
const streamState = z.looseObject({
	/** Everything before this instant was delivered. */
	next_from: instant,
	/** A full refresh is under way that began at `start_date`. */
	refreshing: z.literal(true).optional(),
});

/** Where a stream goes on; see `streamState`. */
export type StreamState = z.infer<typeof streamState>;

const stateSchema = z.array(z.looseObject({
	type: z.literal('STREAM', 'expected STREAM'),
	stream: z.looseObject({stream_descriptor: z.looseObject({name: z.string()}), stream_state: streamState.nullish()}),
}));

const catalogSchema = z.looseObject({
	streams: z.array(z.looseObject({stream: z.looseObject({name: z.string()}), sync_mode: z.enum(['full_refresh', 'incremental'])})),
});

/** What is to be read: streams by their names, each whole or from where it ended. */
export type ConfiguredStreams = ReadonlyArray<{readonly name: string; readonly isIncremental: boolean}>;

/** @throws UsageError for a file that cannot be read or does not hold what it should */
export async function readConfig(path: string, context: Context): Promise<ConnectorConfig> {
	const config = await readFile(path, connectorSchema, {context, hint: 'audit-export airbyte spec says what it takes'});
	if (config.feishu === undefined && config.trae === undefined)
		throw new UsageError(`${path}: it has neither "feishu" nor "trae"`, {hint: 'one of them says whose logs are read'});
	for (const value of [config.feishu?.app_secret, config.feishu?.user_access_token, config.trae?.app_secret]) {
		if (value !== undefined) context.masker.add(value);
	}
	return config;
}

/** @throws UsageError as `readConfig` */
export async function readCatalog(path: string, context: Context): Promise<ConfiguredStreams> {
	const {streams} = await readFile(path, catalogSchema, {context, hint: 'it is a configured catalog of the Airbyte protocol'});
	return streams.map(({stream: {name}, sync_mode: mode}) => ({name, isIncremental: mode === 'incremental'}));
}

/** Where each stream goes on, by name. @throws UsageError as `readConfig` */
export async function readState(path: string, context: Context): Promise<ReadonlyMap<string, StreamState>> {
	// Before there is any state, platforms give an empty object.
	const document = await readFile(path, z.union([stateSchema, z.strictObject({})], 'expected a list of STREAM states'), {
		context, hint: 'it is what an earlier read wrote as STATE messages; without --state everything is read from the start',
	});
	if (!Array.isArray(document)) return new Map();
	return new Map(document.flatMap(({stream: {stream_descriptor: {name}, stream_state: state}}) => state == null ? [] : [[name, state] as const]));
}

async function readFile<Schema extends z.ZodType>(
	path: string, schema: Schema, {context, hint}: {context: Context; hint: string},
): Promise<z.output<Schema>> {
	try {
		const {bytes} = await readRegularFile(resolve(context.cwd, path));
		return requireValid(schema, await parseConfigFile(path, bytes), {file: path, hint});
	} catch (error) {
		const code = systemCode(error);
		if (code === undefined) throw error;
		throw new UsageError(`${path}: cannot be read (${code})`, {hint: 'check the path and its permissions', cause: error});
	}
}

/** The streams that a configuration has credentials for. */
export function offeredSources(config: ConnectorConfig): SourceDefinition[] {
	const env = environmentOf(config);
	return Object.values<SourceDefinition>(sources).filter(({vendor, auth, options}) =>
		config[vendor] !== undefined && (auth !== 'user' || env[userTokenVariable] !== undefined) &&
		Object.values<SourceOption>(options).every(({required = false, env: name = ''}) => !required || env[name] !== undefined));
}

/** The context of a connection: of this machine's variables it has none, and of its own those that have no place in a profile. */
export function ownContext(config: ConnectorConfig, context: Context): Context {
	return {...context, env: environmentOf(config)};
}

function environmentOf({feishu: own}: ConnectorConfig): Record<string, string> {
	const {user_access_token: token, namespace}: {user_access_token?: string | undefined; namespace?: string | undefined} = own ?? {};
	return {...(token !== undefined && {[userTokenVariable]: token}), ...(namespace !== undefined && {FEISHU_APAAS_NAMESPACE: namespace})};
}

/** The connection's configuration as the program's own, in which it is the only profile. */
export function profileOf({feishu: own, trae}: ConnectorConfig, path: string): LoadedConfig {
	const {user_access_token: _, namespace: __, ...feishuSection} = own ?? {};
	return {
		config: {profiles: {airbyte: {...(own && {feishu: feishuSection}), ...(trae && {trae})}}},
		path, isTrusted: true, warnings: [],
	};
}
