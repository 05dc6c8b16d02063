import {readFlag} from '../answers.ts';
import {isSignInText} from '../judge.ts';
import type {Answer, ScalarFact} from './exchange.ts';
import {samePlace} from './request-tree.ts';
import type {SecretValues} from './secrets.ts';
import {flat, namesOf, wholly} from './words.ts';

/** A member of an answer and the values that it has in the same case. */
export interface Outcome {
	readonly at: readonly string[];
	readonly is: ReadonlyArray<string | number | boolean>;
}

const codeNames = [
	'code', 'errno', 'errcode', 'errorcode', 'retcode', 'ret', 'returncode', 'statuscode', 'bizcode', 'resultcode', 'status', 'success',
	'ok',
	'result', 'issuccess',
];
const goodValues = /^(?:0+|200|20000|ok|success|succeeded|succeed|succ|true)$/i;
const messageNames = [
	'msg', 'message', 'errmsg', 'errormsg', 'errormessage', 'errmessage', 'statusmessage', 'statusmsg', 'retmsg', 'resultmsg', 'error',
	'errordescription', 'description', 'info',
];

/** What the answers with rows say of their success: a code that is the same in all of them. */
export function findSuccess(answers: readonly Answer[], secrets: SecretValues): Outcome | undefined {
	const [first] = answers;
	const found = (first?.scalars ?? []).filter(
		({path, value}) =>
			path.length <= 2 && isOutcome(value, secrets) && codeNames.includes(flat(path.at(-1) ?? '')) &&
			// A number other than the usual ones is a success only under the clearest names.
			(goodValues.test(String(value)) ||
				(typeof value === 'number' && ['code', 'errno', 'errcode', 'retcode'].includes(flat(path.at(-1) ?? '')))) &&
			answers.every(answer => answer.scalars.some(other => samePlace(other.path, path) && other.value === value)),
	);
	const [best] = found.toSorted((a, b) => a.path.length - b.path.length || rank(codeNames, a) - rank(codeNames, b));
	return best === undefined || !isOutcome(best.value, secrets) ? undefined : {at: best.path, is: [best.value]};
}

/** Where the answers say why they failed. */
export function findMessage(answers: readonly Answer[]): readonly string[] | undefined {
	const texts = answers.flatMap(({scalars}) => scalars).filter(
			({path, value}) => path.length <= 2 && (typeof value === 'string' || value === null) &&
				messageNames.includes(flat(path.at(-1) ?? '')),
		);
	return texts.toSorted((a, b) => a.path.length - b.path.length || rank(messageNames, a) - rank(messageNames, b))[0]?.path;
}

/** An answer that refused a request. */
export interface RefusalSeen {
	readonly status: number;
	readonly answer: Answer;
}

/**
 * What answers say when the session has expired, by those that refused: with 401 or 403, or in words about signing in.
 * @param answers those with rows, in which the same must not stand
 */
export function findExpired(
	refusals: readonly RefusalSeen[], answers: readonly Answer[], success: Outcome | undefined, secrets: SecretValues,
): Outcome | undefined {
	const codes = refusals.filter(refusal => isSignedOut(refusal)).flatMap(({answer}) => {
			// `success: false` is said of every failure: there a code beside it is looked for.
			const code = answer.scalars.filter(
					({path, value}) =>
						path.length <= 3 && typeof value !== 'boolean' && isOutcome(value, secrets) &&
							codeNames.includes(flat(path.at(-1) ?? '')),
				)
				.toSorted(
					(a, b) =>
						Number(isAt(b, success)) - Number(isAt(a, success)) || a.path.length - b.path.length ||
							rank(codeNames, a) - rank(codeNames, b),
				)[0];
			return code === undefined || answers.some(other => scalarAt(other, code.path) === code.value) ? [] : [code];
		});
	const at = codes[0]?.path;
	if (at === undefined) return undefined;
	const values = codes.filter(({path}) => samePlace(path, at)).flatMap(({value}) => isOutcome(value, secrets) ? [value] : []);
	return {at, is: [...new Set(values)]};
}

function isSignedOut({status, answer}: RefusalSeen): boolean {
	const saysSo = answer.scalars.some(({path, value}) => typeof value === 'string' && path.length <= 3 && isSignInText(value));
	return status === 401 || ((status === 403 || (status >= 200 && status < 300)) && saysSo);
}

function isAt({path}: ScalarFact, outcome: Outcome | undefined): boolean {
	return outcome !== undefined && samePlace(path, outcome.at);
}

const totalNames = [
	wholly('total|totalcount|totalnum|totalnumber|totalrecords?|totalrows?|totalelements|totalsize|totalhits?|totalitems?',
		'recordstotal|totalresults|totalcnt|hitstotal|rowcount|recordcount|allcount'),
	wholly('count|cnt|num|records|size|hitcount|resultcount'),
];

/** Where the answers state how many rows the search has; `rowCounts` are those of the same answers. */
export function findTotal(answers: readonly Answer[], rowCounts: readonly number[], isFullPage: boolean): readonly string[] | undefined {
	const [first] = answers;
	const most = Math.max(...rowCounts, 0);
	const found = (first?.scalars ?? []).flatMap(({path, value}) => {
		if (!isCount(value) || Number(value) < most) return [];
		const names = namesOf(path);
		const order = totalNames.findIndex(pattern => names.some(name => pattern.test(name)));
		if (order === -1 || /pages?$/.test(names[0] ?? '')) return [];
		const values = answers.map(answer => answer.scalars.find(other => samePlace(other.path, path))?.value);
		if (!values.every(other => isCount(other))) return [];
		// A count that follows the rows of each page is not the total.
		const followsPage = values.every((other, index) => Number(other) === rowCounts[index]);
		return order === 1 && followsPage && (isFullPage || values.length > 1) ? [] : [{path, order}];
	});
	return found.toSorted((a, b) => a.order - b.order || a.path.length - b.path.length)[0]?.path;
}

const moreNames = wholly('hasmore|more|hasnext|hasnextpage|ismore|moreavailable|havemore|next|nextpage|morepages|existmore',
	'hasmoredata|hasmorepages');
const lastNames = /^(?:(?:is)?last(?:page)?|nomore|hasnomore|nomoredata|isend|isfinished|reachedend)$/;

/** Where answers say whether there is more, and whether they do so by what is true on the last page. */
export interface MoreGuess {
	readonly path: readonly string[];
	readonly isLast: boolean;
}

/**
 * Where the answers say whether there is more.
 * @param answers those with rows, in the order of the recording
 */
export function findMore(answers: readonly Answer[]): MoreGuess | undefined {
	const seen = new Map<string, {path: readonly string[]; values: boolean[]; isFlag: boolean}>();
	for (const {path, value} of answers.flatMap(({scalars}) => scalars)) {
		const flag = readFlag(value);
		const entry = seen.get(path.join('.')) ?? {path, values: [], isFlag: true};
		if (flag !== undefined) entry.values.push(flag);
		// `next: 1` is the number of a page.
		const isNumber = typeof value !== 'boolean' && /^next/i.test(path.at(-1) ?? '');
		entry.isFlag &&= (flag !== undefined && !isNumber) || value === null;
		seen.set(path.join('.'), entry);
	}
	for (const {path, values, isFlag} of seen.values()) {
		if (!isFlag || values.length === 0) continue;
		const name = flat(path.at(-1) ?? '');
		if (moreNames.test(name)) return {path, isLast: false};
		// What is always true may say something else, and would end a search after one page.
		if (isLastName(path) && values.includes(false)) return {path, isLast: true};
	}
	return undefined;
}

/** Whether a member is by its name true on the last page. */
export function isLastName(path: readonly string[]): boolean {
	return lastNames.test(flat(path.at(-1) ?? ''));
}

export function scalarAt(answer: Answer, path: readonly string[] | undefined): ScalarFact['value'] | undefined {
	return path && answer.scalars.find(scalar => samePlace(scalar.path, path))?.value;
}

export function isCount(value: unknown): boolean {
	return (
		(typeof value === 'number' || (typeof value === 'string' && /^\d{1,12}$/.test(value))) &&
		Number.isInteger(Number(value)) &&
		Number(value) >= 0
	);
}

/** Only codes and single words: an answer's texts may name people. */
function isOutcome(value: unknown, secrets: SecretValues): value is string | number | boolean {
	if (typeof value === 'boolean') return true;
	if (typeof value === 'number') return Number.isSafeInteger(value) && !secrets.holds(String(value));
	return typeof value === 'string' && /^(?:[a-z][a-z_-]{0,29}|-?\d{1,12})$/i.test(value) && !secrets.holds(value);
}

function rank(names: readonly string[], {path}: ScalarFact): number {
	return names.indexOf(flat(path.at(-1) ?? ''));
}
