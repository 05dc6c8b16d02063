import type {Context} from '../base/context.ts';
import {ApiError} from '../base/errors.ts';
import {createClient, type Client, type ClientOptions, type TokenSource} from '../http/client.ts';
import {networkProblem} from '../http/network-problem.ts';
import {earliestStart, reachText, type Reach} from '../sources/range.ts';
import type {AnswerReader} from './answers.ts';
import type {RequestWriter} from './requests.ts';
import type {ConsoleSession} from './session.ts';

/** What asking the console takes beside what every client takes. */
export interface ConsoleClientOptions extends Omit<ClientOptions, 'tokens'> {
	readonly tokens: TokenSource;
	readonly session: ConsoleSession;
	readonly writer: RequestWriter;
	readonly reader: AnswerReader;
	/** How far back the console can be asked. */
	readonly reach: Reach;
}

/**
 * A client that signs requests of a `RequestWriter` with a console session and completes what comes back. No attempt goes
 * out that starts before what may be asked for, however long it had to wait.
 */
export function createConsoleClient({session, writer, reader, ...options}: ConsoleClientOptions): Client {
	return {
		async send(shown) {
			const {request, startMs, pageSize, cursor} = writer.toSend(shown, session.csrfToken);
			const client = createClient({...options, context: {...options.context, fetch: withinReach(options, startMs)}});
			const first = await client.send(request);
			const answer = reader.isSilent(first) ? await client.send(request) : first;
			return reader.complete(answer, {label: `${options.name}: ${request.method} ${request.path}`, pageSize, cursor});
		},
	};
}

/** The network of a context, which lets nothing out of reach through. */
function withinReach(
	{context: {fetch, now}, name, reach}: {context: Context; name: string; reach: Reach}, startMs: number,
): Context['fetch'] {
	let before: string | undefined;
	return async (...request) => {
		if (startMs < earliestStart(reach, now())) {
			const meanwhile = before === undefined ? 'it waited for its turn' : `it was asked for again after ${before}`;
			throw new ApiError(`${name}: a window has gone out of the ${reachText(reach)} that can be asked for while ${meanwhile}`, {
				hint: 'run again with a later --since',
			});
		}
		try {
			const answer = await fetch(...request);
			before = `HTTP ${answer.status}`;
			return answer;
		} catch (error) {
			before = networkProblem(error).what;
			throw error;
		}
	};
}

/** A session is neither renewed nor replaced: the console's users sign in again. */
export function fixedToken(token: Awaited<ReturnType<TokenSource['get']>>): TokenSource {
	return {get: async () => token, accepted: () => undefined, refused: () => false};
}
