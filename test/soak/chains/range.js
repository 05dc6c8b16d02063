const day = 24 * 3600 * 1000;

/** @param {number} ms */
export const written = ms => new Date(ms).toISOString().replace('.000Z', 'Z');

/**
 * A range of whole minutes within the three days before a day.
 * @param {import('../lib/random.js').Chance} chance
 * @param {string} date
 */
export function drawRange(chance, date) {
	const end = Date.parse(`${date}T00:00:00Z`) - chance.whole(0, 600) * 60_000;
	return {since: end - chance.whole(3 * 60, 2 * 24 * 60) * 60_000, until: end};
}

/** @param {{since: number, until: number}} range */
export function rangeFlags({since, until}) {
	return ['--since', written(since), '--until', written(until)];
}

/**
 * How a source is asked: what never changes the result.
 * @param {import('../lib/random.js').Chance} chance
 * @param {import('../lib/sources.js').SoakSource} source
 */
export function drawPace(chance, {pageSizes}) {
	return {
		window: chance.pick(['1h', '3h', '5h', '1d']), page_size: String(chance.pick(pageSizes)), concurrency: String(chance.pick([1, 2, 4, 9])),
		rate: '1000/1s', retries: String(chance.pick([3, 5])), timeout: '10s',
	};
}

/** @param {Readonly<Record<string, string>>} options */
export function flagsOf(options) {
	return Object.entries(options).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, value]);
}

/**
 * Requests that an export will take at least.
 * @param {{since: number, until: number}} range
 * @param {{records: number, pageSize: number}} options
 */
export function fewestRequests({since, until}, {records, pageSize}) {
	return Math.max(3, Math.ceil((until - since) / day * records / pageSize));
}
