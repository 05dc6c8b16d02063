import {HOUR} from '../../base/duration.ts';
import type {ColumnFact} from './exchange.ts';
import {codecOf, commonForm, readInstant} from './instants.ts';
import type {RangeGuess} from './time-range.ts';
import {namesOf, rankOf, wholly} from './words.ts';
import type {Scalar} from './json.ts';

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

const idNames = [
	/^(?:id|logid|recordid|rowid|uniqueid|uuid|guid|eventlogid|pushid|pushlogid|pk)$/,
	wholly('requestid|reqid|xttlogid|traceid|msgid|messageid|docid|logkey|rowkey|recordkey|uniqkey|uniquekey|serialno|serialnumber',
		'seqno|logno|rid|bizid'),
	/^(?:eventid|eventuuid|seq|seqid|sequence|sequenceid|key|hash)$/,
	/(?:id|uuid|guid)$/,
];
const otherIds =
	new RegExp('(?:user|open|union|app|application|tenant|operator|device|department|chat|client|session|group|parent|type|template|' +
		'owner|corp|org|role|version)(?:id|key|no)$');

/** A column that can tell rows apart. */
export interface IdGuess {
	readonly path: readonly string[];
	/** By name alone it is one. */
	readonly isNamed: boolean;
	/** It counts from the first row on: it may be the row's place on the page, which repeats on the next. */
	readonly isCounter: boolean;
}

/**
 * The columns whose values differ in all rows, the likeliest identity first.
 * @param others the same column's values in other pages of the search, by path; what repeats there is no identity
 */
export function findIds(
	columns: readonly ColumnFact[], rowCount: number, others: (path: readonly string[]) => ReadonlySet<string>,
): IdGuess[] {
	const guesses = columns.flatMap(({path, values}) => {
		const texts = values.map(value => identity(value));
		if (texts.length !== rowCount || texts.includes(undefined) || new Set(texts).size !== rowCount) return [];
		const elsewhere = others(path);
		if (texts.filter(text => elsewhere.has(text ?? '')).length * 2 > rowCount) return [];
		const names = namesOf(path);
		const rank = otherIds.test(names[0] ?? '') ? undefined : rankOf(names, idNames);
		if (rank === undefined && (rowCount < 3 || otherIds.test(names[0] ?? '') || !values.every(value => looksLikeId(value)))) return [];
		if (rowCount === 1 && (rank ?? 9) > 2) return [];
		const isCounter = values.every((value, index) => Number(value) === Number(values[0]) + index) && Number(values[0]) <= 1;
		return [{path, isNamed: rank !== undefined, isCounter, order: (rank ?? 5) + path.length * 0.3 + (isCounter ? 10 : 0)}];
	});
	return guesses.toSorted((a, b) => a.order - b.order).map(({path, isNamed, isCounter}) => ({path, isNamed, isCounter}));
}

/** The text that stands for a value when identities are compared; undefined for what cannot be one. */
export function identity(value: Scalar): string | undefined {
	if (typeof value === 'number') return Number.isInteger(value) ? String(value) : undefined;
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function looksLikeId(value: Scalar): boolean {
	return typeof value === 'string' && /^(?=.*\d)[\w-]{8,64}$/.test(value) && readInstant(value) === undefined;
}
