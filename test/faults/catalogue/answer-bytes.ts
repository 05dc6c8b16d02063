import {STATUS_CODES} from 'node:http';

/** The bytes of an answer's body, as they would be sent. */
export async function bytesOf(answer: Response): Promise<Buffer> {
	return Buffer.from(await answer.arrayBuffer());
}

type Body = ConstructorParameters<typeof Response>[0];

/** The same answer with another body, and with these headers beside its own; undefined takes one away. */
export function withBody(answer: Response, body: Body, headers: Readonly<Record<string, string>> = {}): Response {
	const changed = new Headers(answer.headers);
	changed.delete('content-length');
	for (const [name, value] of Object.entries(headers)) changed.set(name, value);
	return new Response(body, {status: answer.status, headers: changed});
}

/** How the end of a body is told. */
export type Framing = {readonly length: number} | 'chunked';

/** The status line and the headers of an answer as they stand on the wire, with the empty line after them. */
export function headOf(answer: Response, framing: Framing): string {
	const headers = new Headers(answer.headers);
	headers.delete('transfer-encoding');
	if (framing === 'chunked') {
		headers.delete('content-length');
		headers.set('transfer-encoding', 'chunked');
	} else {
		headers.set('content-length', String(framing.length));
	}
	headers.set('connection', 'keep-alive');
	const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
	return [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? 'Unknown'}`, ...lines, '', ''].join('\r\n');
}

/** One chunk of a body that is sent in chunks. */
export function chunkOf(bytes: Uint8Array): Buffer {
	return Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
