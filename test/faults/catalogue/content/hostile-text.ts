/** Clears a terminal, writes its title, sets colours, in C0 and C1; reorders text; ends lines; ends strings. */
const controls = {
	before: '\u001b[2J\u001b[1;31m\u001b]0;owned\u0007\u009b31m\u009d0;owned\u009c\u202e\u2066',
	after: '\u2069\u202c\u2028\u2029\u0085\u0000\u0007\b\r\n\u001b[0m',
};

/** A text with everything around it that drives a terminal, reorders what is read, or ends a line. */
export function hostileText(text: string): string {
	return `${controls.before}${text}${controls.after}`;
}

/** What makes a spreadsheet take a cell for a formula. */
export const formulaStarts = ['=', '+', '-', '@', '\t=', '\r=', '\n=', '＝', '＋', '－', '＠'] as const;
