import type {ColumnFact} from './answer.ts';
import type {Scalar} from './json.ts';
import {readInstant} from './instants.ts';
import {namesOf, rankOf, wholly} from './words.ts';

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
