import {HOUR} from '../../base/duration.ts';
import type {ColumnFact} from './answer.ts';
import {codecOf, commonForm} from './instants.ts';
import type {RangeGuess} from './time-range.ts';
import {namesOf, rankOf} from './words.ts';

/** A column that can be the time of the rows. */
export interface TimeGuess {
	readonly path: readonly string[];
	readonly as: string;
	/** Of the rows, in milliseconds as `Instant` has them. */
	readonly values: readonly number[];
	/** How many of the rows stand in the range asked for, from 0 to 1. */
	readonly share: number;
	readonly isSorted: boolean;
	/** The rows stand at equal distances, as the points of a chart do. */
	readonly isEven: boolean;
}

const timeNames = [
	new RegExp('^(?:event|log|push|pushed|request|req|call|op|operation|operate|access|trigger|triggered|occur|occurred|happen|' +
		'happened|report|reported|record|client|invoke)(?:time|at|timestamp|date|datetime|ts|on|timems)$'),
	/^(?:time|timestamp|ts|datetime|date|at|when|timems)$/,
	/^(?:start|begin|create|created|send|sent|receive|received)(?:time|at|timestamp|date|ts|on)?$/,
	/(?:time|timestamp|ts|date|at|timems)$/,
];
const otherTimes = /^(?:update|updated|modify|modified|expire|expired|end|finish|finished|delete|deleted|upload|ingest)/;

/** The furthest that a clock anywhere is from UTC. */
const widestOffsetMs = 14 * HOUR;

/** The columns that hold instants in every row, the likeliest time of the rows first. */
export function findTimes(columns: readonly ColumnFact[], rowCount: number, range: RangeGuess | undefined): TimeGuess[] {
	const guesses = columns.flatMap(({path, values}) => {
		const as = values.length === rowCount ? commonForm(values) : undefined;
		return as === undefined ? [] : [toTimeGuess(path, as, values, range)];
	});
	const order = ({path, isSorted, share, as}: TimeGuess): number => {
		const names = namesOf(path);
		const name = otherTimes.test(names[0] ?? '') ? 4 : (rankOf(names, timeNames) ?? 5);
		return (
			share * 20 - name * 2 + (isSorted ? 3 : 0) + (codecOf(as).isLocal ? 0 : 1) + (codecOf(as).unitMs === 1 ? 0.5 : 0)
				- path.length * 0.2
		);
	};
	return guesses.toSorted((a, b) => order(b) - order(a));
}

/** How the values of a column, all written in the form, stand to a range. */
export function toTimeGuess(path: readonly string[], as: string, values: readonly unknown[], range: RangeGuess | undefined): TimeGuess {
	const codec = codecOf(as);
	const times = values.map(value => codec.read(value)).filter(ms => ms !== undefined);
	const steps = times.slice(1).map((ms, index) => ms - (times[index] ?? 0));
	return {
		path, as, values: times,
		share: times.length === 0 || range === undefined ? 0 : times.filter(ms => isWithin(ms, codec, range)).length / values.length,
		isSorted: steps.length > 0 && (steps.every(step => step >= 0) || steps.every(step => step <= 0)) && steps.some(step => step !== 0),
		isEven: steps.length >= 2 && steps.every(step => step !== 0 && step === steps[0]),
	};
}

function isWithin(ms: number, codec: {unitMs: number; isLocal: boolean}, {since, until, as}: RangeGuess): boolean {
	const asked = codecOf(as);
	const slackMs = (codec.isLocal === asked.isLocal ? 0 : widestOffsetMs) + Math.max(codec.unitMs, asked.unitMs);
	return (since === undefined || ms >= since - slackMs) && (until === undefined || ms <= until + slackMs);
}
