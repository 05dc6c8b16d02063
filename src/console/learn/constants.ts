import type {Template} from '../profile.ts';
import {isCsrfName, isSecretName, looksRandom, type SecretValues} from './secrets.ts';
import type {Scalar} from './json.ts';
import {wholly, wordsOf} from './words.ts';

/** Takes a value out of a profile, and says why in a few words. */
export interface LeftOut {
	readonly leftOut: string;
}

/** One character on either side is enough, and looking for more would take hours in a long text. */
const email = /[\w.+-]@[\w-]+\.[\w.-]/;
const personName =
	wholly('(?:user|operator|owner|creator|employee|member|staff|account|mobile|phone|e?mail|nickname|realname|uid)' +
		'(?:ids?|names?|key|no|number)?', '(?:device|web|install|visitor|union|userunique)id', 'did|iid|uuid|guid');
const personId = /^(?:ou|on|od|oc)_[\da-z]{8,}$/i;
const placeholder = /\{[a-z_]+(?::text)?\}/;

/**
 * What may stand in a profile for a recorded value that is the same with every search: the value, `{csrf_token}`, or
 * nothing where it is a secret or names a person.
 * @param keys of the member, from the outside in
 */
export function toConstant(
	keys: readonly string[], value: Scalar, {secrets, csrfToken}: {secrets: SecretValues; csrfToken: string | undefined},
): Template | LeftOut {
	const key = keys.findLast(name => !/^\d+$/.test(name)) ?? '';
	if (value === null || value === '' || typeof value === 'boolean') return value;
	if (value === csrfToken) return '{csrf_token}';
	if (isCsrfName(key)) return '{csrf_token}';
	if (keys.some(name => isSecretName(name))) return {leftOut: 'its name is that of a secret'};
	if (personName.test(wordsOf(key).join(''))) return {leftOut: 'it names a person or a device'};
	const text = String(value);
	if (secrets.holds(text) && (typeof value === 'string' || text.length >= 6))
		return {leftOut: 'a cookie or a header holds the same value'};
	if (typeof value === 'number') return value;
	if (email.test(text) || personId.test(text)) return {leftOut: 'it names a person'};
	if (looksRandom(text)) return {leftOut: 'it looks like a secret'};
	if (!placeholder.test(text)) return value;
	// GraphQL reads blanks as nothing, so its braces can be kept apart from those of placeholders.
	return /^\s*(?:query|mutation|\{)/.test(text)
		? text.replaceAll(/\{(?=[a-z_]+(?::text)?\})/g, '{ ')
		: {leftOut: 'it reads like a placeholder'};
}

/** Whether a key may be shown and kept. */
export function isSafeKey(key: string, secrets: SecretValues): boolean {
	return !secrets.holds(key) && !looksRandom(key) && !email.test(key) && !personId.test(key);
}

export function isLeftOut(value: unknown): value is LeftOut {
	return (
		typeof value === 'object' && value !== null && 'leftOut' in value && typeof value.leftOut === 'string' &&
			Object.keys(value).length === 1
	);
}
