import {expect, it} from 'vitest';
import {newCounters} from '../../../src/engine/summary.ts';
import {Budget} from '../../../src/http/budget.ts';
import {roundProgressText} from '../../../src/run/jobs/run-round.ts';
import {VirtualClock} from '../../helpers/virtual-clock.ts';

it('tells how many jobs are done, and what each under way has written or waits for', () => {
	const {now, sleep} = new VirtualClock();
	const clock = {monotonic: now, sleep};
	const budgets = [new Budget({requests: 1, perMs: 60_000}, clock), new Budget({requests: 1, perMs: 60_000}, clock)] as const;
	budgets[1].waitingUntil = now() + 90_000;
	const text = roundProgressText({total: 5, done: 2, failed: 0, running: new Map([
		['calls', {counters: {...newCounters(), records: 12_345, requests: 130}, budget: budgets[0]}],
		['events', {counters: newCounters(), budget: budgets[1]}],
	])}, now);
	expect(text).toBe('2/5 jobs · calls: 12,345 records, 130 requests · events: 0 records, 0 requests, waiting for the budget, 90 s');
});

it('tells of five hundred jobs in a line: how many are done, failed and running, and what those do that run longest', () => {
	const {now, sleep} = new VirtualClock();
	const budget = new Budget({requests: 1, perMs: 60_000}, {monotonic: now, sleep});
	const running = new Map(Array.from({length: 200}, (_, index) => [`tenant-${index}`, {counters: newCounters(), budget}]));
	expect(roundProgressText({total: 500, done: 120, failed: 2, running}, now)).toBe(
		'120/500 jobs, 2 failed, 200 running · tenant-0: 0 records, 0 requests · tenant-1: 0 records, 0 requests · tenant-2: 0 records, 0 requests · and 197 more',
	);
});
