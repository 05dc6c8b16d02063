import {backslash, closeArray, closeObject, openArray, openObject, quote} from './characters.ts';

/** How deep objects and arrays are nested in a JSON text, found without parsing it; of text that is no JSON, some number. */
export function depthOf(text: string): number {
	let depth = 0;
	let most = 0;
	let inString = false;
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		if (inString) {
			if (code === backslash) index++;
			else if (code === quote) inString = false;
		} else if (code === quote) {
			inString = true;
		} else if (code === openObject || code === openArray) {
			depth++;
			if (depth > most) most = depth;
		} else if (code === closeObject || code === closeArray) {
			depth--;
		}
	}
	return most;
}
