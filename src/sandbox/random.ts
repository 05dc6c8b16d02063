import type {SampleRandom} from '../sources/types.ts';

/**
 * A 32-bit seed from several parts (FNV-1a over their text, finished with MurmurHash3's mixer), so that
 * neighbouring days and rows get unrelated random numbers.
 */
export function seedOf(...parts: ReadonlyArray<string | number>): number {
	let hash = 0x81_1c_9d_c5;
	for (const character of parts.join('\u0000')) {
		hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
	}
	return mix(hash);
}

/** MurmurHash3's 32-bit finalizer: every bit of the input reaches every bit of the output. */
export function mix(value: number): number {
	let hash = value;
	hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
	return (hash ^ (hash >>> 16)) >>> 0;
}

/** The mulberry32 generator: numbers in [0, 1), the same ones for the same seed. */
export function mulberry32(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d_2b_79_f5) >>> 0;
		let value = Math.imul(state ^ (state >>> 15), 1 | state);
		value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
		return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** The randomness a source's `sample` is given. */
export function sampleRandom(seed: number): SampleRandom {
	const next = mulberry32(seed);
	const below = (n: number): number => Math.floor(next() * n);
	return {
		below,
		pick<T>(values: readonly T[]): T {
			for (const value of values.slice(below(values.length))) return value;
			throw new RangeError('nothing to pick from');
		},
	};
}
