import type {RuleDocument} from './catalogue/schema.ts';
import type {ProblemKind} from '../../src/engine/problems.ts';
import type {Column, Trait} from './columns.ts';

/**
 * What a run under a fault comes to:
 * - `complete`: exit 0 and every row that there is;
 * - `fails 1`: that exit code; nothing wrong was written, and the next run completes;
 * - `incomplete: …`: exit 6, with this kind of problem named;
 * - `as served`: exit 0 with every row that was served, which is not every row there is: nobody can tell from the answers;
 * - `not asked`: nothing that the fault is about is in what this source is asked or answers: the fault finds nothing to do, and
 *   the run is complete.
 */
export type Expected = 'complete' | 'fails 1' | 'fails 3' | 'fails 4' | `incomplete: ${ProblemKind}` | 'as served' | 'not asked';

/** One line of the matrix. */
export interface Expectation {
	/** As it stands in a faults file. */
	readonly rule: RuleDocument;
	/** What is promised, in one sentence. */
	readonly promise: string;
	readonly expect: Expected;
	/** Where it differs; the first trait that a column has counts. */
	readonly except?: Readonly<Partial<Record<Trait, Expected>>>;
	/** How long one attempt may take. Default 10s. */
	readonly timeout?: string;
	/** Options that the command has beside those of all. */
	readonly options?: readonly string[];
	/** How often it is tried again hangs on the machine, too. */
	readonly inexact?: true;
}

/** What is expected of one column. */
export function expectedOf({expect, except = {}}: Expectation, {traits}: Column): Expected {
	const differing = Object.entries(except).find(([trait]) => traits.some(own => own === trait));
	return differing?.[1] ?? expect;
}

/** The fifth request, which is in the second window, whatever it asks for; and all from there on. */
export const once = {requests: '5'};
export const always = {requests: '5-'};

/** Lines that differ in their rule alone. */
export function lines(rules: readonly RuleDocument[], rest: Omit<Expectation, 'rule'>): Expectation[] {
	return rules.map(rule => ({rule, ...rest}));
}
