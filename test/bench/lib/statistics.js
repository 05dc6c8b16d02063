/**
 * The middle value; of an even number of values the mean of the two in the middle.
 * @param {readonly number[]} values
 */
export function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length / 2;
	return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/**
 * @typedef {object} Ratio
 * @property {number} value median of the ratios of runs side by side
 * @property {number} least
 * @property {number} most
 */

/**
 * How two series compare whose runs took turns: each is divided by its neighbour, so that a machine that slows down in the
 * course of the bench slows both sides of a ratio.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 * @returns {Ratio}
 */
export function ratioOf(ours, theirs) {
	const ratios = ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
	return {value: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios)};
}

/**
 * Runs every variant once per round, in turns.
 * @template {string} Name
 * @template Sample
 * @param {Readonly<Record<Name, () => Promise<Sample>>>} variants
 * @param {{rounds: number, onRound?: (round: number) => void}} options
 * @returns {Promise<Record<Name, Sample[]>>} the samples of each, round by round
 */
export async function inTurns(variants, {rounds, onRound}) {
	const names = /** @type {Name[]} */ (Object.keys(variants));
	/** @type {Record<Name, Sample[]>} */
	const samples = Object.assign({}, ...names.map(name => ({[name]: []})));
	for (let round = 1; round <= rounds; round++) {
		onRound?.(round);
		for (const name of names) samples[name].push(await variants[name]());
	}
	return samples;
}
