import {isSafeKey, isLeftOut, toConstant} from './constants.ts';
import type {NameAndValue} from './har.ts';
import {isCsrfName, isSecretName, looksRandom, type SecretValues} from './secrets.ts';
import {wordsOf} from './words.ts';

const kept = new Set(['accept-language', 'origin', 'referer']);
/** Written anew with every request, or about who asks. */
const passing = /trace|span|request-?id|req-?id|log-?id|timestamp|time$|nonce|random|user|uid|account|mail|phone|device|forwarded|real-ip|client-ip|client-data|b3|datadog|sentry|amz/;

/** The headers that a console may insist on, without secrets and without those that every request has of itself. */
export function learnHeaders(headers: readonly NameAndValue[], {appId, appIdHeaders, secrets, csrfToken}: {
	appId: string | undefined;
	/** Headers that carry the app's id. */
	appIdHeaders: readonly string[];
	secrets: SecretValues;
	csrfToken: string | undefined;
}): {headers: Record<string, string>; leftOut: Array<{name: string; why: string}>} {
	const found: Record<string, string> = {};
	const leftOut: Array<{name: string; why: string}> = [];
	for (const [name, value] of headers) {
		if (appIdHeaders.includes(name)) {
			found[name] = '{app_id}';
			continue;
		}
		const isOwn = name.startsWith('x-') && isSafeKey(name, secrets);
		if (value === csrfToken || isCsrfName(name) || (!isOwn && !kept.has(name)) || value === '' || /[^\x20-\x7e]/.test(value)) continue;
		if (isOwn && (isSecretName(name) || passing.test(wordsOf(name).join('-')))) {
			leftOut.push({name, why: isSecretName(name) ? 'its name is that of a secret' : 'it differs with every request or user'});
			continue;
		}
		const text = name === 'referer' ? toReferer(value, appId, secrets) : name === 'origin' ? value : toConstant([name], value, {secrets, csrfToken});
		if (typeof text === 'string' && text.length <= 300) found[name] = text;
		else if (isLeftOut(text)) leftOut.push({name, why: text.leftOut});
	}
	return {headers: found, leftOut};
}

/** Without query and fragment; only the origin where something in the path looks like a secret. */
function toReferer(value: string, appId: string | undefined, secrets: SecretValues): string | undefined {
	if (!URL.canParse(value)) return undefined;
	const {origin, pathname} = new URL(value);
	const segments = pathname.split('/').map(segment => segment === appId ? '{app_id}' : segment);
	const isSafe = segments.every(segment => segment === '{app_id}' || (isSafeKey(segment, secrets) && !looksRandom(segment) && !/[{}]/.test(segment)));
	return isSafe ? `${origin}${segments.join('/')}` : `${origin}/`;
}
