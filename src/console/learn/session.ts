import type {RequestProfile} from '../profile.ts';
import {decoded, parseCookies} from '../session.ts';
import type {HarEntry} from './har.ts';
import {isScalar, spots, type RequestTree} from './request-tree.ts';
import {isCsrfName} from './secrets.ts';

/** What a recording holds of the browser's session. All of it is secret. */
export interface RecordedSession {
	/** As the Cookie header carries it. */
	readonly cookie: string;
	readonly csrfToken?: string;
	/** The whole Authorization header. */
	readonly authorization?: string;
}

/** Why there is no session to keep. */
export const noSession =
	'the recording holds no cookies: browsers leave them out unless told otherwise. In Chrome allow "sensitive data" in the settings of ' +
		'the developer tools (Preferences, Network), then export the HAR "with sensitive data"';

type Recorded = Pick<HarEntry, 'headers' | 'cookies'> & {readonly request: RequestTree};

/** The session of a request, or undefined where its cookies were not recorded. */
export function sessionOf({headers, cookies, request}: Recorded, profile: Pick<RequestProfile, 'session'>): RecordedSession | undefined {
	const header = (name: string) => headers.find(([other, value]) => other === name && value !== '')?.[1];
	// HTTP/2 may send each cookie in a header of its own.
	const sent = headers.filter(([name]) => name === 'cookie').map(([, value]) => value).join('; ');
	const cookie = sent === '' ? cookies.map(([name, value]) => `${name}=${value}`).join('; ') : sent;
	const authorization = header('authorization');
	if (cookie === '' && authorization === undefined) return undefined;
	const {csrf_header: csrfHeader, csrf_cookie: csrfCookie} = profile.session ?? {};
	const csrfToken = (csrfHeader === undefined ? undefined : header(csrfHeader.toLowerCase())) ?? csrfMember(request)
		?? parseCookies(cookie).find(([name]) => name === csrfCookie)?.[1];
	return {cookie, ...(csrfToken === undefined ? {} : {csrfToken}), ...(authorization === undefined ? {} : {authorization})};
}

/** Headers of every browser, which are no token even where a cookie has the same text. */
const everyRequest: ReadonlySet<string> = new Set([
	'cookie', 'authorization', 'accept', 'accept-language', 'content-type', 'host', ':authority', ':path', 'origin', 'referer',
	'user-agent',
]);

/** How the console is told who asks, from what a search of the recording sent. */
export function learnSession({headers, cookies, request}: Recorded): NonNullable<RequestProfile['session']> {
	const sent = [...headers.filter(([name]) => name === 'cookie').flatMap(([, value]) => parseCookies(value)), ...cookies];
	const values = new Set(sent.flatMap(([, value]) => [value, decoded(value)]));
	const isCookie = (value: string) => value.length >= 8 && (values.has(value) || values.has(decoded(value)));
	// A header that repeats a cookie is a CSRF token, whatever its name.
	const csrf =
		headers.find(([name, value]) => isCsrfName(name) && value !== '') ??
		headers.find(([name, value]) => !everyRequest.has(name) && isCookie(value));
	const token = csrf?.[1] ?? csrfMember(request);
	const csrfCookie = token === undefined ? undefined
		: sent.find(([, value]) => value === token || decoded(value) === decoded(token))?.[0];
	return {
		...(csrf === undefined || !/^[\w-]+$/.test(csrf[0]) ? {} : {csrf_header: csrf[0]}),
		...(csrfCookie === undefined ? {} : {csrf_cookie: csrfCookie}),
		...(headers.some(([name, value]) => name === 'authorization' && value !== '') ? {authorization: true} : {}),
	};
}

function csrfMember(request: RequestTree): string | undefined {
	const member = [...spots({...request, path: [], header: {}})].find(
		({place, value}) => isScalar(value) && isCsrfName(place.at(-1) ?? '') && typeof value === 'string' && value !== '',
	);
	return typeof member?.value === 'string' ? member.value : undefined;
}
