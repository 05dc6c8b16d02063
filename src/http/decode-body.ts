import {isAscii, isUtf8, transcode} from 'node:buffer';

/** The text of a body. */
export interface DecodedBody {
	readonly text: string;
	/** Bytes that are not UTF-8 were replaced by U+FFFD. */
	readonly altered: boolean;
}

const utf8 = new TextDecoder('utf-8');

/** Larger bodies are not held in memory a second time for the sake of speed. */
const mostTranscodedBytes = 4 * 1024 * 1024;

/**
 * The body's text, as a `TextDecoder` gives it: without a byte order mark. Looks for what is not UTF-8 first, which costs
 * next to nothing: a decoder that may fail takes twice as long as one that may not, and a conversion to UTF-16 a fifth.
 */
export function decodeBody(body: Uint8Array): DecodedBody {
	if (!isUtf8(body)) return {text: utf8.decode(body), altered: true};
	const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
	if (isAscii(bytes)) return {text: bytes.toString('latin1'), altered: false};
	if (bytes.length > mostTranscodedBytes) return {text: utf8.decode(bytes), altered: false};
	const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
	return {text: transcode(isMarked ? bytes.subarray(3) : bytes, 'utf8', 'utf16le').toString('utf16le'), altered: false};
}
