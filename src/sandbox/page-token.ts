import {createHmac, timingSafeEqual} from 'node:crypto';
import type {Position} from './timeline.ts';

/** Makes and reads page tokens: opaque, and good only for the query they were issued for. */
export interface PageTokens {
	issue(query: string, last: Position): string;
	/** The position in a token, or undefined when it was not issued here for this query. */
	read(query: string, token: string): Position | undefined;
}

const signatureBytes = 12;
const positionBytes = 8;

/** Tokens that any sandbox with the same key accepts, so that they outlive a restart. */
export function createPageTokens(key: string): PageTokens {
	const sign = (query: string, position: Uint8Array): Uint8Array =>
		createHmac('sha256', key).update(position).update(query).digest().subarray(0, signatureBytes);
	return {
		issue(query, {block, index}) {
			const bytes = Buffer.alloc(positionBytes);
			bytes.writeUInt32BE(block, 0);
			bytes.writeUInt32BE(index, 4);
			return Buffer.concat([bytes, sign(query, bytes)]).toString('base64url');
		},
		read(query, token) {
			const bytes = Buffer.from(token, 'base64url');
			// Decoding is lenient; only the one spelling that was issued is a token.
			if (bytes.length !== positionBytes + signatureBytes || bytes.toString('base64url') !== token) return undefined;
			const position = bytes.subarray(0, positionBytes);
			if (!timingSafeEqual(bytes.subarray(positionBytes), sign(query, position))) return undefined;
			return {block: position.readUInt32BE(0), index: position.readUInt32BE(4)};
		},
	};
}
