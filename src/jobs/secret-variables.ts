import {sessionVariables} from '../app-log/session-variables.ts';
import {userTokenVariable} from '../auth/user-token.ts';
import type {Config} from '../config/schema.ts';
import {vendors} from '../vendors/index.ts';

/** The environment variables that hold credentials: those of the vendors, and those that the configuration refers to. */
export function secretVariables(config: Config): ReadonlySet<string> {
	const own = Object.values(vendors).flatMap(({env}) => [env.appSecret, env.accessToken]);
	return new Set([...own, userTokenVariable, ...Object.values(sessionVariables), ...referredTo(config.profiles)]);
}

/** Every `{"env": NAME}` in a value. */
function referredTo(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => key === 'env' && typeof member === 'string' ? [member] : referredTo(member));
}
