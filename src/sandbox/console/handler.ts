import type {Arrival} from '../api-handler.ts';
import type {ConsoleRange} from './log.ts';
import type {ConsoleSessions} from './sessions.ts';
import type {ConsoleShape} from './shapes/types.ts';

/** As any arrival; told also of the time range that a search asks for. */
export interface ConsoleArrival extends Arrival {
	readonly ranged: (range: ConsoleRange) => void;
}

/** Answers one request of the console. */
export type ConsoleHandler = (request: Request, arrival: ConsoleArrival) => Promise<Response>;

/** One path of the console, and what answers each method. */
export interface ConsoleRoute {
	readonly path: string;
	readonly handlers: Readonly<Partial<Record<'GET' | 'POST', ConsoleHandler>>>;
	/** The source that its requests are reported as; absent for everything but searches. */
	readonly source?: string;
}

/** The paths that a person sees. */
export const consolePaths = {
	signIn: '/console/login',
	script: '/console/log.js',
	log: (appId: string) => `/app/${appId}/log`,
};

/** What the endpoints share. */
export interface ConsoleParts {
	readonly appId: string;
	readonly shape: ConsoleShape;
	readonly sessions: ConsoleSessions;
}

/** Lets a request to the console's own API through only with a session and the CSRF token that belongs to it. */
export function guarded({shape, sessions}: ConsoleParts, handler: ConsoleHandler): ConsoleHandler {
	return async (request, arrival) => {
		const csrfToken = sessions.csrfTokenOf(request);
		if (csrfToken === undefined) return shape.signedOut(consolePaths.signIn);
		if (request.headers.get(shape.csrfHeader) !== csrfToken) return refused(shape, 'csrf');
		return handler(request, arrival);
	};
}

/** A refusal in the console's own terms. */
export function refused(
	shape: ConsoleShape, why: Parameters<ConsoleShape['refusal']>[0],
	{detail = '', headers = {}}: {detail?: string; headers?: Readonly<Record<string, string>>} = {},
): Response {
	const {status, body} = shape.refusal(why, detail);
	return jsonResponse(JSON.stringify(body), status, headers);
}

/** An answer of JSON that is written already. */
export function jsonResponse(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
	return new Response(text, {status, headers: {'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers}});
}
