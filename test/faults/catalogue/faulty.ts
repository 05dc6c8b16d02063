import {RESPONSE_ALREADY_SENT} from '@hono/node-server/utils/response';
import type {Socket} from 'node:net';
import type {Sandbox} from '../../../src/sandbox/options.ts';
import {askedApi} from './asked.ts';
import type {FaultyServer} from './fault.ts';
import type {FaultPlan} from './plan.ts';

/** What faults need of a sandbox. */
export type FaultySandbox = Pick<Sandbox, 'fetch' | 'revokeTokens' | 'revokeConsoleSessions'>;

/** The connection of one request, as Node's server hands it out. */
interface Connection {
	readonly incoming: {readonly socket: Socket};
	readonly outgoing: {
		sendDate: boolean;
		setHeader(name: string, value: string): unknown;
		once(event: 'close', listener: () => void): unknown;
	};
}

/** Answers requests as the sandbox does, except for those that the plan has a fault for. */
export function createFaultyListener(sandbox: FaultySandbox, plan: FaultPlan, server: Pick<FaultyServer, 'refuseFor'>): (request: Request, connection: Connection) => Promise<Response> {
	const faultyServer: FaultyServer = {shiftClock: ms => plan.shiftClock(ms), refuseFor: ms => server.refuseFor(ms)};
	// Always there: a header that only faulty answers have would give them away, and the clock may have been moved.
	const date = () => new Date(plan.now()).toUTCString();

	return async (request, {incoming, outgoing}) => {
		outgoing.sendDate = false;
		const path = new URL(request.url).pathname;
		const api = askedApi(path);
		const due = plan.next({method: request.method, path, source: api?.source});
		if (due === undefined) {
			const response = await sandbox.fetch(request);
			outgoing.setHeader('date', date());
			return response;
		}
		const gone = new AbortController();
		outgoing.once('close', () => gone.abort());
		const {signal} = gone;
		try {
			const copies = await readable(request, signal);
			const outcome = await due.inject({
				request: copies(),
				source: api?.source,
				shape: api?.shape,
				async answer(other = copies()) {
					const response = await sandbox.fetch(other);
					response.headers.set('date', date());
					return response;
				},
				socket: incoming.socket,
				random: due.random,
				sleep: plan.sleep,
				signal,
				sandbox,
				server: faultyServer,
			});
			if (outcome === 'sent') return RESPONSE_ALREADY_SENT;
			outgoing.setHeader('date', date());
			return outcome;
		} catch (error) {
			// Nobody is there to answer any more.
			if (signal.aborted) return RESPONSE_ALREADY_SENT;
			throw error;
		}
	};
}

/** Reads a request once, to be read as often as somebody likes. */
async function readable({url, method, headers, body}: Request, signal: AbortSignal): Promise<() => Request> {
	const bytes = body === null ? null : await new Response(body).arrayBuffer();
	return () => new Request(url, {method, headers, body: bytes, signal});
}
