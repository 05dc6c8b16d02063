import {grantHint, nameHints} from './names.ts';
import {valueHint} from './values.ts';

/** Letters that somebody wrote as escapes: what they spell is seen only when they are read. */
const spelledOut = /\\u00[2-7]|%(?:4[1-9A-Fa-f]|5[\dAa]|6[1-9A-Fa-f]|7[\dAa]|25|40)/;

const codeInQuery = /[?&]code=/;

/** One after the other they are faster than as one. */
const hints: readonly RegExp[] = [
	...nameHints.map(({source, flags}) => new RegExp(source, flags.replace('g', ''))), grantHint, codeInQuery, valueHint, spelledOut,
];

/** Whether a text could hold a credential. Cheap, and right whenever it says no. */
export function mayHoldSecret(text: string): boolean {
	return hints.some(hint => hint.test(text));
}

/** Where a name begins in a text, or a part of one, that may be a credential's; and where it ends. In the order of the text. */
export function namesIn(text: string): Array<{readonly start: number; readonly end: number}> {
	return [...nameHints, /code/gi]
		.flatMap(hint => Array.from(text.matchAll(hint), ({index, 0: {length}}) => ({start: index, end: index + length})))
		.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

/** Whether a text may be a request that trades an authorization code. */
export function mayBeGrant(text: string): boolean {
	return grantHint.test(text) || (codeInQuery.test(text) && /[?&]code=[^\s]{1,300}&state=|[?&]state=[^\s]{1,300}&code=/.test(text));
}
