import type {Context} from '../../base/context.ts';
import type {BudgetLimit} from '../../base/transport.ts';
import {Budget} from '../../http/budget.ts';
import type {OpenJob} from './open-job.ts';

/** Jobs that spend one budget, in their order. */
export interface JobGroup {
	readonly jobs: readonly OpenJob[];
	readonly budget: Budget;
}

/**
 * The budgets of a command that may run its jobs many times: what was spent in one round still counts in the next. A
 * budget is that of an app with an API, as the vendors count: jobs that ask the same path of the same place as the same
 * app share it. Apps that are not known are taken for the same.
 */
export class SharedBudgets {
	readonly #budgets = new Map<string, Budget>();
	readonly #clock: Pick<Context, 'monotonic' | 'sleep'>;

	constructor(clock: Pick<Context, 'monotonic' | 'sleep'>) {
		this.#clock = clock;
	}

	/** The jobs, grouped by the budget that they spend, of which the most careful of their limits is kept. */
	group(jobs: readonly OpenJob[]): JobGroup[] {
		const groups = new Map<string, OpenJob[]>();
		for (const job of jobs) {
			const {baseUrl, source: {endpoint}} = job.opened;
			const key = JSON.stringify([baseUrl, job.appId ?? '', endpoint.method, endpoint.path]);
			groups.set(key, [...groups.get(key) ?? [], job]);
		}
		return [...groups].map(([key, members]) => ({jobs: members, budget: this.#budgetOf(key, members)}));
	}

	#budgetOf(key: string, jobs: readonly OpenJob[]): Budget {
		const [limit = {requests: 1, perMs: 1000}] = jobs.map(({limit: own}) => own).toSorted((a, b) => perMs(a) - perMs(b));
		const known = this.#budgets.get(key);
		if (known !== undefined && perMs(known.limit) <= perMs(limit)) return known;
		const budget = new Budget(limit, this.#clock);
		this.#budgets.set(key, budget);
		return budget;
	}
}

function perMs({requests, perMs: period}: BudgetLimit): number {
	return requests / period;
}
