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
	readonly #pieces: Uint8Array[] = [];
	/** Being filled, and how far it is. */
	#block: Buffer | undefined;
	#filled = 0;

	constructor(mostBytes: number) {
		this.#mostBytes = mostBytes;
	}

	/** Takes the next piece; false when that makes the body larger than it may be, and then nothing of it is kept. */
	add(piece: Uint8Array): boolean {
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
	body(): Uint8Array {
		this.#closeBlock();
		const [only] = this.#pieces;
		return only !== undefined && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces, this.#size);
	}

	#copy(piece: Uint8Array): void {
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
