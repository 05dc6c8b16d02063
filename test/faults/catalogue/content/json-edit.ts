import type {JsonPath} from '../../../../src/base/json-path.ts';
import {elements, endOfValue, kindAt, locate, members, skipSpace} from '../../../../src/json/text.ts';

/*
 * Changes JSON as text: what is not meant to change stays digit for digit. Every function expects valid JSON, and gives it
 * back unchanged where there is nothing at the path.
 */

/** A member of an object: its key, and the text of its value. */
export type Member = readonly [key: string, value: string];

/** The text of the value at a path. */
export function textAt(text: string, path: JsonPath): string | undefined {
	const place = locate(text, path);
	return place === undefined ? undefined : text.slice(place.start, place.end);
}

/** With what `edit` makes of the text of the value at a path. */
export function editAt(text: string, path: JsonPath, edit: (value: string) => string): string {
	const place = locate(text, path);
	return place === undefined ? text : text.slice(0, place.start) + edit(text.slice(place.start, place.end)) + text.slice(place.end);
}

/** With the members that `edit` leaves of the object at a path. */
export function editMembers(text: string, path: JsonPath, edit: (members: readonly Member[]) => readonly Member[]): string {
	return editAt(text, path, value => {
		if (kindAt(value, 0) !== 'object') return value;
		const found: Member[] = [];
		members(value, 0, (key, start) => {
			const end = endOfValue(value, start);
			found.push([key, value.slice(start, end)]);
			return end;
		});
		return `{${edit(found).map(([key, member]) => `${JSON.stringify(key)}:${member}`).join(',')}}`;
	});
}

/** With a value at a path, whether there was one before or not; objects on the way to it are made. */
export function setAt(text: string, [key = '', ...deeper]: JsonPath, value: string): string {
	return editMembers(text, [], all => {
		const before = all.find(([name]) => name === key)?.[1];
		const after = deeper.length === 0 ? value : setAt(before !== undefined && kindAt(before, 0) === 'object' ? before : '{}', deeper, value);
		return before === undefined ? [...all, [key, after]] : all.map(([name, old]): Member => [name, name === key ? after : old]);
	});
}

/** Without the member at a path. */
export function removeAt(text: string, path: JsonPath): string {
	return editMembers(text, path.slice(0, -1), all => all.filter(([key]) => key !== path.at(-1)));
}

/** With what `edit` makes of the elements of the array at a path, each as it is written. */
export function editElements(text: string, path: JsonPath, edit: (all: readonly string[]) => readonly string[]): string {
	return editAt(text, path, value => {
		if (kindAt(value, 0) !== 'array') return value;
		const found: string[] = [];
		elements(value, 0, start => {
			const end = endOfValue(value, start);
			found.push(value.slice(start, end));
			return end;
		});
		return `[${edit(found).join(',')}]`;
	});
}

/** With what `edit` makes of every string in a value, however deep; told the string's path, in which arrays do not count. */
export function editStrings(text: string, edit: (literal: string, path: JsonPath) => string, path: JsonPath = []): string {
	const value = text.slice(skipSpace(text, 0));
	switch (kindAt(value, 0)) {
		case 'object': return editMembers(value, [], all => all.map(([key, member]): Member => [key, editStrings(member, edit, [...path, key])]));
		case 'array': return editElements(value, [], all => all.map(element => editStrings(element, edit, path)));
		case 'string': return edit(value, path);
		case 'scalar': return value;
	}
}
