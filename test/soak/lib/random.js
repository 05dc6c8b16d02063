/**
 * Chance that a seed decides: the same seed gives the same draws.
 * @typedef {object} Chance
 * @property {() => number} next a number in [0, 1)
 * @property {(least: number, most: number) => number} whole a whole number, both ends included
 * @property {<T>(values: readonly T[]) => T} pick one of the values
 * @property {(share: number) => boolean} maybe true so often
 */

/**
 * @param {number} seed
 * @returns {Chance}
 */
export function createChance(seed) {
	let state = seed >>> 0;
	// mulberry32
	const next = () => {
		state = (state + 0x6d_2b_79_f5) >>> 0;
		let value = Math.imul(state ^ (state >>> 15), 1 | state);
		value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
		return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
	};
	/** @type {Chance['whole']} */
	const whole = (least, most) => least + Math.floor(next() * (most - least + 1));
	return {
		next,
		whole,
		pick(values) {
			const [value] = values.slice(whole(0, values.length - 1));
			if (value === undefined) throw new RangeError('nothing to pick from');
			return value;
		},
		maybe: share => next() < share,
	};
}

/**
 * The seed of one chain: neighbours have nothing in common.
 * @param {number} seed
 * @param {number} chain
 */
export function seedOfChain(seed, chain) {
	let hash = Math.imul(seed ^ Math.imul(chain + 1, 0x9e_37_79_b1), 0x85_eb_ca_6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
