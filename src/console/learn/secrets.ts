import type {Masker} from '../../base/context.ts';
import type {Template} from '../profile.ts';
import {secretKindOf} from '../../json/secrets/names.ts';
import {holdsSecret} from '../../json/secrets/redact-secrets.ts';
import {decoded, parseCookies} from '../session.ts';
import type {HarEntry} from './har.ts';
import {anyOf, wordsOf, wholly} from './words.ts';
import type {Scalar} from './json.ts';

const csrfName = /csrf|xsrf/i;
const secretPart =
	anyOf('token|secret|passw|session|signature|ticket|csrf|xsrf|credential|cookie|jwt|captcha|bogus',
		'apikey|accesskey|privatekey|fingerprint|verifyfp');
const secretWords: ReadonlySet<string> = new Set([
	'sign', 'sig', 'auth', 'authorization', 'pwd', 'sid', 'sess', 'otp', 'nonce', 'hmac', 'mac', 'bearer', 'oauth',
]);

/** Values shorter than this are too common to be told apart as secrets. */
const leastLength = 5;
/** A secret at least this long is also found inside of other texts. */
const leastLengthInside = 8;
const mostValues = 20_000;

/** Whether a header, cookie or member carries the CSRF token, by its name. */
export function isCsrfName(name: string): boolean {
	return csrfName.test(name);
}

/** Whether a member, header or cookie of this name holds a secret. */
export function isSecretName(name: string): boolean {
	const words = wordsOf(name);
	return secretKindOf(name) !== undefined || secretPart.test(words.join('')) || words.some(word => secretWords.has(word));
}

/**
 * Whether a text looks like a secret: one that is taken out of records, too, `sid=…` and its like, a UUID, 32 and more
 * hexadecimal digits, or long mixed letters and digits.
 */
export function looksRandom(text: string): boolean {
	if (holdsSecret(text) || Array.from(text.matchAll(/([\w.$-]{1,64})=/g)).some(([, name = '']) => isSecretName(name))) return true;
	if (/[\da-f]{32}|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/i.test(text)) return true;
	return (text.match(/[\w+/=~.%-]{20,}/g) ?? []).some(run => isMixed(run));
}

/** Words and paths change between letters and digits seldom, random texts at every other character. */
function isMixed(run: string): boolean {
	if (!/\d/.test(run) || !/[a-z]/i.test(run)) return /^[a-z]{40,}$/i.test(run);
	const classes = Array.from(run, character => /\d/.test(character) ? 0 : /[A-Z]/.test(character) ? 1 : /[a-z]/.test(character) ? 2 : 3);
	const changes = classes.filter((kind, index) =>
		index > 0 && kind !== 3 && classes[index - 1] !== 3 && kind !== classes[index - 1]).length;
	return changes / run.length > (run.length >= 32 ? 0.12 : 0.25);
}

/** Every secret that a recording shows: in cookies, and in headers that are named like one. */
export class SecretValues {
	readonly #values = new Set<string>();
	/** The lengths of the secrets that begin with the same characters. */
	readonly #lengths = new Map<string, Set<number>>();

	collect({headers, cookies, answer}: Pick<HarEntry, 'headers' | 'cookies' | 'answer'>): void {
		for (const [name, value] of headers) {
			if (name === 'cookie') this.#addCookies(value);
			else if (name !== 'referer' && name !== 'origin' && name !== ':path' && isSecretName(name))
				this.#add(value.replace(/^\w+ +/, ''), value);
		}
		for (const [name, value] of [...cookies, ...answer.cookies]) this.#addCookie(name, value);
		for (const [name, value] of answer.headers) {
			// Some recorders join several cookies with line breaks.
			if (name === 'set-cookie') for (const line of value.split('\n')) this.#addCookies(line.replace(/;.*/s, ''));
			else if (isSecretName(name)) this.#add(value);
		}
	}

	/** Whether a text is one of the secrets, or holds one. */
	holds(text: string): boolean {
		if (text.length < leastLength) return false;
		const spellings = [text, decoded(text)];
		if (spellings.some(spelling => this.#values.has(spelling))) return true;
		if (text.length <= leastLengthInside) return false;
		return spellings.some(spelling => this.#isInside(spelling));
	}

	/** Looks only at secrets that begin like the text does at a place: comparing with all would be quadratic in the recording. */
	#isInside(text: string): boolean {
		for (let start = 0; start + leastLengthInside <= text.length; start++) {
			for (const length of this.#lengths.get(text.slice(start, start + leastLengthInside)) ?? []) {
				if (this.#values.has(text.slice(start, start + length))) return true;
			}
		}
		return false;
	}

	/** Makes a masker know the secrets that are long enough not to be words. */
	teach(masker: Masker): void {
		for (const value of this.#values) if (value.length >= 12) masker.add(value);
	}

	#addCookies(header: string): void {
		for (const [name, value] of parseCookies(header)) this.#addCookie(name, value);
	}

	/** A cookie such as `tab=event` is no secret, and its word may be needed elsewhere. */
	#addCookie(name: string, value: string): void {
		if (isSecretName(name) || !/^[a-z]{1,12}(?:[_-][a-z]{1,12})?$/i.test(value)) this.#add(value);
	}

	#add(...values: readonly string[]): void {
		for (const value of values) {
			const unquoted = value.replace(/^"(.*)"$/s, '$1');
			for (const spelling of [unquoted, decoded(unquoted)]) {
				if (spelling.length < leastLength || spelling.length > 8192 || this.#values.size >= mostValues) continue;
				this.#values.add(spelling);
				if (spelling.length < leastLengthInside) continue;
				const beginning = spelling.slice(0, leastLengthInside);
				this.#lengths.set(beginning, (this.#lengths.get(beginning) ?? new Set<number>()).add(spelling.length));
			}
		}
	}
}

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
