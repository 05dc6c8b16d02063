import type {JsonPath} from '../base/json-path.ts';
import {backslash, closeArray, closeObject, comma, openArray, openObject, quote} from './characters.ts';
import {RowScan} from './row-scan.ts';

/*
 * Reads JSON as text, without parsing it: parsing and printing again would reorder integer-like keys and round
 * integers above 2^53. Every function expects valid JSON (the native `JSON.parse` has accepted the page) and only
 * finds out where things stand in it; none recurses, so no depth of nesting can exhaust the stack.
 */



/** Characters that `JSON.parse` lets stand in a string, but that end a line for some readers or drive a terminal. */
const unsafeInLine = /[\u007f-\u009f\u2028\u2029]/;

const everyUnsafeInLine = /[\u007f-\u009f\u2028\u2029]/g;

/** Calling the native search pays off only for longer strings; up to here a plain loop is faster. */
const shortString = 32;

/** A value's place in a text: from `start` up to, not including, `end`. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

/** Index of the first character at or after `index` that is not whitespace. */
export function skipSpace(text: string, index: number): number {
	while (isSpace(text.charCodeAt(index))) index++;
	return index;
}

function isSpace(code: number): boolean {
	return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Index just past the string whose opening quote stands at `start`. */
function endOfString(text: string, start: number): number {
	const near = Math.min(text.length, start + shortString);
	let index = start + 1;
	while (index < near) {
		const code = text.charCodeAt(index);
		if (code === quote) return index + 1;
		index += code === backslash ? 2 : 1;
	}
	for (let found = text.indexOf('"', index); found !== -1; found = text.indexOf('"', found + 1)) {
		let before = found;
		while (before > index && text.charCodeAt(before - 1) === backslash) before--;
		// An even run of backslashes escapes itself and leaves the quote to end the string.
		if ((found - before) % 2 === 0) return found + 1;
	}
	return text.length;
}

/** As `endOfValue`, but the one's complement of the index when whitespace stands between the value's tokens. */
function scanValue(text: string, start: number): number {
	const first = text.charCodeAt(start);
	if (first === quote) return endOfString(text, start);
	let index = start;
	if (first !== openObject && first !== openArray) {
		for (; index < text.length; index++) {
			const code = text.charCodeAt(index);
			if (code === comma || code === closeObject || code === closeArray || isSpace(code)) break;
		}
		return index;
	}
	let depth = 0;
	let spaced = false;
	while (index < text.length) {
		const code = text.charCodeAt(index);
		if (code === quote) {
			index = endOfString(text, index);
			continue;
		}
		index++;
		if (code === openObject || code === openArray) depth++;
		else if (code === closeObject || code === closeArray) {
			if (--depth === 0) break;
		} else if (code <= 0x20) spaced = true;
	}
	return spaced ? ~index : index;
}

/** Index just past the value whose first character stands at `start`. */
export function endOfValue(text: string, start: number): number {
	const end = scanValue(text, start);
	return end < 0 ? ~end : end;
}

/**
 * Told each member of an object: its key as `JSON.parse` would give it, where its value starts, and where its key does.
 * Returns the index just past the value, as `endOfValue` finds it: a visitor that walks the value itself knows it without a
 * second look.
 */
export type MemberVisitor = (key: string, start: number, keyStart: number) => number;

/** Visits the members of the object at `start` in their order, repeated keys included. Returns the index just past it. */
export function members(text: string, start: number, visit: MemberVisitor): number {
	let index = skipSpace(text, start + 1);
	while (index < text.length && text.charCodeAt(index) !== closeObject) {
		let keyEnd = index + 1;
		let code = text.charCodeAt(keyEnd);
		while (code !== quote && code !== backslash && keyEnd < text.length) code = text.charCodeAt(++keyEnd);
		let key = text.slice(index + 1, keyEnd++);
		if (code === backslash) {
			keyEnd = endOfString(text, index);
			key = decodeString(text, index, keyEnd);
		}
		const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
		index = afterItem(text, visit(key, valueStart, index));
	}
	return index + 1;
}

/** Visits the elements of the array at `start` in their order; as `members`, without keys. */
export function elements(text: string, start: number, visit: (start: number) => number): number {
	let index = skipSpace(text, start + 1);
	while (index < text.length && text.charCodeAt(index) !== closeArray) {
		index = afterItem(text, visit(index));
	}
	return index + 1;
}

/** From the end of a member or an element to the next one, or to the bracket that closes the whole. */
function afterItem(text: string, end: number): number {
	const index = skipSpace(text, end);
	return text.charCodeAt(index) === comma ? skipSpace(text, index + 1) : index;
}

/** Whether an object, an array or a string stands at `index`; everything else is a `scalar`. */
export function kindAt(text: string, index: number): 'object' | 'array' | 'string' | 'scalar' {
	const code = text.charCodeAt(index);
	if (code === openObject) return 'object';
	if (code === openArray) return 'array';
	return code === quote ? 'string' : 'scalar';
}

/** The string that the literal between `start` and `end` (quotes included) stands for. */
export function decodeString(text: string, start: number, end: number): string {
	const plain = text.slice(start + 1, end - 1);
	if (!plain.includes('\\')) return plain;
	const decoded: string = JSON.parse(text.slice(start, end));
	return decoded;
}

/** A string as a JSON literal that is safe on one line and in a terminal. */
export function encodeString(value: string): string {
	return escapeUnsafe(JSON.stringify(value));
}

/**
 * Where the value at `path` stands in the value at `start`, or undefined when there is none. Goes through objects
 * only; of repeated keys the last one counts, as for `JSON.parse`.
 */
export function locate(text: string, path: JsonPath, start = 0): Span | undefined {
	let found: Span | undefined;
	visitPath(text, skipSpace(text, start), path, 0, valueStart => {
		if (valueStart === undefined) {
			found = undefined;
			return -1;
		}
		const end = endOfValue(text, valueStart);
		found = {start: valueStart, end};
		return end;
	});
	return found;
}

/** The text of every value at `path`: of more than one where a key on the way is repeated. */
export function everyAt(text: string, path: JsonPath): string[] {
	const found: string[] = [];
	visitPath(text, skipSpace(text, 0), path, 0, start => {
		if (start === undefined) return -1;
		const end = endOfValue(text, start);
		found.push(text.slice(start, end));
		return end;
	});
	return found;
}

/**
 * Looks for `path` in the value at `start`, in one pass. Calls `visit` with where a value stands that the path leads
 * to, and with undefined when a repeated key makes the value before it count no more. Returns the index past the value.
 */
function visitPath(text: string, start: number, path: JsonPath, depth: number, visit: (start: number | undefined) => number): number {
	if (depth === path.length) return visit(start);
	if (text.charCodeAt(start) !== openObject) return endOfValue(text, start);
	return members(text, start, (key, valueStart) => {
		if (key !== path[depth]) return endOfValue(text, valueStart);
		visit(undefined);
		return visitPath(text, valueStart, path, depth + 1, visit);
	});
}

/**
 * The same JSON value on one line: no whitespace between tokens, and the characters inside strings that break line
 * readers or drive terminals (U+007F to U+009F, U+2028, U+2029) as `\u` escapes. Everything else stays as written.
 */
export function oneLine(text: string): string {
	const start = skipSpace(text, 0);
	const scanned = scanValue(text, start);
	const value = scanned < 0 ? compact(text, start, ~scanned) : text.slice(start, scanned);
	return escapeUnsafe(value);
}

/**
 * Each element of the array at `path`, as `oneLine` gives it, or undefined when there is no array.
 * @param onReplaced told when a repeated key makes elements before it count no more
 */
export function rows(text: string, path: JsonPath, onReplaced?: () => void): string[] | undefined {
	let found: string[] | undefined;
	const scan = RowScan.of(text);
	visitPath(text, skipSpace(text, 0), path, 0, start => {
		if (found !== undefined && found.length > 0) onReplaced?.();
		found = undefined;
		if (start === undefined) return -1;
		if (text.charCodeAt(start) !== openArray) return endOfValue(text, start);
		const texts: string[] = [];
		found = texts;
		return elements(text, start, from => {
			const first = text.charCodeAt(from);
			const scanned = scan !== undefined && (first === openObject || first === openArray);
			const end = scanned ? scan.endOf(from) : endOfValue(text, from);
			const row = text.slice(from, end);
			texts.push(scanned && !scan.spaced && !scan.unsafe ? row : oneLine(row));
			return end;
		});
	});
	return found;
}

/** The text from `start` to `end` without the whitespace between its tokens. */
function compact(text: string, start: number, end: number): string {
	let kept = '';
	let from = start;
	for (let index = start; index < end;) {
		const code = text.charCodeAt(index);
		if (code === quote) {
			index = endOfString(text, index);
		} else if (isSpace(code)) {
			kept += text.slice(from, index);
			index = skipSpace(text, index);
			from = index;
		} else {
			index++;
		}
	}
	return kept + text.slice(from, end);
}

/** In valid JSON these characters stand inside strings only, and never after a backslash. */
function escapeUnsafe(text: string): string {
	if (!unsafeInLine.test(text)) return text;
	return text.replaceAll(everyUnsafeInLine, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
