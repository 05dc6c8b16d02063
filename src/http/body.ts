import {isAscii, isUtf8, transcode} from 'node:buffer';
import {ApiError, systemCode} from '../base/errors.ts';
import {formatSize} from '../base/size.ts';
import {comma, openArray, openObject} from '../json/characters.ts';

/** The most bytes of a body where nobody says otherwise. A page of log rows is a thousand times smaller. */
export const defaultMaxResponseBytes = 256 * 2 ** 20;

const askForLess =
	'ask for fewer rows at once with --page-size, or allow more with --max-response; if it stays, check --base-url: ' +
		'this does not look like the API';

/** Says that a body has more than so many bytes; zlib says it so, too. */
export function overLimit(maxBytes: number): Error {
	return Object.assign(new Error(`more than ${maxBytes} bytes`), {code: 'ERR_BUFFER_TOO_LARGE'});
}

/**
 * The whole body, decompressed. Stops at `maxBytes`: a few kilobytes can decompress to more than any memory.
 * @param label what was asked, for messages
 * @throws ApiError when the body is longer, and what ended the exchange early
 */
export async function readBody(
	response: Response, label: string, maxBytes = defaultMaxResponseBytes, hint = askForLess,
): Promise<Uint8Array> {
	const collector = new BodyCollector(maxBytes);
	try {
		// Leaving the loop cancels the body.
		for await (const chunk of response.body ?? []) if (!collector.add(chunk)) throw overLimit(maxBytes);
	} catch (error) {
		if (systemCode(error) !== 'ERR_BUFFER_TOO_LARGE') throw error;
		throw new ApiError(`${label}: the answer is too large: more than ${formatSize(maxBytes)} (HTTP ${response.status})`, {hint});
	}
	return collector.body();
}

/** Bodies up to this size cannot hold too many values. */
const unsuspectedBytes = 16 * 2 ** 20;
/** Millions of empty objects take a gigabyte of memory when they are parsed. */
const mostValues = 16_000_000;

/**
 * Makes sure that a JSON body can be parsed in the memory there is: `{},{},{},…` takes twenty times its size, and running
 * out of memory ends the process without a word.
 * @throws ApiError
 */
export function requireParsable(body: Uint8Array, label: string): void {
	if (body.length <= unsuspectedBytes) return;
	let values = 0;
	for (let index = 0; index < body.length; index++) {
		const byte = body[index];
		if (byte === comma || byte === openArray || byte === openObject) values++;
	}
	if (values > mostValues) {
		throw new ApiError(`${label}: the answer is too large: more than ${mostValues / 1e6} million values`, {
			hint: 'ask for fewer rows at once with --page-size; if it stays, check --base-url: this does not look like the API',
		});
	}
}

/** Pieces from this size on are kept as they came; smaller ones are copied together. */
const largeBytes = 16 * 1024;
const blockBytes = 64 * 1024;

/**
 * Gathers the pieces of a body up to a limit. A server that sends a body byte by byte makes as many pieces, each of which
 * takes a hundred times its size: put together, they take no more than they hold.
 */
export class BodyCollector {
	readonly #mostBytes: number;
	#size = 0;
	readonly #pieces: Array<Uint8Array<ArrayBuffer>> = [];
	/** Being filled, and how far it is. */
	#block: Buffer<ArrayBuffer> | undefined;
	#filled = 0;

	constructor(mostBytes: number) {
		this.#mostBytes = mostBytes;
	}

	/** Takes the next piece; false when that makes the body larger than it may be, and then nothing of it is kept. */
	add(piece: Uint8Array<ArrayBuffer>): boolean {
		this.#size += piece.byteLength;
		if (this.#size > this.#mostBytes) {
			this.#pieces.length = 0;
			this.#block = undefined;
			return false;
		}
		const isFirst = this.#pieces.length === 0 && this.#block === undefined;
		if (isFirst || piece.byteLength >= largeBytes) {
			this.#closeBlock();
			this.#pieces.push(piece);
		} else {
			this.#copy(piece);
		}
		return true;
	}

	/** The whole body. */
	body(): Uint8Array<ArrayBuffer> {
		this.#closeBlock();
		const [only] = this.#pieces;
		return only !== undefined && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces, this.#size);
	}

	#copy(piece: Uint8Array<ArrayBuffer>): void {
		if (this.#filled + piece.byteLength > blockBytes) this.#closeBlock();
		this.#block ??= Buffer.allocUnsafe(blockBytes);
		this.#block.set(piece, this.#filled);
		this.#filled += piece.byteLength;
	}

	#closeBlock(): void {
		const filled = this.#block?.subarray(0, this.#filled);
		// A block that is hardly filled must not stay as large as it is.
		if (filled !== undefined) this.#pieces.push(2 * filled.length < blockBytes ? Buffer.from(filled) : filled);
		this.#block = undefined;
		this.#filled = 0;
	}
}

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
