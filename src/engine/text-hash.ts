import {randomFillSync} from 'node:crypto';

const unitsAtOnce = 16 * 1024;

// The primes of xxHash: multiplying by them loses nothing and spreads well.
const firstPrime = 0x9e37_79b1 | 0;
const secondPrime = 0x85eb_ca77 | 0;

/** A copy of the text; eight bytes more, so that every text can be filled up to whole rounds. */
const words = new Int32Array(unitsAtOnce / 2 + 2);
const bytes = Buffer.from(words.buffer);

/** Where every hash of this process starts: whoever knew it could write two texts that are taken for one. */
const seeds = randomFillSync(new Int32Array(2));

/**
 * Puts 64 bits over all UTF-16 units of a text into `into[at]` and `into[at + 1]`, to tell whether it came before. They
 * mean nothing to another process. Texts that differ in one round of four units only never share them.
 *
 * Reads the units out of a copy. Asking the string for one after the other costs six times as much: it may be a slice of
 * another string, of one byte or two a unit, and looks each time which it is.
 */
export function hashText(text: string, into: Int32Array, at = 0): void {
	let first = (seeds[0] ?? 0) ^ text.length;
	let second = seeds[1] ?? 0;
	for (let start = 0; start < text.length; start += unitsAtOnce) {
		let count = bytes.write(text.length <= unitsAtOnce ? text : text.slice(start, start + unitsAtOnce), 'utf16le');
		while (count % 8 !== 0) bytes[count++] = 0;
		const end = count >>> 2;
		for (let index = 0; index < end; index += 2) {
			first = Math.imul(first ^ (words[index] ?? 0), firstPrime);
			second = Math.imul(second ^ (words[index + 1] ?? 0), secondPrime);
			first = (((first << 13) | (first >>> 19)) + second) | 0;
			second ^= first >>> 15;
		}
	}
	into[at] = first;
	into[at + 1] = second;
}
