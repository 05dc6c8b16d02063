import {UsageError} from '../../base/errors.ts';
import type {VendorDefinition} from '../../sources/vendors/types.ts';
import {requireBaseUrl} from './base-url.ts';
import type {LoadedConfig} from './load.ts';
import {bringsCredentials, labelsOf, selectSection, type SelectedSection, type ResolveConnectionOptions} from './profile.ts';
import type {Referable} from './schema.ts';
import {describeSecret, resolveSecret} from './secret.ts';
import {requireTrustedPath, requireTrustedPlace} from './trust.ts';

/** A setting that is read when it is first called for, and only once. */
export interface LazySetting {
	(): Promise<string>;
	/** Where it comes from, for messages; never its value. */
	readonly origin: string;
}

/** A setting whose value must reach no output, log or error. */
export interface LazySecret extends LazySetting {
	readonly secret: true;
}

/** Where a vendor's API is and what to sign in with. Nothing is read or run before a setting is called for. */
export interface Connection {
	/** Scheme, host and possibly a path prefix, without a trailing slash. */
	readonly baseUrl: string;
	/** Not a secret, yet it may be a reference. */
	readonly appId?: LazySetting;
	readonly appSecret?: LazySecret;
	/** A ready-made token, used before any exchange; app id and secret, where present too, renew it. */
	readonly accessToken?: LazySecret;
	/** Path of the token endpoint below the base URL. */
	readonly exchangePath: string;
	readonly profile: string | undefined;
	/** What the configuration says of whose account it is; see `labelsOf`. */
	readonly labels?: {readonly account: string | undefined; readonly profile: string | undefined};
	/** The profile was named and brings credentials: no variable of the vendor signs in instead. */
	readonly bringsCredentials?: boolean;
}

/**
 * Merges flags, a named profile, environment, file and defaults, in this order, into one vendor's connection. An empty
 * environment variable counts as unset. Throws a `UsageError` for an unknown profile or host and an unusable base URL.
 *
 * Credentials of two places are never mixed where that could mean two tenants in one export: an app secret in the
 * environment overrides a token in the file, and a token in the environment is not renewed with the file's app.
 */
export function resolveConnection(options: ResolveConnectionOptions): Connection {
	const {vendor, config, env} = options;
	const selected = selectSection(options);
	const {section, path} = selected;
	const environment = bringsCredentials(selected) ? {appId: undefined, appSecret: undefined, accessToken: undefined} : {
		appId: env[vendor.env.appId] || undefined,
		appSecret: env[vendor.env.appSecret] || undefined,
		accessToken: env[vendor.env.accessToken] || undefined,
	};
	const tokenKey = section.tenant_access_token === undefined ? 'access_token' : 'tenant_access_token';
	const fromFile = environment.accessToken === undefined
		? {
			appId: section.app_id,
			appSecret: section.app_secret,
			accessToken: environment.appSecret === undefined ? section[tokenKey] : undefined,
		}
		: {appId: undefined, appSecret: undefined, accessToken: undefined};

	const lazy = (variable: string, own: string | undefined, key: string, other: Referable | undefined): LazySetting | undefined => {
		if (own !== undefined) return lazySetting(own, `environment variable ${variable}`, options);
		return other === undefined ? undefined : lazySetting(other, `${path}.${key}`, options);
	};
	const appId = lazy(vendor.env.appId, environment.appId, 'app_id', fromFile.appId);
	const appSecret = lazy(vendor.env.appSecret, environment.appSecret, 'app_secret', fromFile.appSecret);
	const accessToken = lazy(vendor.env.accessToken, environment.accessToken, tokenKey, fromFile.accessToken);
	const baseUrl = chooseBaseUrl(options, selected, config);
	return {
		baseUrl,
		exchangePath: exchangePathOf(options, selected),
		profile: selected.profile,
		labels: labelsOf(
			selected,
			(['appId', 'appSecret', 'accessToken'] as const).some(key => environment[key] === undefined && fromFile[key] !== undefined),
		),
		bringsCredentials: bringsCredentials(selected),
		...(appId && {appId}),
		...(appSecret && {appSecret: asSecret(appSecret)}),
		...(accessToken && {accessToken: asSecret(accessToken)}),
	};
}

/** What to check where app id and secret are refused: the places that they came from, else those that they could come from. */
export function checkApp({env, hosts}: VendorDefinition, {appId, appSecret}: Pick<Connection, 'appId' | 'appSecret'>): string {
	const origins = [appId, appSecret].flatMap(setting => setting === undefined ? [] : [setting.origin.replace(/^environment variable /, '')]);
	const [, other] = Object.keys(hosts);
	return [
		`check ${origins.length === 0 ? `${env.appId} and ${env.appSecret}, or the same settings in the configuration` : origins.join(' and ')}`,
		...(other === undefined ? [] : [`--host ${other} is a separate world from ${Object.keys(hosts)[0]}`]),
	].join('; ');
}

function exchangePathOf({vendor, config}: ResolveConnectionOptions, {section: {token_path: own}, path}: SelectedSection): string {
	if (own !== undefined && own !== vendor.exchange.path) requireTrustedPath(config, `${path}.token_path`);
	return own ?? vendor.exchange.path;
}

function chooseBaseUrl(
	{vendor, host, baseUrl, env}: ResolveConnectionOptions, {section, path, isNamed}: SelectedSection, config: LoadedConfig,
): string {
	if (host !== undefined && !Object.hasOwn(vendor.hosts, host)) {
		throw new UsageError(`--host: ${JSON.stringify(host)} is not a host of ${vendor.title}`, {
			hint: `write ${Object.keys(vendor.hosts).join(' or ')}`,
		});
	}
	if (baseUrl !== undefined) return requireBaseUrl(baseUrl, '--base-url');
	const variable = vendor.env.baseUrl;
	const saysPlace = isNamed && (section.base_url !== undefined || section.host !== undefined);
	const fromEnvironment = variable === undefined || saysPlace ? undefined : env[variable];
	if (host === undefined && variable !== undefined && fromEnvironment) return requireBaseUrl(fromEnvironment, variable);
	if (host === undefined && section.base_url !== undefined) {
		const own = requireBaseUrl(section.base_url, `${config.path}: ${path}.base_url`);
		requireTrustedPlace(config, `${path}.base_url`, own);
		return own;
	}
	const named = host ?? section.host ?? Object.keys(vendor.hosts)[0] ?? '';
	return requireBaseUrl(vendor.hosts[named] ?? '', vendor.name);
}

function lazySetting(value: Referable, name: string, {config, env, warn, signal}: ResolveConnectionOptions): LazySetting {
	let pending: Promise<string> | undefined;
	const read = () => {
		pending ??= resolveSecret(value, {name, env, config, warn, signal});
		return pending;
	};
	return Object.assign(read, {origin: describeSecret(value, name)});
}

function asSecret(setting: LazySetting): LazySecret {
	return Object.assign(setting, {secret: true} as const);
}
