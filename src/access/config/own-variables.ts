import {sessionVariables} from '../../sources/app-log-variables.ts';
import {vendors} from '../../sources/vendors/index.ts';
import type {Config} from './schema.ts';

/** The environment variable with a ready-made user access token, which is used as it is and never renewed. */
export const userTokenVariable = 'FEISHU_USER_ACCESS_TOKEN';

/** The environment variables of this program that hold credentials. */
const ownSecretVariables: readonly string[] = [
	...Object.values(vendors).flatMap(({env}) => [env.appSecret, env.accessToken]), userTokenVariable, ...Object.values(sessionVariables),
];

/**
 * The environment variables, set or not, that no program started from here may see, be it a secret's command, the browser
 * or a hook: this program's own credentials, and whatever the configuration refers to with `{"env": NAME}`.
 */
export function secretVariables(config: Config): ReadonlySet<string> {
	return new Set([...ownSecretVariables, ...referredTo(config)]);
}

/** Every `{"env": NAME}` in a value. */
function referredTo(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => key === 'env' && typeof member === 'string' ? [member] : referredTo(member));
}
