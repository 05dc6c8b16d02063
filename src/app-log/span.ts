import {elements, endOfValue, kindAt, members, skipSpace, type Span} from '../json/text.ts';
import type {JsonPath} from '../sources/types.ts';

/** Where the value at a path stands in a JSON text, through lists too, whose places are written as digits; undefined where there is none. */
export function spanAt(text: string, path: JsonPath): Span | undefined {
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
export function onlyAt(text: string, path: JsonPath): string {
	const span = spanAt(text, path);
	const value = span === undefined ? 'null' : text.slice(span.start, span.end);
	return path.toReversed().reduce((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value);
}
