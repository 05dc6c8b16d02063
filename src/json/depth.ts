const quote = 0x22;
const backslash = 0x5c;

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
		} else if (code === 0x7b || code === 0x5b) {
			depth++;
			if (depth > most) most = depth;
		} else if (code === 0x7d || code === 0x5d) {
			depth--;
		}
	}
	return most;
}
