import {isObject, type Json, type JsonObject, type Scalar, parseJson} from './json.ts';
import type {HarEntry} from './har.ts';
import {decodeRequest, type RequestTree} from './request-tree.ts';

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

function toAnswer(document: Json): Answer {
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

/** A request of the recording with its answer, in the form that learning works on. */
export interface Exchange {
	/** Its place in the recording, from 1. */
	readonly number: number;
	readonly method: 'GET' | 'POST';
	readonly origin: string;
	readonly request: RequestTree;
	readonly status: number;
	readonly answer: Answer;
	/** When it was sent, Unix milliseconds, where the recording says so. */
	readonly started: number | undefined;
	/** The offset of the recorder's clock, `+08:00`, where it wrote one. */
	readonly recorderOffset: string | undefined;
	readonly headers: HarEntry['headers'];
	readonly cookies: HarEntry['cookies'];
}

/** The exchange of a GET or POST that was answered with JSON, or what it lacks. */
export function toExchange(entry: HarEntry): Exchange | {readonly lacks: string} {
	const {method, url, answer} = entry;
	if (method !== 'GET' && method !== 'POST') return {lacks: 'it is neither GET nor POST'};
	if (!URL.canParse(url) || !/^https?:/i.test(url)) return {lacks: 'it is no HTTP request'};
	if (answer.isCut) return {lacks: 'its answer is too long to be a page of rows'};
	if (answer.text === undefined)
		return {lacks: answer.bytes > 0 || answer.status === 200 ? 'the recording holds no text of its answer' : 'it has no answer'};
	const document = parseJson(answer.text);
	if (typeof document !== 'object' || document === null) return {lacks: 'its answer is no JSON'};
	const parsed = new URL(url);
	const request = decodeRequest(entry, parsed);
	if (request === undefined) return {lacks: 'its body is neither JSON nor a form'};
	const started = Date.parse(entry.started);
	return {
		number: entry.number, method, origin: parsed.origin, request, status: answer.status, answer: toAnswer(document),
		started: Number.isNaN(started) ? undefined : started,
		recorderOffset: /[+-]\d{2}:\d{2}$/.exec(entry.started)?.[0],
		headers: entry.headers, cookies: entry.cookies,
	};
}
