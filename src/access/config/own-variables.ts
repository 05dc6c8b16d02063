import {sessionVariables} from '../../sources/app-log-variables.ts';
import {vendors} from '../../sources/vendors/index.ts';

/** The environment variable with a ready-made user access token, which is used as it is and never renewed. */
export const userTokenVariable = 'FEISHU_USER_ACCESS_TOKEN';

/** The environment variables of this program that hold credentials. */
export const ownSecretVariables: readonly string[] = [
	...Object.values(vendors).flatMap(({env}) => [env.appSecret, env.accessToken]), userTokenVariable, ...Object.values(sessionVariables),
];

/** An environment for programs that this one starts: without its own credentials, which are no business of theirs. */
export function withoutSecrets(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !ownSecretVariables.includes(name)));
}
