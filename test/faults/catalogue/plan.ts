import type {Sleep} from '../../../src/base/context.ts';
import {mulberry32, seedOf} from '../../../src/sandbox/random.ts';
import type {Inject} from './fault.ts';
import {createTrigger, type AskedRequest} from './rule.ts';
import type {FaultsFile} from './schema.ts';

/** One fault that is done to one request. */
export interface InjectedFault {
	/** Counted over everything that the sandbox is asked, from 1. */
	readonly request: number;
	readonly method: string;
	readonly path: string;
	readonly source: string | undefined;
	/** The name in the catalogue. */
	readonly fault: string;
	/** With its parameters, in words. */
	readonly text: string;
}

/** What is to be done to a request. */
export interface DueFault {
	readonly inject: Inject;
	/** Numbers in [0, 1) that the seed decides, of this rule alone. */
	readonly random: () => number;
}

/** Which request gets which fault, and the clock of the sandbox that faults can move. */
export interface FaultPlan {
	/** Counts a request, and says which fault is done to it. To be asked once for every request, in the order of their arrival. */
	next(request: AskedRequest & {readonly method: string}): DueFault | undefined;
	/** The time as faults have moved it, Unix milliseconds: the clock that the sandbox must be made with. */
	readonly now: () => number;
	shiftClock(ms: number): void;
	readonly sleep: Sleep;
}

export interface FaultPlanOptions {
	/** The real time, Unix milliseconds. */
	readonly now: () => number;
	readonly sleep: Sleep;
	/** Instead of the file's. */
	readonly seed?: number | undefined;
	/** Told of every fault before it is done. */
	readonly onFault?: ((injected: InjectedFault) => void) | undefined;
}

/** Makes a plan of the rules. The same seed and the same order of requests give the same faults. */
export function createFaultPlan(file: FaultsFile, {now, sleep, seed = file.seed, onFault}: FaultPlanOptions): FaultPlan {
	const rules = file.rules.map((rule, index) => ({
		...rule,
		trigger: createTrigger(rule.conditions, mulberry32(seedOf(seed, 'due', index))),
		inject: rule.create(),
		random: mulberry32(seedOf(seed, 'fault', index)),
	}));
	let request = 0;
	let shiftedMs = 0;
	return {
		next({method, path, source}) {
			request++;
			// Every rule counts every request, also those that an earlier rule takes.
			const due = rules.filter(({trigger}) => trigger.isDue({path, source}))[0];
			if (due === undefined) return undefined;
			due.trigger.fired();
			onFault?.({request, method, path, source, fault: due.fault, text: due.text});
			return due;
		},
		now: () => now() + shiftedMs,
		shiftClock(ms) {
			shiftedMs += ms;
		},
		sleep,
	};
}
