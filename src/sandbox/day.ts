import {DAY, HOUR} from '../base/duration.ts';
import {mulberry32} from './random.ts';

/** How busy each hour of a UTC day is, relative to the others: office hours in UTC+8. */
const hourWeights = [5, 12, 16, 16, 9, 7, 14, 16, 15, 13, 9, 5, 4, 4, 3, 2, 1, 1, 1, 1, 1, 1, 2, 3] as const;
const totalWeight = hourWeights.reduce((sum, weight) => sum + weight, 0);

/** One row in so many starts a burst, in which up to so many further rows share its time. */
const oneBurstIn = 40;
const longestBurst = 12;

/**
 * The times of one day's rows, sorted, as units of `unitMs` since midnight: more in office hours, some of them
 * bursts of several rows at exactly the same time, as scripts produce them.
 */
export function dayTimes(seed: number, count: number, unitMs: number): Uint32Array {
	const random = mulberry32(seed);
	const times = new Uint32Array(count);
	const lastUnit = Math.floor(DAY / unitMs) - 1;
	for (let index = 0; index < count;) {
		const time = Math.min(lastUnit, Math.floor(((pickHour(random()) + random()) * HOUR) / unitMs));
		const rows = random() * oneBurstIn < 1 ? 2 + Math.floor(random() * longestBurst) : 1;
		times.fill(time, index, index + rows);
		index += rows;
	}
	return times.toSorted();
}

function pickHour(fraction: number): number {
	let rest = fraction * totalWeight;
	for (const [hour, weight] of hourWeights.entries()) {
		if (rest < weight) return hour;
		rest -= weight;
	}
	return hourWeights.length - 1;
}
