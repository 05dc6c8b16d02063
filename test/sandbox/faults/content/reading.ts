import {elements, endOfValue, locate} from '../../../../src/json/text.ts';

/** The elements of an array in JSON, each as it is written; none where there is no array. */
export function elementsAt(text: string, path: readonly string[]): string[] {
	const place = locate(text, path);
	if (place === undefined || text[place.start] !== '[') return [];
	const found: string[] = [];
	elements(text, place.start, start => {
		const end = endOfValue(text, start);
		found.push(text.slice(start, end));
		return end;
	});
	return found;
}

/** The JSON at a path, as it is written. */
export function jsonAt(text: string, path: readonly string[]): string | undefined {
	const place = locate(text, path);
	return place === undefined ? undefined : text.slice(place.start, place.end);
}
