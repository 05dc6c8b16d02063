import {bytesOf} from '../answer-bytes.ts';
import type {Exchange} from '../fault.ts';
import {hangUp, send} from '../wire.ts';

/**
 * Puts what `piecesOf` makes of the sandbox's answer on the wire, in one piece so that a client is likely to see all of
 * it together, and ends the connection in order.
 */
export async function answerAndClose({answer, socket}: Exchange, piecesOf: (response: Response, body: Buffer) => ReadonlyArray<string | Buffer>): Promise<'sent'> {
	const response = await answer();
	const pieces = piecesOf(response, await bytesOf(response));
	await send(socket, Buffer.concat(pieces.map(piece => Buffer.from(piece))));
	await hangUp(socket);
	return 'sent';
}
