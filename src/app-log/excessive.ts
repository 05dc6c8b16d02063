const deepest = 100;
const mostValues = 1_000_000;

/** Whether a document is deeper or larger than any that somebody wrote. What is repeated counts as often as it stands there. */
export function isExcessive(document: unknown): boolean {
	let count = 0;
	let level: unknown[] = [document];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > deepest) return true;
		const next: unknown[] = [];
		for (const value of level) {
			if (typeof value !== 'object' || value === null) continue;
			for (const member of Object.values(value)) {
				if (++count > mostValues) return true;
				next.push(member);
			}
		}
		level = next;
	}
	return false;
}
