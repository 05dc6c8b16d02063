import {SECOND} from '../../../../src/base/duration.ts';
import {wholeNumber} from '../../../../src/json/value.ts';

/** A time as the wire writes it. */
export interface WrittenTime {
	/** Unix milliseconds. */
	readonly ms: number;
	/** A number, a text of digits, or RFC 3339 in UTC. */
	readonly form: 'number' | 'digits' | 'text';
	/** Milliseconds per unit; 1 of a text. */
	readonly unitMs: number;
	/** The JSON of another time in the same form. */
	readonly write: (ms: number) => string;
}

/** From here up numbers are milliseconds: as seconds it would be the year 5138. */
const leastMilliseconds = 1e11;

/** Reads the JSON of a time; undefined when it is none. */
export function readWrittenTime(literal: string): WrittenTime | undefined {
	const value: unknown = JSON.parse(literal);
	const number = wholeNumber(value);
	if (number !== undefined) {
		const unitMs = Math.abs(number) < leastMilliseconds ? SECOND : 1;
		const quote = typeof value === 'string' ? '"' : '';
		return {ms: number * unitMs, unitMs, form: quote === '' ? 'number' : 'digits', write: ms => `${quote}${Math.floor(ms / unitMs)}${quote}`};
	}
	const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
	return Number.isNaN(ms) ? undefined : {ms, unitMs: 1, form: 'text', write: other => JSON.stringify(new Date(other).toISOString())};
}
