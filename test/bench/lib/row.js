/**
 * One line of the table.
 * @typedef {object} Row
 * @property {string} what
 * @property {string} against
 * @property {string} goal
 * @property {string} measured
 * @property {'met' | 'missed' | 'skipped' | 'failed'} verdict  `failed`: nothing could be measured
 * @property {string} note
 */

/** From here on the server may be what was measured. */
const bottleneck = 0.85;

/**
 * @param {boolean} isMet
 * @returns {'met' | 'missed'}
 */
export function verdictOf(isMet) {
	return isMet ? 'met' : 'missed';
}

/** @param {import('./statistics.js').Ratio} ratio */
export function formatRatio({value, least, most}) {
	return `${value.toFixed(2)} × (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

/** @param {number} share */
export function percent(share) {
	return `${(share * 100).toFixed(1)} %`;
}

/** @param {number} rowsPerSecond */
export function formatSpeed(rowsPerSecond) {
	return `${Math.round(rowsPerSecond / 100) / 10} k rows/s`;
}

/** @param {number} bytes */
export function megabytes(bytes) {
	return `${Math.round(bytes / 1e6)} MB`;
}

/**
 * Says how busy the server was, and when that makes it the thing measured.
 * @param {readonly number[]} shares of one core, run by run
 */
export function serverNote(shares) {
	const most = Math.max(...shares);
	return `server busy ${Math.round(most * 100)} %${most >= bottleneck ? ': the bottleneck' : ''}`;
}
