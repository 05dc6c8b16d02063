import {isObject, type Json, type JsonObject, type Scalar} from './json.ts';

/** A list of objects in an answer. */
export interface ListFact {
	readonly path: readonly string[];
	/** All of them; `rows` may hold fewer. */
	readonly count: number;
	readonly rows: readonly JsonObject[];
}

/** What an answer holds outside of its lists. */
export interface ScalarFact {
	readonly path: readonly string[];
	readonly value: Scalar;
}

/** What is kept of an answer: enough to learn from, and little whatever its size. */
export interface Answer {
	readonly lists: readonly ListFact[];
	readonly scalars: readonly ScalarFact[];
}

const maxDepth = 10;
const maxRows = 200;
const maxScalars = 400;
const maxRowText = 300;
const maxText = 4096;

export function toAnswer(document: Json): Answer {
	const lists: ListFact[] = [];
	const scalars: ScalarFact[] = [];
	const visit = (value: Json, path: readonly string[]): void => {
		if (path.length > maxDepth) return;
		if (Array.isArray(value)) {
			const objects = value.filter(element => isObject(element));
			if (objects.length === value.length) lists.push({path, count: value.length, rows: sample(objects)});
			if (value.length === 1 && value[0] !== undefined) visit(value[0], [...path, '0']);
			return;
		}
		if (isObject(value)) {
			// A key with a dot or a blank cannot be written as a path.
			for (const [key, member] of Object.entries(value)) if (/^[^.\s]+$/.test(key)) visit(member, [...path, key]);
			return;
		}
		if (scalars.length < maxScalars) scalars.push({path, value: shorten(value, maxText)});
	};
	visit(document, []);
	return {lists: lists.filter(({path}) => path.length > 0), scalars};
}

/** The first and the last of many, so that both ends of the order are seen. */
function sample(rows: readonly JsonObject[]): JsonObject[] {
	const some = rows.length <= maxRows ? rows : [...rows.slice(0, maxRows / 2), ...rows.slice(-maxRows / 2)];
	return some.map(row => shortenRow(row, 0));
}

function shortenRow(row: JsonObject, depth: number): JsonObject {
	return Object.fromEntries(
		Object.entries(row).slice(0, 300).map(([key, value]) => [
				key,
				isObject(value) && depth < 5 ? shortenRow(value, depth + 1) : typeof value === 'object' ? null : shorten(value, maxRowText),
			]),
	);
}

/** Copied, as a part of a text would keep the whole text in memory. */
function shorten(value: Scalar, max: number): Scalar {
	return typeof value === 'string' && value.length > max ? Buffer.from(value.slice(0, max)).toString() : value;
}

/** The values that rows hold by path, one for each row that has it. */
export interface ColumnFact {
	readonly path: readonly string[];
	readonly values: readonly Scalar[];
}

/** The columns of rows, those that stand in objects of the row included. */
export function columnsOf(rows: readonly JsonObject[]): ColumnFact[] {
	const columns = new Map<string, {path: readonly string[]; values: Scalar[]}>();
	const visit = (value: Json, path: readonly string[]): void => {
		if (isObject(value)) {
			for (const [key, member] of Object.entries(value)) if (/^[^.\s]+$/.test(key)) visit(member, [...path, key]);
		} else if (!Array.isArray(value)) {
			const key = path.join('.');
			const column = columns.get(key) ?? {path, values: []};
			column.values.push(value);
			columns.set(key, column);
		}
	};
	for (const row of rows) visit(row, []);
	return [...columns.values()];
}
