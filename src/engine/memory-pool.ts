/** Memory is asked for in multiples of this, so that what one leaves fits the next. */
const granuleBytes = 4 * 1024;

const defaultSpareBytes = 16 * 1024 * 1024;

/**
 * Memory outside of the heap that is used again and again. The garbage collector frees such memory late, since it looks
 * small to it: whoever asks for new one each time holds several times of what is in use.
 */
export class MemoryPool {
	readonly #spare: Buffer[] = [];
	readonly #mostSpareBytes: number;
	#spareBytes = 0;

	/** @param mostSpareBytes kept for whoever asks next, although nobody uses it */
	constructor(mostSpareBytes = defaultSpareBytes) {
		this.#mostSpareBytes = mostSpareBytes;
	}

	/** Memory of at least so many bytes, with anything in it. */
	take(bytes: number): Buffer {
		const needed = Math.max(1, Math.ceil(bytes / granuleBytes)) * granuleBytes;
		const index = this.#spare.findLastIndex(({length}) => length >= needed && length <= needed * 2);
		const [found] = index === -1 ? [] : this.#spare.splice(index, 1);
		if (found === undefined) return Buffer.allocUnsafeSlow(needed);
		this.#spareBytes -= found.length;
		return found;
	}

	/** Takes memory back that nobody looks at any more. */
	give(memory: Buffer): void {
		if (this.#spareBytes + memory.length > this.#mostSpareBytes) return;
		this.#spare.push(memory);
		this.#spareBytes += memory.length;
	}
}
