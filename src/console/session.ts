import type {LoadedConfig} from '../access/config/load.ts';
import {bringsCredentials, type SelectedSection} from '../access/config/profile.ts';
import type {Referable} from '../access/config/schema.ts';
import {resolveSecret} from '../access/config/secret.ts';
import type {Context, Masker} from '../base/context.ts';
import {CredentialsError, UsageError} from '../base/errors.ts';
import type {AccessToken} from '../http/client.ts';
import {renewal} from './judge.ts';
import {sessionVariables} from '../sources/app-log-variables.ts';
import {feishu} from '../sources/vendors/feishu.ts';
import type {RequestProfile, SearchProfile} from './profile.ts';
import {isSignedIn, type ConsoleSessionStore} from './session-store.ts';
import {placeholdersOf} from './template.ts';

/** The consoles of the vendor itself. */
export const vendorOrigins: ReadonlySet<string> = new Set(Object.values(feishu.hosts));

/** What signs a request to the console. */
export interface ConsoleSession {
	/** The Cookie header. */
	readonly cookie?: string | undefined;
	readonly csrfToken?: string | undefined;
	/** The Authorization header. */
	readonly authorization?: string | undefined;
}

/** What a console wants to see of a session. */
export interface SessionNeeds {
	readonly cookie: boolean;
	readonly csrfToken: boolean;
	readonly authorization: boolean;
	/** The header that carries the CSRF token, in lower case. */
	readonly csrfHeader: string | undefined;
	/** The cookie whose value is the CSRF token. */
	readonly csrfCookie: string | undefined;
}

type Part = 'cookie' | 'csrfToken' | 'authorization';

const keys = {cookie: 'console_cookie', csrfToken: 'console_csrf_token', authorization: 'console_authorization'} as const;

/** What a profile calls the parts of a session. */
export const sessionKeys = Object.values(keys);

/** A cookie shorter than this is a setting rather than a secret, and a word that would be masked everywhere. */
const leastSecretCookie = 8;

/** What a search needs, by its request profile. */
export function sessionNeeds({session = {}}: RequestProfile, {request}: SearchProfile): SessionNeeds {
	const {csrf_header: header, csrf_cookie: csrfCookie, authorization = false} = session;
	return {
		cookie: !authorization || csrfCookie !== undefined,
		csrfToken: header !== undefined || placeholdersOf(request).has('csrf_token'),
		authorization,
		csrfHeader: header?.toLowerCase(),
		csrfCookie,
	};
}

/** The names of the headers that a session brings, in lower case. */
export function sessionHeaders({cookie, authorization, csrfHeader}: SessionNeeds): string[] {
	return [...(cookie ? ['cookie'] : []), ...(authorization ? ['authorization'] : []), ...(csrfHeader === undefined ? [] : [csrfHeader])];
}

/** Where a session is looked for. */
export interface SessionPlaces {
	readonly context: Pick<Context, 'env' | 'signal' | 'masker'>;
	readonly config: LoadedConfig;
	readonly selected: SelectedSection;
	readonly store: ConsoleSessionStore;
	/** Where the session will be sent: a kept one belongs to it. */
	readonly baseUrl: string;
	/** Whether the user said that this console is to be asked, rather than a request profile alone. */
	readonly isNamed: boolean;
	/** Starts messages. */
	readonly name: string;
	readonly warn: (message: string) => void;
}

/**
 * The session to sign requests with: the environment's, unless the profile was named and brings credentials, else the
 * configuration's, else the one that was kept for this base URL. Parts of different places are never put together: they
 * would belong to different people. Every secret in it is made known to the masker.
 * @throws CredentialsError when there is none, when a part is missing, and when one cannot be sent; UsageError where it would go to a
 * host that only the request profile names
 */
export async function findSession(needs: SessionNeeds, places: SessionPlaces): Promise<ConsoleSession> {
	const {context: {masker}, baseUrl, name} = places;
	const found =
		(bringsCredentials(places.selected) ? undefined : await fromEnvironment(needs, places)) ??
		(await fromConfiguration(needs, places)) ??
		(await fromStore(places));
	if (found !== undefined && found.isForAny) await requireConfirmed(places, found.origin);
	if (found === undefined) throw new CredentialsError(`${name}: no console session`, {hint: renewal(baseUrl)});
	const {origin, session: {cookie: given, csrfToken: ownToken, authorization}} = found;
	// Copied out of the network panel, the header's name comes with it.
	const cookie = given?.replace(/^cookie:\s*/i, '');
	for (const secret of [given, cookie, ownToken, authorization, authorization?.replace(/^\w+ +/, '')])
		if (secret !== undefined) masker.add(secret);
	const cookies = new Map(parseCookies(cookie ?? ''));
	for (const value of cookies.values()) maskCookie(value, masker);
	const csrfToken = csrfTokenOf(needs.csrfCookie === undefined ? undefined : cookies.get(needs.csrfCookie), ownToken);
	if (csrfToken !== undefined) masker.add(csrfToken);
	const session = {cookie, csrfToken, authorization};
	for (const part of ['cookie', 'csrfToken', 'authorization'] as const) {
		const value = session[part];
		if (value === undefined) {
			if (needs[part])
				throw new CredentialsError(`${name}: the console session ${origin} has no ${labels[part]}`, {
					hint: `set ${sessionVariables[part]}, or feishu.${keys[part]} in a profile of the configuration, beside the others; ` +
						renewal(baseUrl),
				});
		} else if (!/^[\x20-\x7e]+$/.test(value)) {
			throw new CredentialsError(
				`${name}: the ${labels[part]} ${origin} cannot be sent: it holds line breaks or other characters than printable ASCII`,
				{hint: 'copy it again, as one line'},
			);
		}
	}
	return session;
}

const labels: Readonly<Record<Part, string>> = {cookie: 'cookie', csrfToken: 'CSRF token', authorization: 'Authorization header'};

/** The headers of a session. */
export function tokenOf(
	{cookie, csrfToken, authorization}: ConsoleSession, {csrfHeader, authorization: wantsAuthorization}: SessionNeeds,
): AccessToken {
	return {
		value: '',
		headers: {
			...(cookie === undefined ? {} : {cookie}),
			...(wantsAuthorization && authorization !== undefined ? {authorization} : {}),
			...(csrfHeader === undefined || csrfToken === undefined ? {} : {[csrfHeader]: csrfToken}),
		},
	};
}

interface Found {
	readonly session: ConsoleSession;
	/** It says nothing of the console that it belongs to. */
	readonly isForAny: boolean;
	/** For messages. */
	readonly origin: string;
}

/** Whether a place has a session: a CSRF token alone is none. */
function holdsSession({authorization}: SessionNeeds, part: (part: Part) => unknown): boolean {
	return Boolean(part('cookie')) || (authorization && Boolean(part('authorization')));
}

async function fromEnvironment(needs: SessionNeeds, {context: {env}, ...places}: SessionPlaces): Promise<Found | undefined> {
	const value = (part: Part) => env[sessionVariables[part]] || undefined;
	if (!holdsSession(needs, value)) return undefined;
	return {
		isForAny: true, origin: 'of the environment',
		session: await resolved(value, part => `environment variable ${sessionVariables[part]}`, {context: {env}, ...places}),
	};
}

async function fromConfiguration(needs: SessionNeeds, places: SessionPlaces): Promise<Found | undefined> {
	const {section, path} = places.selected;
	const value = (part: Part): Referable | undefined => section[keys[part]];
	if (!holdsSession(needs, value)) return undefined;
	return {isForAny: true, origin: 'of the configuration', session: await resolved(value, part => `${path}.${keys[part]}`, places)};
}

async function fromStore({store, baseUrl}: SessionPlaces): Promise<Found | undefined> {
	const kept = await store.read(baseUrl);
	if (kept === undefined || !isSignedIn(kept)) return undefined;
	return {
		isForAny: false, origin: `in ${store.place}`,
		session: {cookie: kept.cookie, csrfToken: kept.csrf_token, authorization: kept.authorization},
	};
}

/**
 * A request profile may be somebody else's: it alone does not decide who gets the user's session.
 * @throws UsageError
 */
async function requireConfirmed({baseUrl, isNamed, name, store}: SessionPlaces, session: string): Promise<void> {
	if (isNamed || vendorOrigins.has(new URL(baseUrl).origin) || (await store.read(baseUrl)) !== undefined) return;
	throw new UsageError(
		`${name}: the request profile alone says that the console is ${baseUrl}, which is no host of the vendor: ` +
			`the session ${session} is not sent there`,
		{
			hint: `if that is your console, name it: --base-url ${baseUrl}, or feishu.base_url in a profile of the configuration; ` +
				'"learn" remembers what it was told with --console',
		},
	);
}

async function resolved(
	value: (part: Part) => Referable | undefined, nameOf: (part: Part) => string,
	{context: {env, signal}, config, warn}: Pick<SessionPlaces, 'config' | 'warn'> & {context: {env: Context['env']; signal?: AbortSignal}},
): Promise<ConsoleSession> {
	const read = async (part: Part) => {
		const secret = value(part);
		if (secret === undefined) return undefined;
		return resolveSecret(secret, {name: nameOf(part), env, config, warn, signal});
	};
	return {cookie: await read('cookie'), csrfToken: await read('csrfToken'), authorization: await read('authorization')};
}

/** The cookies of a Cookie header. */
export function parseCookies(header: string): Array<readonly [name: string, value: string]> {
	return header.split(';').flatMap(part => {
		const equals = part.indexOf('=');
		return equals === -1 ? [] : [[part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const];
	});
}

/** The token that belongs to the cookie: as it was given where it is the same, else as pages read it. */
function csrfTokenOf(inCookie: string | undefined, given: string | undefined): string | undefined {
	if (inCookie === undefined) return given;
	return given !== undefined && decoded(given) === decoded(inCookie) ? given : decoded(inCookie);
}

/** Registers a cookie's value, also as a page would read it. */
function maskCookie(value: string, masker: Masker): void {
	if (value.length < leastSecretCookie) return;
	masker.add(value);
	if (value.includes('%')) masker.add(decoded(value));
}

/** The text without percent-encoding, or as it is where that is broken. */
export function decoded(text: string): string {
	if (!text.includes('%')) return text;
	try {
		return decodeURIComponent(text);
	} catch (error) {
		if (error instanceof URIError) return text;
		throw error;
	}
}
