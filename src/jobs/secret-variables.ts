import {ownSecretVariables} from '../config/own-variables.ts';
import type {Config} from '../config/schema.ts';

/** The environment variables that hold credentials: those of the vendors, and those that the configuration refers to. */
export function secretVariables(config: Config): ReadonlySet<string> {
	return new Set([...ownSecretVariables, ...referredTo(config.profiles)]);
}

/** Every `{"env": NAME}` in a value. */
function referredTo(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => key === 'env' && typeof member === 'string' ? [member] : referredTo(member));
}
