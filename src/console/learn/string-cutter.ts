

import {backslash, quote} from '../../json/characters.ts';

const letterU = 0x75;

/** What a text ends with that was too long to be kept; no recording ends one like this by itself. */
export const cutMark = '\u0000[cut]';

const mark = Buffer.from(JSON.stringify(cutMark).slice(1, -1));

/**
 * Shortens the long texts of a JSON document on its way to a parser, byte by byte: a recording may hold a video or
 * a heap dump as one text of hundreds of megabytes. Nothing is kept from one chunk to the next but the state.
 */
export class StringCutter {
	readonly #maxBytes: number;
	#isInText = false;
	#isCutting = false;
	#bytes = 0;
	/** Bytes that are left of the escape sequence under way. */
	#escape = 0;

	/** @param maxBytes of one text, as it stands in the document */
	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	/** The chunk without what is too much in it. Texts that were shortened end with `cutMark`. */
	write(chunk: Uint8Array): Uint8Array {
		const kept: Uint8Array[] = [];
		let from = 0;
		for (let index = 0; index < chunk.length; index++) {
			const byte = chunk[index];
			if (!this.#isInText) {
				if (byte === quote) this.#enter();
				continue;
			}
			if (this.#escape > 0) {
				this.#escape = this.#escape === firstOfEscape && byte === letterU ? 4
					: this.#escape === firstOfEscape ? 0 : this.#escape - 1;
			} else if (byte === quote) {
				if (this.#isCutting) from = index;
				this.#isInText = false;
			} else {
				// Neither an escape sequence nor a character may be cut in two.
				if (this.#bytes >= this.#maxBytes && !this.#isCutting && isFirstOfCharacter(byte)) {
					kept.push(chunk.subarray(from, index), mark);
					this.#isCutting = true;
				}
				if (byte === backslash) this.#escape = firstOfEscape;
			}
			this.#bytes++;
		}
		if (!this.#isCutting || !this.#isInText) kept.push(chunk.subarray(from));
		return kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept);
	}

	#enter(): void {
		this.#isInText = true;
		this.#isCutting = false;
		this.#bytes = 0;
	}
}

/** The byte after a backslash, of which it depends how long the sequence is. */
const firstOfEscape = 5;

function isFirstOfCharacter(byte: number | undefined): boolean {
	return byte !== undefined && (byte & 0xc0) !== 0x80;
}
