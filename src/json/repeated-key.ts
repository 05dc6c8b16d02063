import {UsageError} from '../base/errors.ts';
import {decodeString, encodeString, endOfValue} from './text.ts';

/**
 * Makes sure that no key stands twice in one object of a JSON text that somebody wrote, at any depth and in any spelling:
 * parsers keep the last one without a word.
 * @param text valid JSON
 * @param placeOf names the text, by the number of a line in it, from 1 on
 * @throws UsageError
 */
export function refuseRepeatedKeys(text: string, placeOf: (line: number) => string): void {
	const found = repeatedKey(text);
	if (found === undefined) return;
	const place = placeOf(text.slice(0, found.index).split('\n').length);
	throw new UsageError(`${place}: the key ${encodeString(found.key)} stands twice`, {
		hint: 'only one of them would count: remove the other',
	});
}

function repeatedKey(text: string): {readonly key: string; readonly index: number} | undefined {
	/** The keys of each object that is open; undefined for an array. */
	const open: Array<Set<string> | undefined> = [];
	let isKeyNext = false;
	for (let index = 0; index < text.length; index++) {
		const character = text.charAt(index);
		if (character === '"') {
			const end = endOfValue(text, index);
			const keys = isKeyNext ? open.at(-1) : undefined;
			const key = keys === undefined ? '' : decodeString(text, index, end);
			if (keys?.has(key) === true) return {key, index};
			keys?.add(key);
			isKeyNext = false;
			index = end - 1;
		} else if (character === '{' || character === '[') {
			open.push(character === '{' ? new Set() : undefined);
			isKeyNext = character === '{';
		} else if (character === '}' || character === ']') {
			open.pop();
		} else if (character === ',') {
			isKeyNext = open.at(-1) !== undefined;
		}
	}
	return undefined;
}
