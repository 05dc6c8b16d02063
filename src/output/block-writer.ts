import type {FileHandle} from 'node:fs/promises';
import type {Compress} from './compression.ts';
import type {Chunk} from './output.ts';

/** Bytes of text per block: small enough to hold in memory, large enough that cutting costs no compression to speak of. */
const compressedBlockBytes = 1024 * 1024;

const plainBlockBytes = 256 * 1024;

/** What a block begins with: most files of an archive are small, and there may be hundreds under way. */
const firstBytes = 16 * 1024;

const encoder = new TextEncoder();

/**
 * Collects text, or bytes, into blocks and hands them on, packed, while the next one fills up. Where a block ends depends only on
 * the text since the last `cut`, never on how it was divided into writes (between characters): that makes a resumed file
 * equal to an uninterrupted one.
 */
export class BlockWriter {
	readonly #compress: Compress | undefined;
	readonly #append: (bytes: Uint8Array) => Promise<void>;
	readonly #blockBytes: number;
	/** The block being filled, and the one that is on its way or free. */
	#block: Uint8Array;
	#other: Uint8Array;
	#filled = 0;
	/** Settles when the block before has been taken. */
	#underWay: Promise<void> = Promise.resolve();

	/**
	 * @param append called with each packed block, one at a time; what it throws, `write` or `cut` throws, then or later
	 * @param blockBytes at least 4, for one character of any kind
	 */
	constructor(
		compress: Compress | undefined, append: (bytes: Uint8Array) => Promise<void>,
		blockBytes = compress === undefined ? plainBlockBytes : compressedBlockBytes,
	) {
		this.#compress = compress;
		this.#append = append;
		this.#blockBytes = blockBytes;
		this.#block = new Uint8Array(Math.min(firstBytes, blockBytes));
		this.#other = new Uint8Array(Math.min(firstBytes, blockBytes));
	}

	/** Takes the chunk in; waits while a full block is handed on and the one before is still on its way. */
	async write(chunk: Chunk): Promise<void> {
		for (let rest = chunk; ;) {
			const {read, written} = copyInto(rest, this.#block.subarray(this.#filled));
			this.#filled += written;
			if (read === rest.length) return;
			rest = typeof rest === 'string' ? rest.slice(read) : rest.subarray(read);
			if (this.#block.length < this.#blockBytes) this.#grow();
			else await this.#handOn();
		}
	}

	#grow(): void {
		const larger = new Uint8Array(Math.min(4 * this.#block.length, this.#blockBytes));
		larger.set(this.#block.subarray(0, this.#filled));
		this.#block = larger;
	}

	/** Ends the block here, if anything is in it, and waits until everything has been taken. */
	async cut(): Promise<void> {
		if (this.#filled > 0) await this.#handOn();
		await this.#underWay;
	}

	/** Ends the block, also an empty one: an empty file is no valid compressed file, an empty member is. */
	async cutEvenEmpty(): Promise<void> {
		if (this.#filled > 0 || this.#compress !== undefined) await this.#handOn();
		await this.#underWay;
	}

	async #handOn(): Promise<void> {
		await this.#underWay;
		const block = this.#block.subarray(0, this.#filled);
		[this.#block, this.#other] = [this.#other, this.#block];
		this.#filled = 0;
		this.#underWay = this.#take(block);
		// Whoever writes or cuts next is told.
		this.#underWay.catch(() => undefined);
	}

	async #take(block: Uint8Array): Promise<void> {
		await this.#append(this.#compress === undefined ? block : await this.#compress(block));
	}
}

/** As much of the chunk as there is room for, text as UTF-8: how much of it was read, and the bytes written. */
function copyInto(chunk: Chunk, room: Uint8Array): {read: number; written: number} {
	if (typeof chunk === 'string') return encoder.encodeInto(chunk, room);
	const read = Math.min(chunk.length, room.length);
	room.set(chunk.subarray(0, read));
	return {read, written: read};
}

/** Writes all of the bytes; the system may take a part at a time, the last part before a full disk for one. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
	for (let written = 0; written < bytes.length;) {
		const {bytesWritten} = await handle.write(bytes, written, bytes.length - written, position + written);
		written += bytesWritten;
	}
}
