import {sourceConnection} from '../../access/auth/connection.ts';
import type {LoadedConfig} from '../../access/config/load.ts';
import type {Context} from '../../base/context.ts';
import {exitCodes} from '../../base/errors.ts';
import {resolveSettings} from '../../query/settings.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {vendors} from '../../sources/vendors/index.ts';
import type {VendorDefinition} from '../../sources/vendors/types.ts';
import {examineConfiguration} from './configuration.ts';
import type {Finding} from './finding.ts';
import {checksOf, examine} from './source-checks.ts';
import {createSubject, type SharedConnection} from './subject.ts';

/** What to examine, and with which options of exports. */
export interface Examination {
	readonly sources: readonly SourceDefinition[];
	/** Whether the user named the sources: one that is not configured is then a failure. */
	readonly named: boolean;
	readonly profile?: string | undefined;
	readonly config?: string | undefined;
	readonly baseUrl?: string | undefined;
	/** Taken by the vendors that have such a host, unless the sources are named. */
	readonly host?: string | undefined;
	/** Per attempt; default the configuration's for the source, else 10s. */
	readonly timeout?: string | undefined;
	/** Attempts after the first; default 1. */
	readonly retries?: string | undefined;
}

/** Rows of the last minute, one of them: the smallest question that an API can be asked. */
const smallest = {since: '1m', until: 'now', pageSize: '1', format: 'ndjson'} as const;

/**
 * Examines configuration, credentials, reachability, clock and permissions, with at most one row asked of each source.
 * @returns the findings in the order in which they build on each other; their texts still need masking.
 */
export async function runDoctor(options: Examination, context: Context): Promise<Finding[]> {
	const {findings, config} = await examineConfiguration({
		explicitPath: options.config, profile: options.profile, env: context.env, cwd: context.cwd,
	});
	if (config === undefined) return [...findings];
	const connections = shareConnections(options, config, context);
	const examined = await Promise.all(options.sources.map(async source => examine(createSubject({
		source,
		vendor: vendors[source.vendor],
		named: options.named,
		context,
		config: options.config,
		shared: () => connections(source),
		query: () => smallestQuery(source, options, config, context),
	}), checksOf(source))));
	return [...findings, ...examined.flat(), ...nothingConfigured(examined)];
}

/** One connection per vendor and kind of token, resolved when it is first asked for. */
function shareConnections(
	{named, profile, host, baseUrl}: Examination, config: LoadedConfig, {env, signal}: Context,
): (source: SourceDefinition) => SharedConnection {
	const known = new Map<string, SharedConnection>();
	return source => {
		const vendor: VendorDefinition = vendors[source.vendor];
		const key = `${source.vendor} ${source.auth ?? 'app'}`;
		const warnings: string[] = [];
		const shared = known.get(key) ?? {
			warnings,
			connection: sourceConnection(source, {
				profile, baseUrl, config, env, signal,
				host: host !== undefined && (named || Object.hasOwn(vendor.hosts, host)) ? host : undefined,
				warn: message => {
					warnings.push(message);
				},
			}),
		};
		known.set(key, shared);
		return shared;
	};
}

function smallestQuery(
	source: SourceDefinition, {timeout, retries = '1'}: Examination, {config}: LoadedConfig, {env, now}: Pick<Context, 'env' | 'now'>,
) {
	const defaults = config.sources?.[source.name] ?? {};
	const flags = {...smallest, retries, timeout: timeout ?? defaults.timeout ?? '10s'};
	return resolveSettings({source, flags, defaults, env, now: now(), terminal: false}).query;
}

/** That every source alone may be left out does not mean that all of them may. */
function nothingConfigured(examined: ReadonlyArray<readonly Finding[]>): Finding[] {
	// What is examined to its end does not end with a check that is left out.
	if (!examined.every(findings => findings.at(-1)?.status === 'skipped')) return [];
	return [{
		check: 'credentials',
		status: 'failed',
		detail: 'no source has credentials',
		remedy: 'set the environment variables named above, or write a configuration file; config.example.json shows how',
		exitCode: exitCodes.credentials,
	}];
}
