import type {FileHandle} from 'node:fs/promises';
import {largestBytes} from '../base/size.ts';

export const lineFeed = 0x0a;

/** Bytes read at a time from the end of a file. */
const blockBytes = 64 * 1024;

/** A line of a file as it lies there. */
export interface RawLine {
	/** Without its line feed. */
	readonly bytes: Buffer;
	/** Where it starts in the file. */
	readonly offset: number;
	/** False for bytes after the last line feed: a line that was cut off, and is not committed. */
	readonly complete: boolean;
}

/** Puts the chunks of a file together again at line ends. */
export class LineSplitter {
	#waiting: Buffer[] = [];
	#waitingBytes = 0;
	readonly #longest: number;

	/** @param longest bytes of the longest line that is written. Default: of the longest row */
	constructor(longest = largestBytes) {
		this.#longest = longest;
	}

	/**
	 * The whole lines that end in this chunk, line feeds included: each of the buffers, of which there are two at most, is
	 * short enough to become one text.
	 */
	push(chunk: Buffer): Buffer[] {
		const last = chunk.lastIndexOf(lineFeed) + 1;
		if (last === 0) {
			this.#wait(chunk);
			return [];
		}
		// A line by itself may be as long as any text: it gets no others beside it.
		const first = this.#waitingBytes < largestBytes / 2 ? last : chunk.indexOf(lineFeed) + 1;
		const lines = [this.#waiting.length === 0 ? chunk.subarray(0, first) : Buffer.concat([...this.#waiting, chunk.subarray(0, first)])];
		if (first < last) lines.push(chunk.subarray(first, last));
		this.#waiting = [];
		this.#waitingBytes = 0;
		if (last < chunk.length) this.#wait(chunk.subarray(last));
		return lines;
	}

	/** What stands after the last line feed. */
	rest(): Buffer {
		return Buffer.concat(this.#waiting);
	}

	/** Whether the line under way is longer than any that is written: lines that never end must not use up the memory. */
	get isEndless(): boolean {
		return this.#waitingBytes > this.#longest;
	}

	#wait(chunk: Buffer): void {
		this.#waiting.push(chunk);
		this.#waitingBytes += chunk.length;
	}
}

/**
 * The lines of a file in its order, with what stands after the last line feed.
 * @param options.longest bytes of the longest line that is written
 * @param options.endless the error for a line that is longer
 */
export async function* readForward(
	chunks: AsyncIterable<Buffer>, {longest, endless}: {longest: number; endless: () => Error},
): AsyncGenerator<RawLine, void, undefined> {
	const splitter = new LineSplitter(longest);
	let offset = 0;
	for await (const chunk of chunks) {
		for (const lines of splitter.push(chunk)) {
			for (let start = 0; start < lines.length;) {
				const end = lines.indexOf(lineFeed, start);
				yield {bytes: lines.subarray(start, end), offset: offset + start, complete: true};
				start = end + 1;
			}
			offset += lines.length;
		}
		if (splitter.isEndless) throw endless();
	}
	const rest = splitter.rest();
	if (rest.length > 0) yield {bytes: rest, offset, complete: false};
}

/** As `readForward`, from the last line to the first: what was cut off comes first. Whoever needs the end alone reads no more than that. */
export async function* readBackward(
	handle: FileHandle, {longest, endless}: {longest: number; endless: () => Error},
): AsyncGenerator<RawLine, void, undefined> {
	let start = (await handle.stat()).size;
	// What is read and not yet handed on, newest first in blocks: joined only when a line feed ends the search.
	let rest: Buffer[] = [];
	let restBytes = 0;
	let complete = false;
	while (start > 0) {
		const block = await readBlock(handle, Math.max(0, start - blockBytes), start);
		start -= block.length;
		let end = block.length;
		for (let feed = block.lastIndexOf(lineFeed); feed >= 0; feed = feed === 0 ? -1 : block.lastIndexOf(lineFeed, feed - 1)) {
			const bytes = Buffer.concat([block.subarray(feed + 1, end), ...rest.toReversed()]);
			if (complete || bytes.length > 0) yield {bytes, offset: start + feed + 1, complete};
			complete = true;
			rest = [];
			restBytes = 0;
			end = feed;
		}
		rest.push(block.subarray(0, end));
		restBytes += end;
		if (restBytes > longest) throw endless();
	}
	if (complete || restBytes > 0) yield {bytes: Buffer.concat(rest.toReversed()), offset: 0, complete};
}

async function readBlock(handle: FileHandle, start: number, end: number): Promise<Buffer> {
	const block = Buffer.allocUnsafe(end - start);
	for (let filled = 0; filled < block.length;) {
		const {bytesRead} = await handle.read(block, filled, block.length - filled, start + filled);
		if (bytesRead === 0) return block.subarray(0, filled);
		filled += bytesRead;
	}
	return block;
}
