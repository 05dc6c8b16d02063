import type {Fetch} from '../context.ts';
import type {Transport} from './transport.ts';

/** Sends a request, and may look at its answer or keep it from being sent by throwing. Returns the answer as it came. */
export type Around = <Answer extends {readonly status: number; readonly headers: Pick<Headers, 'get'>}>(send: () => Promise<Answer>) => Promise<Answer>;

/** A `fetch` with something around every request, also those that go over its transport. */
export function aroundFetch(fetch: Fetch, around: Around): Fetch {
	const wrapped: Fetch = async (input, init) => around(async () => fetch(input, init));
	const {transport} = fetch;
	if (transport === undefined) return wrapped;
	const wrappedTransport: Transport = async (...exchange) => around(async () => transport(...exchange));
	return Object.assign(wrapped, {transport: wrappedTransport});
}
