import type {Exchange, Inject, Outcome} from './catalogue/fault.ts';

/** Longer answers are passed on unread: they may have no end. */
const mostRecorded = 4 * 1024 * 1024;

/**
 * A fault of answers, watched. `onDone` is called for what it really does: it asks or answers otherwise, or moves something in the server.
 * Where it finds nothing of its kind, the sandbox's own answer goes out.
 * @param sent gets the answers that go out.
 */
export function watched(inject: Inject, {sent, onDone}: {sent: string[]; onDone: () => void}): Inject {
	return async exchange => {
		const asked = await questionOf(exchange.request.clone());
		let isOther = false;
		const touching = <Arguments extends unknown[]>(touch: (...parts: Arguments) => void) => (...parts: Arguments) => {
			isOther = true;
			touch(...parts);
		};
		let own: string | undefined;
		const answer: Exchange['answer'] = async request => {
			if (request !== undefined && await questionOf(request.clone()) !== asked) isOther = true;
			const response = await exchange.answer(request);
			own = answerOf(response, await response.clone().text());
			return response;
		};
		const {sandbox, server} = exchange;
		const outcome = await inject({
			...exchange, answer,
			sandbox: {revokeTokens: touching(() => sandbox.revokeTokens()), revokeConsoleSessions: touching(() => sandbox.revokeConsoleSessions())},
			server: {...server, shiftClock: touching(ms => server.shiftClock(ms))},
		});
		let other: string | undefined;
		const passedOn = await recorded(outcome, text => {
			sent.push(text);
			if (outcome !== 'sent') other = answerOf(outcome, text);
		});
		if (isOther || other === undefined || other !== own) onDone();
		return passedOn;
	};
}

async function questionOf(request: Request): Promise<string> {
	// A question that is written anew says nothing of its length.
	const headers = [...request.headers].filter(([name]) => name !== 'content-length');
	return JSON.stringify([request.method, request.url, headers, await request.text()]);
}

function answerOf({status}: Response, text: string): string {
	return `${status} ${text}`;
}

/** Passes an answer on, and tells its text where it is JSON that is not too long. */
export async function recorded<Sent extends Outcome>(outcome: Sent, onText: (text: string) => void): Promise<Sent | Response> {
	if (!(outcome instanceof Response) || outcome.headers.has('content-encoding')) return outcome;
	if (outcome.headers.get('content-type')?.startsWith('application/json') !== true || outcome.body === null) return outcome;
	const chunks: Uint8Array[] = [];
	let size = 0;
	const reader: ReadableStreamDefaultReader<Uint8Array> = outcome.body.getReader();
	for (;;) {
		const {done, value} = await reader.read();
		if (done) break;
		chunks.push(value);
		size += value.byteLength;
		// Too long to look into: what follows is passed on as it comes.
		if (size > mostRecorded) return new Response(new ReadableStream<Uint8Array>({
			start(controller) {
				for (const chunk of chunks) controller.enqueue(chunk);
			},
			async pull(controller) {
				const next = await reader.read();
				if (next.done) controller.close();
				else controller.enqueue(next.value);
			},
			cancel: async reason => reader.cancel(reason),
		}, {highWaterMark: 0}), {status: outcome.status, headers: outcome.headers});
	}
	const bytes = Buffer.concat(chunks);
	onText(bytes.toString('utf8'));
	return new Response(bytes, {status: outcome.status, headers: outcome.headers});
}
