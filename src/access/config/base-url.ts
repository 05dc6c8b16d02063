import {UsageError} from '../../base/errors.ts';

/**
 * What is wrong with a base URL, or undefined. It must be https, or http to this very machine, and carry
 * neither credentials nor a query or fragment. The text never repeats the URL, which may hold a password.
 */
export function baseUrlProblem(text: string): string | undefined {
	// The URL parser drops or rewrites these, so what is checked would not be what was written.
	if (/[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) return 'expected a URL such as https://open.feishu.cn';
	const url = new URL(text);
	if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'expected a URL that starts with https://';
	if (url.username !== '' || url.password !== '') return 'credentials do not belong into the URL';
	if (/[?#]/.test(text)) return 'expected a URL without a query or fragment';
	if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
		return 'plain http would send credentials in the clear: expected https (http only to localhost, 127.0.0.0/8 or [::1])';
	}
	return undefined;
}

/** The base URL without a trailing slash. Throws a `UsageError` that names where it came from. */
export function requireBaseUrl(text: string, origin: string): string {
	const problem = baseUrlProblem(text);
	if (problem !== undefined) {
		throw new UsageError(`${origin}: ${problem}`, {hint: 'write https://host, with a path prefix where a proxy needs one'});
	}
	const {origin: schemeAndHost, pathname} = new URL(text);
	return `${schemeAndHost}${withoutTrailing(pathname, '/')}`;
}

function isLoopback(hostname: string): boolean {
	return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/**
 * The text without the characters at its end that are among `characters`. A regular expression for that looks at every run of
 * them again from each of its characters: a minute for a run of 100 kB.
 */
export function withoutTrailing(text: string, characters: string): string {
	let end = text.length;
	while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
	return text.slice(0, end);
}
