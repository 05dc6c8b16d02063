import type {Compress} from './compression.ts';

/** Bytes of text per block: small enough to hold in memory, large enough that cutting costs no compression to speak of. */
const compressedBlockBytes = 1024 * 1024;
const plainBlockBytes = 64 * 1024;

/**
 * Collects text into blocks and hands them on, packed. Where a block ends depends only on the text since the last
 * `cut`, never on how it was divided into writes: that makes a resumed file equal to an uninterrupted one.
 */
export class BlockWriter {
	readonly #compress: Compress | undefined;
	readonly #append: (bytes: Uint8Array) => Promise<void>;
	readonly #block: Buffer;
	#filled = 0;

	/** @param append called with each packed block, one at a time; what it throws, `write` and `cut` throw */
	constructor(compress: Compress | undefined, append: (bytes: Uint8Array) => Promise<void>) {
		this.#compress = compress;
		this.#append = append;
		this.#block = Buffer.allocUnsafe(compress === undefined ? plainBlockBytes : compressedBlockBytes);
	}

	/** Takes the text in; waits while a full block is handed on. */
	async write(text: string): Promise<void> {
		const bytes = Buffer.from(text);
		for (let offset = 0; offset < bytes.length;) {
			const copied = bytes.copy(this.#block, this.#filled, offset);
			this.#filled += copied;
			offset += copied;
			if (this.#filled === this.#block.length) await this.cut();
		}
	}

	/** Ends the block here, if anything is in it. */
	async cut(): Promise<void> {
		if (this.#filled > 0) await this.#handOn();
	}

	/** Ends the block, also an empty one: an empty file is no valid compressed file, an empty member is. */
	async cutEvenEmpty(): Promise<void> {
		if (this.#filled > 0 || this.#compress !== undefined) await this.#handOn();
	}

	async #handOn(): Promise<void> {
		const block = this.#block.subarray(0, this.#filled);
		await this.#append(this.#compress === undefined ? block : await this.#compress(block));
		// Only now: a block that could not be written is still the next one to write.
		this.#filled = 0;
	}
}
