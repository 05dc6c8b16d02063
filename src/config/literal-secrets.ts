import type {Config} from './schema.ts';

const secretKeys = ['app_secret', 'tenant_access_token', 'access_token', 'console_cookie', 'console_csrf_token', 'console_authorization'] as const;

/** The paths of all secrets that are written out in the configuration rather than referred to. */
export function literalSecrets(config: Config): string[] {
	return Object.entries(config.profiles ?? {}).flatMap(([profileName, profile]) =>
		(['feishu', 'trae'] as const).flatMap(vendorName => {
			const section: Readonly<Record<string, unknown>> = profile[vendorName] ?? {};
			return secretKeys.filter(key => typeof section[key] === 'string').map(key => `profiles.${profileName}.${vendorName}.${key}`);
		}),
	);
}
