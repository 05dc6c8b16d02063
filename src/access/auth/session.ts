import * as z from 'zod';
import {ApiError} from '../../base/errors.ts';
import {longestSecret} from '../../base/limits.ts';
import {valueAt, wholeNumber} from '../../json/value.ts';
import {textAt, type OAuthAnswer} from './oauth-client.ts';

/** Whose session: one per API, app and profile. */
export interface SessionKey {
	/** Base URL of the API. */
	readonly baseUrl: string;
	readonly appId: string;
	readonly profile: string | undefined;
}

const instant = z.iso.datetime();

/** A user's session as it is stored. Members of later versions are kept. */
export const sessionSchema = z.looseObject({
	base_url: z.string(),
	app_id: z.string(),
	profile: z.string().nullable(),
	access_token: z.string().min(1),
	/** When the access token's life began, and when it ends. */
	issued_at: instant,
	access_expires_at: instant,
	/** Single use. Absent when none was granted, or when it is known to be used up. */
	refresh_token: z.string().min(1).optional(),
	refresh_expires_at: instant.optional(),
	scopes: z.array(z.string()),
	user: z.object({name: z.string().optional(), open_id: z.string().optional()}).optional(),
	/** A refresh was sent and its answer is not stored: the refresh token may be used up. */
	refreshing_since: instant.optional(),
	/** Why the server gives no more tokens. */
	ended: z.object({at: instant, reason: z.string()}).optional(),
	saved_at: instant,
});

export type Session = z.infer<typeof sessionSchema>;

/** Longer lives are cut, so that their ends are dates. */
const longestLifeSeconds = 10 * 365 * 86_400;

/** The documented life of an access token, for an answer that states none. */
const defaultLifeSeconds = 7200;

/** An access token is renewed this long before its end, or at nine tenths of a short life. */
const renewAheadMs = 300_000;

/**
 * The session that a token endpoint's answer opens.
 * @param issuedAt Unix milliseconds: lives are counted from there
 * @param previous the session it continues, whose scopes and user stay where the answer names none
 * @throws ApiError when the answer holds no usable token
 */
export function toSession(
	answer: OAuthAnswer, {key, issuedAt, previous}: {key: SessionKey; issuedAt: number; previous?: Session},
): Session {
	const accessToken = textAt(answer.body, 'access_token');
	// Anything else could not be sent in a header.
	if (accessToken === undefined || accessToken.length > longestSecret || !/^[\u0021-\u007e]+$/.test(accessToken)) {
		throw new ApiError(`${answer.label}: the answer holds no access token`, {
			hint: 'check --base-url and the path of the token endpoint',
		});
	}
	const refresh = textAt(answer.body, 'refresh_token');
	const refreshToken = refresh === undefined || refresh.length > longestSecret ? undefined : refresh;
	const refreshLife = lifeAt(answer.body, 'refresh_token_expires_in');
	const scope = textAt(answer.body, 'scope');
	return {
		base_url: key.baseUrl,
		app_id: key.appId,
		profile: key.profile ?? null,
		access_token: accessToken,
		issued_at: new Date(issuedAt).toISOString(),
		access_expires_at: later(issuedAt, lifeAt(answer.body, 'expires_in') ?? defaultLifeSeconds),
		...(refreshToken === undefined ? {} : {refresh_token: refreshToken}),
		...(refreshToken === undefined || refreshLife === undefined ? {} : {refresh_expires_at: later(issuedAt, refreshLife)}),
		scopes: scope === undefined ? previous?.scopes ?? [] : scope.split(/\s+/).filter(name => name !== ''),
		...(previous?.user === undefined ? {} : {user: previous.user}),
		saved_at: new Date(issuedAt).toISOString(),
	};
}

/** Unix milliseconds from which a new access token is asked for. */
export function renewAt(session: Session): number {
	const end = accessEnd(session);
	const lifeMs = Math.max(0, end - Date.parse(session.issued_at));
	return end - Math.min(renewAheadMs, lifeMs / 10);
}

/** Unix milliseconds at which the access token ends. */
export function accessEnd(session: Session): number {
	return Date.parse(session.access_expires_at);
}

/** Whether, as far as can be known here, the session still gives access tokens at `now`, Unix milliseconds. */
export function isSignedIn(session: Session, now: number): boolean {
	if (now < accessEnd(session)) return true;
	if (session.refresh_token === undefined || session.ended !== undefined) return false;
	return session.refresh_expires_at === undefined || now < Date.parse(session.refresh_expires_at);
}

function lifeAt(body: unknown, name: string): number | undefined {
	const seconds = wholeNumber(valueAt(body, [name]));
	return seconds === undefined || seconds < 0 ? undefined : Math.min(seconds, longestLifeSeconds);
}

function later(ms: number, seconds: number): string {
	return new Date(ms + seconds * 1000).toISOString();
}
