import {userTokenVariable} from '../config/own-variables.ts';
import {visibleInTable} from '../../base/visible.ts';
import {isSignedIn, type Session, type SessionKey} from './session.ts';

/** What `auth status` says; never a token. */
export interface SignInStatus {
	readonly signed_in: boolean;
	/** `environment`: a ready-made token, of which nothing is known. `session`: a stored one. */
	readonly by: 'environment' | 'session' | null;
	readonly base_url: string;
	readonly app_id: string;
	readonly profile: string | null;
	/** Null where the server did not tell. */
	readonly user: {readonly name: string | null; readonly open_id: string | null} | null;
	readonly scopes: readonly string[];
	/** RFC 3339. */
	readonly access_token_until: string | null;
	/** RFC 3339; until then the session renews itself. */
	readonly refresh_token_until: string | null;
	readonly renewable: boolean;
	/** What is wrong with the session, if anything. */
	readonly problem: string | null;
	readonly stored_in: string;
}

/** The status of a stored session, or of none. */
export function describeStatus(session: Session | undefined, {key, place, readyMade, now}: {
	key: SessionKey;
	place: string;
	/** Whether the environment holds a token, which goes before the session. */
	readyMade: boolean;
	/** Unix milliseconds. */
	now: number;
}): SignInStatus {
	const base = {base_url: key.baseUrl, app_id: key.appId, profile: key.profile ?? null, stored_in: place};
	if (readyMade || session === undefined) {
		return {
			signed_in: readyMade, by: readyMade ? 'environment' : null, ...base, user: null, scopes: [], access_token_until: null,
			refresh_token_until: null, renewable: false, problem: null,
		};
	}
	const {user} = session;
	return {
		signed_in: isSignedIn(session, now),
		by: 'session',
		...base,
		user: user === undefined ? null : {name: user.name ?? null, open_id: user.open_id ?? null},
		scopes: session.scopes,
		access_token_until: session.access_expires_at,
		refresh_token_until: session.refresh_expires_at ?? null,
		renewable: session.refresh_token !== undefined,
		problem: problemOf(session),
	};
}

function problemOf({ended, refreshing_since: since}: Session): string | null {
	if (ended !== undefined) return ended.reason;
	return since === undefined ? null : `a refresh is under way since ${since}, or was cut off: then the next one may ask to sign in again`;
}

/** The status of somebody who is signed in, as lines for people. */
export function formatStatus(status: SignInStatus): string {
	const {user} = status;
	const person = [user?.name, user?.open_id].filter(text => text !== null && text !== undefined);
	const session: ReadonlyArray<readonly [string, string | null]> = [
		['user', person.join(', ') || 'unknown'],
		['scopes', status.scopes.join(', ') || 'unknown'],
		['access token', `until ${status.access_token_until ?? 'unknown'}, ${status.renewable ? 'renewed by itself' : 'cannot be renewed'}`],
		['session', status.renewable ? `until ${status.refresh_token_until ?? 'unknown'}, longer with every use` : null],
		['kept in', status.stored_in],
	];
	const rows: ReadonlyArray<readonly [string, string | null]> = [
		['signed in to', status.base_url],
		['app', status.app_id],
		['profile', status.profile],
		...(status.by === 'session' ? session
			: [['token', `ready-made, from ${userTokenVariable}, which goes before a session; whose, and until when, is unknown`] as const]),
		['problem', status.problem],
	];
	return rows.map(([name, value]) => value === null ? '' : `${name.padEnd(14)}${visibleInTable(value)}\n`).join('');
}
