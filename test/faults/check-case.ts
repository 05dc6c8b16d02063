import {wholeLines, type CaseResult, type CaseRun} from './run-case.ts';
import type {Column} from './columns.ts';
import type {Expected} from './expectation.ts';

/** The text of JSON with everything that may be written in two ways written in one: as escapes. */
function canonical(json: string): string {
	return json.replaceAll(/[^\x20-\x7e]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).replaceAll(/\\u[\da-fA-F]{4}/g, escape => escape.toLowerCase());
}

/** The id of a row, every digit of it; undefined where it has none. */
export function idOf(line: string, {id}: Pick<Column, 'id'>): string | undefined {
	if (id === null) return undefined;
	const row: unknown = JSON.parse(line);
	const value: unknown = typeof row === 'object' && row !== null && Object.hasOwn(row, id) ? Reflect.get(row, id) : undefined;
	if (typeof value === 'string') return value === '' ? undefined : value;
	if (typeof value !== 'number') return undefined;
	return [...line.matchAll(new RegExp(`"${id}":(\\d+)`, 'g'))].at(-1)?.[1];
}

/** An id as the fault `huge-id` writes it. */
function hugeId(id: string): string {
	const digits = /^\d+$/.test(id) ? id : String(BigInt(`0x${Buffer.from(id).toString('hex')}`));
	return `1${digits.padStart(80, '0')}`;
}

/** What is wrong with what the fault did: something in every case, and nothing where nothing of its kind is asked. */
export function checkDone(expected: Expected, {faults}: CaseResult): string[] {
	if (expected === 'not asked') return faults === 0 ? [] : ['the fault found something to do'];
	return faults > 0 ? [] : ['the fault found nothing to do'];
}

/** What is wrong with one case, whatever was expected of it. */
export function checkInvariants(column: Column, {faulty, healthy, sent}: CaseResult, truth: readonly string[]): string[] {
	const wrong = [faulty, ...(healthy === undefined ? [] : [healthy])].flatMap(checkRun);
	const served = sent.map(canonical).join('\n');
	const known = new Set(truth);
	const foreign = wholeLines(faulty.written).filter(line => !known.has(line) && !served.includes(canonical(line)));
	if (foreign.length > 0) wrong.push(`rows that were never served: ${foreign.join('\n').slice(0, 300)}`);
	const kinds = new Set(faulty.summary?.problems.map(({kind}) => kind));
	const ids = wholeLines(faulty.written).flatMap(line => idOf(line, column) ?? []);
	if (!kinds.has('ambiguous') && new Set(ids).size < ids.length) wrong.push('rows that are repeated');
	if (healthy !== undefined) {
		if (healthy.code !== 0) wrong.push(`the same command ends with ${healthy.code} when all is well: ${healthy.stderr}`);
		else if (!isSame(wholeLines(healthy.written), truth)) wrong.push('the same command does not come to every row when all is well');
	}
	return wrong;
}

function checkRun({code, stdout, stderr, summaryText, summary, output, written, secrets}: CaseRun): string[] {
	const wrong: string[] = [];
	const check = (isRight: boolean, what: string) => {
		if (!isRight) wrong.push(`${what} (exit ${code}): ${stderr.slice(0, 500)}`);
	};
	check(code !== 5 && !/unexpected|^ {4}at |Error:/m.test(stderr), 'it reads like a bug');
	check(!/[^\P{C}\n]|[\u2028\u2029]/u.test(stderr), 'control characters on stderr');
	check(stdout === '', 'something on stdout');
	const told = `${stderr}\n${summaryText ?? ''}`;
	check(!secrets.some(secret => told.includes(secret)), 'a secret is told');
	check(written === '' || written.endsWith('\n'), 'a line is not whole');
	check((output === undefined) === (code !== 0), 'the output stands under its name when it is complete, and only then');
	check(summary !== undefined, 'there is no summary');
	const expectedStatus = code === 0 ? 'complete' : code === 6 ? 'incomplete' : 'failed';
	check(summary?.status === expectedStatus, `the summary says ${summary?.status}`);
	check((summary?.problems.length ?? 0) > 0 === (code === 6) || code === 1 || code === 3 || code === 4, 'problems in the summary and exit code differ');
	if (code === 0) {
		check(!/^error/m.test(stderr), 'an error is named');
		check(summary?.records === wholeLines(written).length, 'the summary counts other records');
	} else {
		check(/^error: \S/m.test(stderr), 'no error is named');
		check(code === 6 || (summary?.error ?? '') !== '', 'the summary names no error');
		check((summary?.problems ?? []).every(({kind}) => stderr.includes(kind)), 'a problem is not named');
	}
	return wrong;
}

/** What is wrong with how one case came out. */
export function checkOutcome(column: Column, expected: Expected, {faulty, sent}: CaseResult, truth: readonly string[]): string[] {
	const outcome = outcomeOf(faulty, truth);
	if (expected === 'complete' || expected === 'not asked') {
		if (faulty.code !== 0) return [`complete was expected, it ends with ${faulty.code}: ${faulty.stderr}`];
		return hasEvery(column, wholeLines(faulty.written), truth) ? [] : [`complete was expected, ${wholeLines(faulty.written).length} rows of ${truth.length} are there, or others`];
	}
	if (outcome !== expected && !names(outcome, expected)) return [`"${expected}" was expected, it is "${outcome}": ${faulty.stderr}`];
	if (expected === 'as served') {
		const ids = truth.map(line => column.id === null ? line : idOf(line, column) ?? '');
		const answers = sent.join('\n');
		const missing = truth.filter((line, index) => answers.includes(ids[index] ?? '') && !faulty.written.includes(ids[index] ?? ''));
		if (missing.length > 0) return [`rows that were served are missing: ${missing.join('\n').slice(0, 300)}`];
	}
	return [];
}

/** Whether an incomplete export names the kind of problem that was expected, maybe among others. */
function names(outcome: string, expected: string): boolean {
	const [what, kind = ''] = expected.split(' ');
	return what === 'incomplete:' && outcome.startsWith(what) && outcome.split(' ').includes(kind);
}

/** What a run came to, in the words of expectations. */
function outcomeOf({code, summary, written}: CaseRun, truth: readonly string[]): string {
	if (code === 0) return wholeLines(written).length === truth.length ? 'complete' : 'as served';
	return code === 6 ? `incomplete: ${[...new Set(summary?.problems.map(({kind}) => kind))].join(' ')}` : `fails ${code}`;
}

/** Whether the lines hold every row once, going by ids where rows were altered on the way; by times where there are none. */
function hasEvery(column: Column, lines: readonly string[], truth: readonly string[]): boolean {
	if (isSame(lines, truth)) return true;
	const key = (line: string) => column.id === null ? idOf(line, {id: column.time ?? ''}) : idOf(line, column);
	const ids = new Set(lines.map(line => key(line)));
	return lines.length === truth.length && truth.map(line => key(line) ?? '').every(id => ids.has(id) || ids.has(hugeId(id)));
}

function isSame(lines: readonly string[], truth: readonly string[]): boolean {
	const sorted = lines.toSorted();
	return lines.length === truth.length && truth.toSorted().every((line, index) => line === sorted[index]);
}
