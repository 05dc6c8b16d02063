import type {Socket} from 'node:net';
import type * as z from 'zod';
import type {Sleep} from '../../../src/base/context.ts';
import type {Sandbox} from '../../../src/sandbox/options.ts';
import type {AnswerShape} from '../../../src/sandbox/answer-shape.ts';

/** One request, and what a fault may do with it. */
export interface Exchange {
	/** As it arrived; its body can be read once, and `answer` needs no copy of it. */
	readonly request: Request;
	/** Whose API is asked; undefined for token exchanges, sign-in and pages. */
	readonly source: string | undefined;
	/** Where an answer of that API holds its parts; undefined where `source` is. */
	readonly shape: AnswerShape | undefined;
	/** What the sandbox answers. Asked at most once; a request that is never asked for costs no budget. */
	readonly answer: (request?: Request) => Promise<Response>;
	/** The connection that the request came in on, for what no `Response` can express. */
	readonly socket: Socket;
	/** Numbers in [0, 1) that the seed decides. */
	readonly random: () => number;
	readonly sleep: Sleep;
	/** Aborts when the client is gone or the sandbox closes: waits must end with it. */
	readonly signal: AbortSignal;
	readonly sandbox: Pick<Sandbox, 'revokeTokens' | 'revokeConsoleSessions'>;
	/** The sandbox's server, for what happens to all of its connections. */
	readonly server: FaultyServer;
}

/** What a fault may do to the server as a whole. */
export interface FaultyServer {
	/** Moves the sandbox's clock, the Date header too. */
	shiftClock(ms: number): void;
	/** Takes no connections for so long, and ends those there are. */
	refuseFor(ms: number): void;
}

/** The answer, or `sent` once the fault has written to the socket or ended it itself. */
export type Outcome = Response | 'sent';

/** Does one rule's fault to an exchange; holds what the rule remembers from one exchange to the next. */
export type Inject = (exchange: Exchange) => Promise<Outcome>;

/** One entry of the catalogue. */
export interface FaultDefinition<Schema extends z.ZodObject = z.ZodObject> {
	/** What happens, in one line, for the matrix. */
	readonly summary: string;
	/** What can be set, every key optional or with a default. */
	readonly parameters: Schema;
	/** Makes the fault of one rule. A method, so that a list can hold entries of different parameters. */
	create(parameters: z.output<Schema>): Inject;
}

/** Checks an entry and ties its parameters to what `create` is given. */
export function defineFault<Schema extends z.ZodObject>(definition: FaultDefinition<Schema>): FaultDefinition<Schema> {
	return definition;
}
