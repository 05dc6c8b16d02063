import {loadConfig, type LoadConfigOptions, type LoadedConfig} from '../../access/config/load.ts';
import {selectSection} from '../../access/config/profile.ts';
import {ExportError} from '../../base/errors.ts';
import {vendors} from '../../sources/vendors/index.ts';
import {failureOf, type Finding, type Verdict} from './finding.ts';

/** The configuration, and what was found on the way; without one the rest cannot be examined. */
export interface ExaminedConfiguration {
	readonly findings: readonly Finding[];
	readonly config: LoadedConfig | undefined;
}

/** Looks for the configuration file and the profile in it. */
export async function examineConfiguration(
	options: LoadConfigOptions & {readonly profile: string | undefined},
): Promise<ExaminedConfiguration> {
	const findings: Finding[] = [];
	try {
		const config = await loadConfig(options);
		findings.push({check: 'configuration', ...describeFile(config)});
		findings.push({check: 'profile', ...describeProfile(config, options)});
		return {findings, config};
	} catch (error) {
		if (!(error instanceof ExportError)) throw error;
		findings.push({check: findings.length === 0 ? 'configuration' : 'profile', ...failureOf(error)});
		return {findings, config: undefined};
	}
}

function describeFile({path, warnings}: LoadedConfig): Verdict {
	if (path === undefined) return {status: 'skipped', detail: 'no file; environment variables and defaults only'};
	if (warnings.length === 0) return {status: 'ok', detail: path};
	return {status: 'warning', detail: warnings.join('\n'), remedy: `make it readable for its owner alone: chmod 600 ${path}`};
}

function describeProfile(config: LoadedConfig, {profile, env}: {profile: string | undefined; env: LoadConfigOptions['env']}): Verdict {
	// Every vendor's section is in the same profile.
	const selected = selectSection({vendor: vendors.feishu, profile, config, env, warn: () => undefined});
	const known = Object.keys(config.config.profiles ?? {});
	if (selected.profile !== undefined) return {status: 'ok', detail: selected.profile};
	if (known.length === 0) return {status: 'skipped', detail: 'none is defined'};
	return {
		status: 'skipped', detail: `none is chosen of ${known.join(', ')}`,
		remedy: 'choose one with --profile, AUDIT_EXPORT_PROFILE or default_profile',
	};
}
