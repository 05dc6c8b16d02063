import {closest, distance} from 'fastest-levenshtein';

/** The nearest of the known names, as a question, or all of them when none is near. */
export function nearestText(name: string, known: readonly string[]): string {
	const nearest = closest(name, known);
	if (distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, Math.floor(name.length / 3)))
		return `did you mean "${nearest}"?`;
	return `expected ${known.map(other => `"${other}"`).join(', ')}`;
}
