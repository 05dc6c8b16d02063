import type {Masker} from '../base/context.ts';
import {cutText} from '../base/visible.ts';
import {secretKindOf} from '../json/secrets/names.ts';
import {redactSecretsInText} from '../json/secrets/redact-secrets.ts';
import {redactedText} from '../json/secrets/text.ts';

/** One HTTP request as it goes out. */
export interface WireRequest {
	readonly method: string;
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string | undefined;
}

/** Stands for a secret in what is shown. */
const mask = '***';

/** Of a request's body, so many characters are shown. */
const mostShown = 2000;

/** Headers of an answer that tell something about it. `location` may carry a token: what looks like one is masked. */
const telling: readonly string[] = [
	'content-type', 'content-encoding', 'x-tt-logid', 'x-request-id', 'x-ogw-ratelimit-limit', 'x-ogw-ratelimit-reset', 'retry-after',
	'location', 'date',
];

/** A text for people with what looks like a credential in it masked: a URL, a body, a line of a header. */
export function hideSecrets(text: string): string {
	const {text: redacted, values} = redactSecretsInText(text);
	return values === 0 ? text : redacted.replaceAll(redactedText, mask);
}

/** A header as `name: value`, masked where its name or its value says that it is a secret. */
export function showHeader(name: string, value: string): string {
	return `${name}: ${secretKindOf(name) === undefined ? hideSecrets(value) : mask}`;
}

/** A request as `--debug` shows it: method, URL, headers, body, everything sensitive in them masked. */
export function showRequest({method, url, headers, body}: WireRequest, masker: Masker): string {
	// Before it is cut: nothing would know half of a secret any more.
	const sent = body === undefined ? undefined : masker.mask(hideSecrets(body));
	return [
		`${method} ${hideSecrets(url)}`,
		...Object.entries(headers).map(([name, value]) => showHeader(name, value)),
		...(sent === undefined ? [] : [sent.length > mostShown ? `${cutText(sent, mostShown)}…` : sent]),
	].join(' | ');
}

/**
 * An answer as `--debug` shows it: status, size, time and the headers that tell something, never its body.
 * @param options.code the vendor's code, where it is known
 */
export function showAnswer(
	{status, headers}: {status: number; headers: Pick<Headers, 'get'>},
	{bytes, ms, code}: {bytes: number; ms: number; code?: number | undefined},
): string {
	const told = telling.flatMap(name => {
		const value = headers.get(name);
		return value === null ? [] : [` | ${showHeader(name, value)}`];
	});
	return `HTTP ${status}${code === undefined ? '' : `, code ${code}`}, ${bytes} bytes, ${Math.round(ms)} ms${told.join('')}`;
}
