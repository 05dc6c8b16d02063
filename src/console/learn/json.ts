import {depthOf} from '../../json/depth.ts';
import {endOfValue} from '../../json/text.ts';

/** A JSON value. Whole numbers beyond 2^53 are the text of their digits, so that ids stay apart. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

export interface JsonObject {
	[key: string]: Json;
}

export type Scalar = string | number | boolean | null;

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): Json | undefined {
	const content = text.replace(/^\uFEFF/, '');
	if (depthOf(content) > deepest) return undefined;
	try {
		const value: Json = JSON.parse(keepLongNumbers(content));
		return value;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** The value of a text that holds an object or a list as JSON, or undefined. */
export function parseNested(text: string): Json[] | JsonObject | undefined {
	if (!/^\s*[[{]/.test(text)) return undefined;
	const value = parseJson(text);
	return typeof value === 'object' && value !== null ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nothing that a console sends or answers is nested deeper; whatever walks a value goes down with it. */
const deepest = 200;

const longNumber = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** Quotes the whole numbers that a number could not hold exactly. */
function keepLongNumbers(text: string): string {
	if (!/\d{16}/.test(text)) return text;
	const parts: string[] = [];
	let index = 0;
	while (index < text.length) {
		const start = text.indexOf('"', index);
		const outside = text.slice(index, start === -1 ? undefined : start);
		parts.push(outside.replaceAll(longNumber, digits => Number.isSafeInteger(Number(digits)) ? digits : `"${digits}"`));
		if (start === -1) break;
		const end = endOfValue(text, start);
		parts.push(text.slice(start, end));
		index = end;
	}
	return parts.join('');
}

