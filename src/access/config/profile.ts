import {UsageError} from '../../base/errors.ts';
import {sources} from '../../sources/index.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import type {VendorDefinition} from '../../sources/vendors/types.ts';
import type {LoadedConfig} from './load.ts';
import type {Profile, Referable} from './schema.ts';

export interface ResolveConnectionOptions {
	readonly vendor: VendorDefinition;
	/** The value of `--profile`; without it `AUDIT_EXPORT_PROFILE` decides. */
	readonly profile?: string | undefined;
	/** The value of `--host`, one of the vendor's. */
	readonly host?: string | undefined;
	/** The value of `--base-url`. */
	readonly baseUrl?: string | undefined;
	readonly config: LoadedConfig;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Ends a secret's command under way. */
	readonly signal?: AbortSignal | undefined;
	/** Takes a warning for stderr. */
	readonly warn: (message: string) => void;
}

/** A vendor's settings in a profile; each vendor has some of these keys. */
export interface VendorSection {
	/** What the account is called, to tell it from others. */
	readonly account?: string | undefined;
	readonly host?: string | undefined;
	readonly base_url?: string | undefined;
	readonly token_path?: string | undefined;
	readonly app_id?: Referable | undefined;
	readonly app_secret?: Referable | undefined;
	readonly tenant_access_token?: Referable | undefined;
	readonly access_token?: Referable | undefined;
	readonly console_cookie?: Referable | undefined;
	readonly console_csrf_token?: Referable | undefined;
	readonly console_authorization?: Referable | undefined;
}

/** The vendor whose section of a profile a source uses. @param source the words of its subcommand */
export function vendorOf(source: string): 'feishu' | 'trae' {
	return Object.values<SourceDefinition>(sources).find(({name}) => name === source)?.vendor ?? 'feishu';
}

export interface SelectedSection {
	readonly profile: string | undefined;
	/** It was asked for by `--profile`, `AUDIT_EXPORT_PROFILE` or a job: what it says wins over the vendor's variables. */
	readonly isNamed: boolean;
	/** Empty when there is no profile or it says nothing about the vendor. */
	readonly section: VendorSection;
	/** What the profile calls the vendor's account, or all of its accounts. */
	readonly account?: string | undefined;
	/** Where the section stands in the file: `profiles.production.feishu`. */
	readonly path: string;
}

/**
 * The vendor's section of the profile in use: the one asked for, else the file's default, else the only one.
 * Throws a `UsageError` when the profile asked for does not exist.
 */
export function selectSection({vendor, profile, config, env}: ResolveConnectionOptions): SelectedSection {
	const origin = profile === undefined ? 'AUDIT_EXPORT_PROFILE' : '--profile';
	const wanted = profile ?? (env['AUDIT_EXPORT_PROFILE'] || undefined);
	const profiles = config.config.profiles ?? {};
	const known = Object.keys(profiles);
	if (wanted !== undefined && !known.includes(wanted)) {
		const problem = config.path === undefined ? 'there is no configuration file' : `${config.path} has no such profile`;
		throw new UsageError(`${origin}: ${JSON.stringify(wanted)}: ${problem}`, {
			hint: known.length === 0 ? 'profiles are defined in a configuration file, see config.example.json'
				: `known profiles: ${known.join(', ')}`,
		});
	}
	const name = wanted ?? config.config.default_profile ?? (known.length === 1 ? known[0] : undefined);
	const own = name === undefined ? undefined : profiles[name];
	const section = vendorSection(own, vendor.name);
	return {
		profile: name,
		isNamed: wanted !== undefined,
		account: section.account ?? own?.account,
		section,
		path: `profiles.${name}.${vendor.name}`,
	};
}

/**
 * Whether a vendor's variables say nothing of how to sign in: a named profile means one account, and credentials are
 * one set, so that one which has any of them takes none from elsewhere.
 */
export function bringsCredentials({isNamed, section}: SelectedSection): boolean {
	return isNamed && credentialKeys.some(key => section[key] !== undefined);
}

/** What the configuration says of whose account it is. A profile that nobody named and that brings nothing says nothing. */
export function labelsOf(
	{account, profile, isNamed}: SelectedSection, bringsAny: boolean,
): {account: string | undefined; profile: string | undefined} {
	return {account, profile: isNamed || bringsAny ? profile : undefined};
}

const credentialKeys = [
	'app_id', 'app_secret', 'tenant_access_token', 'access_token', 'console_cookie', 'console_csrf_token', 'console_authorization',
] as const;

function vendorSection(profile: Profile | undefined, vendorName: string): VendorSection {
	const sections: Readonly<Record<string, VendorSection | string | string[] | undefined>> = profile ?? {};
	const section = sections[vendorName];
	return typeof section === 'object' && !Array.isArray(section) ? section : {};
}
