/** The words of a name in lower case: `startTime`, `start_time` and `start-time` are start, time. Digits are no words. */
export function wordsOf(name: string): string[] {
	return name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2').toLowerCase()
		.split(/[^a-z]+/)
		.filter(word => word !== '');
}
