const lineFeed = 0x0a;

/** The longest line that is taken for one: an archive whose lines never end must not use up the memory. */
export const longestLineBytes = 128 * 1024 * 1024;

/** Puts the chunks of a stream together again at line ends. */
export class LineSplitter {
	#waiting: Buffer[] = [];
	#waitingBytes = 0;

	/** The whole lines, line feeds included, that end in this chunk; undefined when none does. */
	push(chunk: Buffer): Buffer | undefined {
		const end = chunk.lastIndexOf(lineFeed) + 1;
		if (end === 0) {
			this.#wait(chunk);
			return undefined;
		}
		const lines = this.#waiting.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...this.#waiting, chunk.subarray(0, end)]);
		this.#waiting = [];
		this.#waitingBytes = 0;
		if (end < chunk.length) this.#wait(chunk.subarray(end));
		return lines;
	}

	/** What stands after the last line feed. */
	rest(): Buffer {
		return Buffer.concat(this.#waiting);
	}

	/** Whether the line under way is longer than any line may be. */
	get isEndless(): boolean {
		return this.#waitingBytes > longestLineBytes;
	}

	#wait(chunk: Buffer): void {
		this.#waiting.push(chunk);
		this.#waitingBytes += chunk.length;
	}
}
