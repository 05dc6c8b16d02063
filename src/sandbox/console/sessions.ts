import {hexDigits} from '../tokens.ts';

/** What a browser that signed in holds. */
export interface ConsoleSession {
	/** The whole Cookie header. */
	readonly cookie: string;
	/** What the CSRF header must hold; the same as in the cookie that scripts can read. */
	readonly csrfToken: string;
}

/** People who signed in to the console. */
export interface ConsoleSessions {
	/** Signs somebody in; the cookies as a browser is told to keep them. */
	start(): ConsoleSession & {readonly setCookies: readonly string[]};
	/** The CSRF token that belongs to the session of a request, or undefined when there is no such session. */
	csrfTokenOf(request: Request): string | undefined;
	revokeAll(): void;
}

/** Hidden from scripts. */
const sessionCookie = 'console_session';
/** Scripts copy it into a header, which pages of other sites cannot. */
export const csrfCookie = 'console_csrf_token';

/** Nobody signed in yet. */
export function createConsoleSessions(random: () => number): ConsoleSessions {
	const sessions = new Map<string, string>();
	return {
		start() {
			const id = `XN0YXJ0-${hexDigits(random, 48)}`;
			const csrfToken = hexDigits(random, 40);
			sessions.set(id, csrfToken);
			return {
				cookie: `${sessionCookie}=${id}; ${csrfCookie}=${csrfToken}`,
				csrfToken,
				setCookies: [`${sessionCookie}=${id}; Path=/; HttpOnly; SameSite=Lax`, `${csrfCookie}=${csrfToken}; Path=/; SameSite=Lax`],
			};
		},
		csrfTokenOf(request) {
			const id = (request.headers.get('cookie') ?? '')
				.split(/; */)
				.find(pair => pair.startsWith(`${sessionCookie}=`))
				?.slice(sessionCookie.length + 1);
			return id === undefined ? undefined : sessions.get(id);
		},
		revokeAll: () => sessions.clear(),
	};
}
