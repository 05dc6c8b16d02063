import {isJsonObject} from '../json-object.ts';
import {generatedTimeline, listedTimeline, type ListedRow, type Timeline} from '../timeline.ts';
import type {ConsoleRow, ConsoleSearch} from './searches.ts';

/** All rows of one search, oldest first; times are Unix milliseconds. */
export type ConsoleTimeline = Timeline<ConsoleRow>;

/** Generated rows, the same for the same seed: `recordsPerDay` in each UTC day, some of them at one instant. */
export function generatedConsoleTimeline({source, sample}: ConsoleSearch, options: {seed: number; recordsPerDay: number}): ConsoleTimeline {
	return generatedTimeline({name: source, unitMs: 1, sample: (random, place) => ({...sample(random, place), ...place})}, options);
}

/**
 * A timeline of exactly these rows, whose `row` holds fields by the names of the generated ones.
 * @throws TypeError for a row that is no object, or has fields that are neither texts nor numbers.
 */
export function listedConsoleTimeline(rows: readonly ListedRow[]): ConsoleTimeline {
	const made = rows.map(({id, time, row}): ConsoleRow => ({...fieldsOf(row), id, time}));
	const timeline = listedTimeline(made.map(({id, time}, index) => ({id, time, row: index})));
	return {
		...timeline,
		row(position) {
			const row = made[Number(timeline.row(position))];
			if (row === undefined) throw new RangeError('there is no such row');
			return row;
		},
	};
}

function fieldsOf(row: unknown): Record<string, string | number> {
	if (!isJsonObject(row)) throw new TypeError('a console row must be an object');
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) => {
			if (typeof value !== 'string' && typeof value !== 'number')
				throw new TypeError(`the field ${name} of a console row must be a text or a number`);
			return [name, value];
		}),
	);
}
