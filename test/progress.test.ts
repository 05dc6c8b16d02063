import {expect, it} from 'vitest';
import {HOUR, MINUTE, SECOND} from '../src/base/duration.ts';
import type {BudgetLimit} from '../src/base/transport.ts';
import {newCounters, type RunCounters} from '../src/engine/summary.ts';
import {Budget} from '../src/http/budget.ts';
import {progressText} from '../src/run/progress.ts';
import {VirtualClock} from './helpers/virtual-clock.ts';

function progress({counters = {}, hours = 24, limit = {requests: 100, perMs: MINUTE}, elapsedMs = 0, sinceMs = 0, clock = new VirtualClock(), budget = new Budget(limit, {monotonic: clock.now, sleep: clock.sleep})}: {
	counters?: Partial<RunCounters>; hours?: number; limit?: BudgetLimit; elapsedMs?: number; sinceMs?: number; clock?: VirtualClock; budget?: Budget;
} = {}): string {
	return progressText({name: 'feishu-openapi', counters: {...newCounters(), ...counters}, budget, range: {from: 0, to: hours * HOUR}, monotonic: clock.now}, {startedAt: clock.now() - elapsedMs - sinceMs, finishedAt: clock.now() - sinceMs});
}

it('tells how much of the time is done, the records and the requests against the budget', () => {
	expect(progress()).toBe('feishu-openapi: 0% of 24h · 0 records · 0 requests (budget 0/100 per 1m)');
	expect(progress({counters: {finishedTo: 1233 * HOUR, records: 1_234_567, requests: 5678}, hours: 10_008}))
		.toBe('feishu-openapi: 12% of 417d · 1,234,567 records · 5,678 requests (budget 0/100 per 1m)');
});

it.each([
	{limit: {requests: 100, perMs: MINUTE}, says: '(budget 0/100 per 1m)'},
	{limit: {requests: 2, perMs: SECOND}, says: '(budget 0/2 per 1s)'},
	{limit: {requests: 5000, perMs: HOUR}, says: '(budget 0/5,000 per 1h)'},
])('names a budget of $limit.requests in $limit.perMs ms', ({limit, says}) => {
	expect(progress({limit})).toContain(says);
});

it('has nothing left to do while the output is finished', () => {
	expect(progress({counters: {finishedTo: 24 * HOUR}})).toContain('100% of 24h');
	expect(progress({hours: 0})).toContain('100% of 0');
});

it('tells how much of the budget is used, and how long the next request waits for it', async () => {
	const clock = new VirtualClock();
	const budget = new Budget({requests: 2, perMs: MINUTE}, {monotonic: clock.now, sleep: clock.sleep});
	const {signal} = new AbortController();
	for (let request = 0; request < 2; request++) (await budget.take(signal)).answered();
	expect(progress({budget, clock})).toMatch(/\(budget 2\/2 per 1m\)$/);
	const waiting = budget.take(signal);
	await new Promise(resolve => {
		setImmediate(resolve);
	});
	expect(progress({budget, clock})).toMatch(/ · waiting for the budget, 6[01] s$/);
	await clock.run(waiting);
	expect(progress({budget, clock})).not.toContain('waiting');
});

it.each([
	{done: 0, elapsedMs: MINUTE, left: undefined},
	{done: 12, elapsedMs: 5 * SECOND, left: undefined},
	{done: 24, elapsedMs: MINUTE, left: undefined},
	{done: 12, elapsedMs: 20 * SECOND, left: '~20 s left'},
	{done: 6, elapsedMs: MINUTE, left: '~3 min left'},
	{done: 1, elapsedMs: HOUR, left: '~1380 min left'},
])('after $done of 24 hours in $elapsedMs ms says "$left"', ({done, elapsedMs, left}) => {
	const text = progress({counters: {finishedTo: done * HOUR}, elapsedMs});
	if (left === undefined) expect(text).not.toContain('left');
	else expect(text).toMatch(new RegExp(` · ${left}$`));
});

it.each([[30 * SECOND, '~3 min left'], [150 * SECOND, '~30 s left'], [HOUR, '~1 s left']])('does not say that more is left for having waited %i ms since the last window', (sinceMs, left) => {
	expect(progress({counters: {finishedTo: 6 * HOUR}, elapsedMs: MINUTE, sinceMs})).toMatch(new RegExp(` · ${left}$`));
});
