/**
 * The text without the characters at its end that are among `characters`. A regular expression for that looks at every run of
 * them again from each of its characters: a minute for a run of 100 kB.
 */
export function withoutTrailing(text: string, characters: string): string {
	let end = text.length;
	while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
	return text.slice(0, end);
}
