/** What stands around a value without being seen: blanks of every kind, line ends, byte-order marks, zero-width characters. */
const unseen = /[\s\u0085\p{Cf}]/u;

/** The text without what stands around it unseen, as copying and editors leave it. What is inside stays. */
export function cleaned(text: string): string {
	// A regular expression for the end would look at every inner run of blanks again from each of its characters.
	let [start, end] = [0, text.length];
	while (start < end && unseen.test(text.charAt(start))) start++;
	while (end > start && unseen.test(text.charAt(end - 1))) end--;
	return text.slice(start, end);
}

/** The text of bytes that should be UTF-8, without its byte-order mark, or what is wrong with them: `is written in UTF-16`. */
export function decodeText(bytes: Uint8Array): {readonly text: string} | {readonly problem: string} {
	if (isUtf16(bytes)) return {problem: 'is written in UTF-16 rather than UTF-8'};
	try {
		return {text: new TextDecoder('utf-8', {fatal: true}).decode(bytes)};
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return {problem: 'holds bytes that are no UTF-8'};
	}
}

/** What to do about a text in another encoding. */
export const writeInUtf8 = 'write it in UTF-8';

/** By its mark; without one by the zero bytes, every other one, that Latin text has in UTF-16. */
function isUtf16(bytes: Uint8Array): boolean {
	const mark = `${bytes[0]} ${bytes[1]}`;
	if (mark === '255 254' || mark === '254 255') return true;
	const sample = bytes.subarray(0, 1024);
	return [0, 1].some(half => sample.filter((byte, index) => byte === 0 && index % 2 === half).length * 4 > sample.length);
}

/** Whether an environment variable is one of this program's own, by its name. */
export function isOwnVariable(name: string): boolean {
	return /^(?:FEISHU|TRAE|AUDIT_EXPORT)_/.test(name);
}

/** Cleans the values of this program's own variables where they stand, for all that read them. */
export function cleanOwnVariables(env: Record<string, string | undefined>): void {
	for (const [name, value = ''] of Object.entries(env)) if (isOwnVariable(name)) env[name] = cleaned(value);
}
