import type {Fetch} from '../base/context.ts';
import type {Transport, WireAnswer} from '../base/transport.ts';

/**
 * A `fetch` over a transport, for whoever rewrites requests or answers on their way: both go over the same network. It does
 * what the program asks of one: GET and POST with a text as the body, answers of the default size at most, no redirects.
 */
export function createTransportFetch(transport: Transport): Fetch {
	const fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
		const request = new Request(input, init);
		const {method, url, signal} = request;
		if (method !== 'GET' && method !== 'POST') throw new TypeError(`${method} is not sent`);
		const body = await request.text();
		const answer = await transport({method, url, headers: Object.fromEntries(request.headers), ...(method === 'POST' ? {body} : {})}, {
			signal,
			onEnd(listener) {
				if (signal.aborted) listener(signal.reason);
				else signal.addEventListener('abort', () => listener(signal.reason), {once: true});
			},
		});
		return new Response(bodyOf(answer, `${method} ${new URL(url).pathname}`), {status: answer.status, headers: [...answer.headers]});
	};
	return Object.assign(fetch, {transport});
}

/** The answers that have no body, which `Response` insists on. */
const bodiless = new Set([204, 205, 304]);

function bodyOf({status, readBody}: WireAnswer, label: string): ReadableStream<Uint8Array> | null {
	if (bodiless.has(status)) return null;
	return new ReadableStream({
		async pull(controller) {
			const bytes = await readBody(label);
			if (bytes.length > 0) controller.enqueue(bytes);
			controller.close();
		},
	}, {highWaterMark: 0});
}

/** Sends a request, and may look at its answer or keep it from being sent by throwing. Returns the answer as it came. */
type Around = <Answer extends {readonly status: number; readonly headers: Pick<Headers, 'get'>}>(send: () => Promise<Answer>) => Promise<Answer>;

/** A `fetch` with something around every request, also those that go over its transport. */
export function aroundFetch(fetch: Fetch, around: Around): Fetch {
	const wrapped: Fetch = async (input, init) => around(async () => fetch(input, init));
	const {transport} = fetch;
	if (transport === undefined) return wrapped;
	const wrappedTransport: Transport = async (...exchange) => around(async () => transport(...exchange));
	return Object.assign(wrapped, {transport: wrappedTransport});
}
