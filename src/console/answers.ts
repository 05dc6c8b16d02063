import {ApiError} from '../base/errors.ts';
import type {JsonPath} from '../base/json-path.ts';
import type {ApiAnswer} from '../base/transport.ts';
import {elements, endOfValue, kindAt, members, skipSpace, type Span} from '../json/text.ts';
import {valueAt, wholeNumber} from '../json/value.ts';
import type {SearchProfile} from './profile.ts';

const words: Readonly<Record<string, boolean>> = {true: true, false: false, 1: true, 0: false, yes: true, no: false, y: true, n: false};

/** Yes or no as services write it: a boolean, 0 or 1, or a word for it; undefined for anything else. */
export function readFlag(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	if (typeof value !== 'number' && typeof value !== 'string') return undefined;
	const word = String(value).toLowerCase();
	return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** What one answer was asked for, as far as it decides what is missing in it. */
export interface Asked {
	/** Starts messages: the source, the method and the path. */
	readonly label: string;
	/** Rows that were asked for; undefined where the request does not say. */
	readonly pageSize: number | undefined;
	/** The cursor that was sent; undefined on the first page. */
	readonly cursor?: string | undefined;
}

/**
 * Reads the answers of one search for the engine. Services that write nothing for zero, false and empty lists are common:
 * what an answer leaves out is filled in where it can only mean that, and a cursor of any size is kept digit by digit.
 */
export class AnswerReader {
	/** The cursors come as numbers, and are sent as such. */
	cursorIsNumber = false;
	readonly #search: SearchProfile;
	readonly #warn: (message: string) => void;
	#rowsSeen = false;
	#hasWarned = false;
	#moreSeen = false;
	/** Cursors that came with the word that there are more rows, until an answer to them has a place for rows. */
	readonly #promising = new Set<string>();

	/** @param warn takes a warning for stderr: that an answer holds no list of rows, once */
	constructor(search: SearchProfile, warn: (message: string) => void) {
		this.#search = search;
		this.#warn = warn;
	}

	/**
	 * Whether an answer holds not even the place where rows would stand. It may mean that there are none, or nothing at all:
	 * it is worth another question.
	 */
	isSilent({body}: ApiAnswer): boolean {
		const path = this.#search.response.rows.split('.');
		const holder = valueAt(body, path.slice(0, -1));
		// Some languages write an empty object as an empty list.
		return typeof holder !== 'object' || holder === null || (Array.isArray(holder) && !/^\d+$/.test(path.at(-1) ?? ''));
	}

	/**
	 * The answer as the engine reads it. Its parsed body is completed in place.
	 * @throws ApiError when nothing leads to the rows that this answer or the one before says there are
	 */
	complete(answer: ApiAnswer, {label, pageSize, cursor: sent}: Asked): ApiAnswer {
		const {pages, response} = this.#search;
		const {body} = answer;
		if (typeof body !== 'object' || body === null) return answer;
		if (sent !== undefined && !this.isSilent(answer)) this.#promising.delete(sent);
		else if (sent !== undefined && this.#promising.has(sent)) {
			throw new ApiError(`${label}: the answer has no place for rows (${response.rows}), ` +
				'and the one before says that there are more', {
				hint: 'run the same command again; if it stays, learn the search again from a new recording',
			});
		}
		const rows = this.#rowsIn(answer, label);
		const [total, more, cursor] = [response.total, response.more ?? response.last, response.cursor].map(path => path?.split('.'));
		if (more !== undefined) this.#readMore(body, more);
		const given = pages.style === 'cursor' && cursor !== undefined ? this.#cursorOf(answer, cursor, label) : undefined;
		// Behind the last row some services give the same cursor again.
		const isEnd = given !== undefined && given === sent && rows === 0 && (more === undefined || valueAt(body, more) !== true);
		if (isEnd && cursor !== undefined) put(body, cursor, '');
		const next = isEnd ? undefined : given;
		if (next !== undefined && more !== undefined && valueAt(body, more) === true) this.#promising.add(next);
		if (total !== undefined && rows === 0 && isAbsent(valueAt(body, total))) put(body, total, 0);
		if (more !== undefined && isAbsent(valueAt(body, more))) {
			// A service that has said so before leaves out a false one. One that never did may serve smaller pages than asked for.
			const isFull = rows >= (this.#moreSeen && response.last === undefined ? pageSize ?? 1 : 1);
			put(body, more, rows > 0 && (pages.style === 'cursor' ? next !== undefined : isFull));
		} else if (more !== undefined) this.#moreSeen = true;
		if (pages.style === 'none')
			requireWhole({
				label, pageSize, rows, total: total && wholeNumber(valueAt(body, total)), more: more && valueAt(body, more),
			});
		const path = response.rows.split('.');
		// The engine goes through objects only.
		const isInList = path.some((_, depth) => Array.isArray(valueAt(body, path.slice(0, depth))));
		return isInList ? {...answer, text: onlyAt(answer.text, path)} : answer;
	}

	/** Writes as a boolean, and as whether there is more, what the console says of that in its own way. */
	#readMore(body: object, path: JsonPath): void {
		const flag = readFlag(valueAt(body, path));
		if (flag !== undefined) put(body, path, this.#search.response.last === undefined ? flag : !flag);
	}

	/** The number of rows. */
	#rowsIn(answer: ApiAnswer, label: string): number {
		const {body} = answer;
		const path = this.#search.response.rows.split('.');
		const rows = valueAt(body, path);
		if (rows !== undefined) this.#rowsSeen = true;
		else if (!this.#hasWarned && (!this.#rowsSeen || this.isSilent(answer))) {
			this.#hasWarned = true;
			this.#warn(
				`${label}: the answer holds no ${path.join('.')}, which is taken for no rows; if there should be some, ` +
					'correct response.rows in the request profile',
			);
		}
		if (isAbsent(rows) && path.length > 1 && isAbsent(valueAt(body, path.slice(0, -1)))) put(body, path.slice(0, -1), {});
		return Array.isArray(rows) ? rows.length : 0;
	}

	#cursorOf({text, body}: ApiAnswer, path: JsonPath, label: string): string | undefined {
		const value = valueAt(body, path);
		if (isAbsent(value) || value === '') return undefined;
		if (typeof value === 'number') {
			const span = spanAt(text, path);
			const digits = span === undefined ? String(value) : text.slice(span.start, span.end);
			this.cursorIsNumber = true;
			put(body, path, digits);
			return digits === '0' ? undefined : digits;
		}
		if (typeof value !== 'string')
			throw new ApiError(`${label}: ${path.join('.')} is neither a text nor a number`, {
				hint: 'correct response.cursor in the request profile',
			});
		this.cursorIsNumber = false;
		return value === '0' ? undefined : value;
	}

}

/** A search of one page cannot be gone on with. */
function requireWhole({label, rows, pageSize, total, more}: Asked & {rows: number; total: number | undefined; more: unknown}): void {
	const missing = total !== undefined && total > rows ? `states ${total} rows and holds ${rows}`
		: more === true ? `holds ${rows} rows and says that there are more`
			: pageSize !== undefined && rows >= pageSize ? `holds all ${rows} rows that were asked for, so there may be more` : undefined;
	if (missing === undefined) return;
	throw new ApiError(`${label}: the answer ${missing}, and the request profile knows no further pages`, {
		hint: 'take a smaller --window, or learn the search from a recording in which you turn one page',
	});
}

function isAbsent(value: unknown): value is null | undefined {
	return value === null || value === undefined;
}

/** Sets a value in a parsed document; objects on the way are made where there are none. */
function put(document: unknown, path: JsonPath, value: unknown): void {
	let holder = document;
	for (const key of path.slice(0, -1)) {
		if (typeof holder !== 'object' || holder === null) return;
		if (isAbsent(valueAt(holder, [key]))) Reflect.set(holder, key, {});
		holder = Reflect.get(holder, key);
	}
	const last = path.at(-1);
	if (typeof holder === 'object' && holder !== null && last !== undefined)
		Object.defineProperty(holder, last, {value, writable: true, enumerable: true, configurable: true});
}

/** Where the value at a path stands in a JSON text, through lists too, whose places are written as digits. */
function spanAt(text: string, path: JsonPath): Span | undefined {
	let start = skipSpace(text, 0);
	for (const key of path) {
		const found: number[] = [];
		const kind = kindAt(text, start);
		const look = (name: string, at: number) => {
			if (name === key) found.push(at);
			return endOfValue(text, at);
		};
		let place = 0;
		if (kind === 'object') members(text, start, look);
		else if (kind === 'array') elements(text, start, at => look(String(place++), at));
		const last = found.at(-1);
		if (last === undefined) return undefined;
		start = last;
	}
	return {start, end: endOfValue(text, start)};
}

/** A JSON text that holds one value of another at the same path, with objects in place of the lists on the way. */
function onlyAt(text: string, path: JsonPath): string {
	const span = spanAt(text, path);
	const value = span === undefined ? 'null' : text.slice(span.start, span.end);
	return path.toReversed().reduce((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value);
}
