import * as z from 'zod';
import {bytesOf, chunkOf, headOf, withBody} from './answer-bytes.ts';
import {defineFault, type Exchange, type FaultDefinition} from './fault.ts';
import {byteCount, milliseconds} from './parameters.ts';
import {hangUp, send, untilGone} from './wire.ts';

/**
 * Puts what `piecesOf` makes of the sandbox's answer on the wire, in one piece so that a client is likely to see all of
 * it together, and ends the connection in order.
 */
async function answerAndClose({answer, socket}: Exchange, piecesOf: (response: Response, body: Buffer) => ReadonlyArray<string | Buffer>): Promise<'sent'> {
	const response = await answer();
	const pieces = piecesOf(response, await bytesOf(response));
	await send(socket, Buffer.concat(pieces.map(piece => Buffer.from(piece))));
	await hangUp(socket);
	return 'sent';
}

/** A proxy that changed the body and forgot the header. */
const contentLength = defineFault({
	summary: 'a wrong Content-Length with a whole body',
	parameters: z.object({
		too: z.enum(['short', 'long']).default('long').describe('too short, so that the rest of the body looks like the next answer; or too long, and the connection is closed after the body'),
		by: byteCount(1024 * 1024).default(10).describe('by how many bytes'),
	}),
	create: ({too, by}) => async exchange => answerAndClose(exchange, (response, body) => [
		headOf(response, {length: too === 'long' ? body.byteLength + by : Math.max(0, body.byteLength - by)}), body,
	]),
});

/** An orderly end where none may be: only the framing tells that something is missing. */
const cutOff = defineFault({
	summary: 'the body ends early, and the connection is closed in order',
	parameters: z.object({
		framing: z.enum(['length', 'chunked']).default('length').describe('what tells the end of the body: a Content-Length, or chunks of which the last never comes'),
		after: z.number().min(0, 'expected a number from 0 to 1').max(1, 'expected a number from 0 to 1').default(0.5).describe('how much of the body comes; with chunks 1 leaves out nothing but the end'),
	}),
	create: ({framing, after}) => async exchange => answerAndClose(exchange, (response, body) => {
		const part = body.subarray(0, Math.floor(body.byteLength * after));
		if (framing === 'chunked') return [headOf(response, 'chunked'), ...(part.byteLength === 0 ? [] : [chunkOf(part)])];
		// With nothing missing the length would be right.
		return [headOf(response, {length: Math.max(body.byteLength, part.byteLength + 1)}), part];
	}),
});

const piecesPerSecond = 10;

/** A client that only waits for silence never gives up on this one. */
const drip = defineFault({
	summary: 'the body comes in small pieces, slowly, and whole in the end',
	parameters: z.object({
		bytesPerSecond: z.int('expected a whole number').min(1, 'expected at least 1').default(1000).describe('how slowly'),
	}),
	create: ({bytesPerSecond}) => async ({answer, sleep, signal}) => {
		const response = await answer();
		const bytes = await bytesOf(response);
		const size = Math.max(1, Math.floor(bytesPerSecond / piecesPerSecond));
		let sent = 0;
		const body = new ReadableStream<Uint8Array>({
			async pull(controller) {
				// It fails when the client has gone and for nothing else, which is looked at next.
				if (sent > 0) await sleep(size * 1000 / bytesPerSecond, signal).catch(() => undefined);
				if (sent >= bytes.byteLength || signal.aborted) {
					controller.close();
					return;
				}
				controller.enqueue(bytes.subarray(sent, sent + size));
				sent += size;
			},
		}, {highWaterMark: 0});
		return withBody(response, body, {'content-length': String(bytes.byteLength)});
	},
});

/** What a captive portal, a wrong port or a TLS server on a plain one sends back. */
const pieces = {
	text: 'Please log in to the network first.\r\n',
	tls: Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]),
	'header-line': 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nthis is no header\r\n\r\n{}',
	nothing: '',
};

const garbage = defineFault({
	summary: 'something that is not HTTP, then the connection is closed in order',
	parameters: z.object({
		as: z.enum(['text', 'tls', 'header-line', 'nothing']).default('text').describe('plain text, a TLS alert, a broken header, or not a single byte'),
	}),
	create: ({as}) => async ({socket}) => {
		if (as !== 'nothing') await send(socket, pieces[as]);
		await hangUp(socket);
		return 'sent';
	},
});

/** A server that is busy, or a network that lost a packet for good. */
const hang = defineFault({
	summary: 'nothing more comes, with the connection left open',
	parameters: z.object({
		at: z.enum(['before', 'headers', 'body']).default('before').describe('before the answer, in the middle of its headers, or of its body'),
		for: milliseconds.optional().describe('how long, then the rest comes; default until the client goes'),
	}),
	create: ({at, for: forMs}) => async exchange => {
		const {answer, socket} = exchange;
		if (at === 'before') {
			await pause(exchange, forMs);
			return answer();
		}
		const response = await answer();
		const body = await bytesOf(response);
		const bytes = Buffer.concat([Buffer.from(headOf(response, {length: body.byteLength})), body]);
		const headLength = bytes.byteLength - body.byteLength;
		const stop = at === 'headers' ? Math.ceil(headLength / 2) : headLength + Math.ceil(body.byteLength / 2);
		await send(socket, bytes.subarray(0, stop));
		await pause(exchange, forMs);
		await send(socket, bytes.subarray(stop));
		await hangUp(socket);
		return 'sent';
	},
});

async function pause({sleep, signal}: Exchange, forMs: number | undefined): Promise<void> {
	if (forMs === undefined) await untilGone(signal);
	else await sleep(forMs, signal);
	signal.throwIfAborted();
}

/** What is left over must not be taken for the answer to the next request on the same connection. */
const overLong = defineFault({
	summary: 'bytes after the end of the body that Content-Length tells, then the connection is closed',
	parameters: z.object({
		extra: z.enum(['garbage', 'answer']).default('garbage').describe('meaningless bytes, or a whole good answer without rows'),
		bytes: byteCount(1024 * 1024).default(1000).describe('how much garbage'),
	}),
	create: ({extra, bytes}) => async exchange => answerAndClose(exchange, (response, body) => {
		const empty = Buffer.from('{"code":0,"msg":"success","message":"success","data":{"items":[],"has_more":false}}');
		const rest = extra === 'garbage' ? [Buffer.alloc(bytes, 'garbage ')] : [headOf(response, {length: empty.byteLength}), empty];
		return [headOf(response, {length: body.byteLength}), body, ...rest];
	}),
});

/** A server that is restarted. */
const refuse = defineFault({
	summary: 'the server goes away: every connection is reset, and new ones are refused for a while',
	parameters: z.object({
		for: milliseconds.prefault('1s').describe('how long'),
	}),
	create: ({for: forMs}) => async ({server}) => {
		server.refuseFor(forMs);
		return 'sent';
	},
});

/** So late after what came before it: a reset in its heels makes some clients believe that the connection was closed in order. */
const afterMs = 20;

/** A firewall or a load balancer that has had enough. */
const reset = defineFault({
	summary: 'the connection is reset (a TCP RST)',
	parameters: z.object({
		at: z.enum(['before', 'headers', 'body']).default('before').describe('before the answer (which the API has counted), in the middle of its headers, or of its body'),
	}),
	create: ({at}) => async ({answer, socket, sleep, signal}) => {
		const response = await answer();
		const body = await bytesOf(response);
		const head = headOf(response, {length: body.byteLength});
		if (at === 'headers') await send(socket, head.slice(0, Math.ceil(head.length / 2)));
		if (at === 'body') await send(socket, Buffer.concat([Buffer.from(head), body.subarray(0, Math.ceil(body.byteLength / 2))]));
		if (at !== 'before') await sleep(afterMs, signal);
		socket.resetAndDestroy();
		return 'sent';
	},
});

/** What happens to connections, and to answers on them. */
export const connectionFaults = {
	refuse, reset, hang, drip, 'cut-off': cutOff, 'over-long': overLong, 'content-length': contentLength, garbage,
} satisfies Record<string, FaultDefinition>;
