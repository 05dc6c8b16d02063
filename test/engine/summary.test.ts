import {expect, it} from 'vitest';
import {growthStart, newCounters, toSummary} from '../../src/engine/summary.ts';

const at = (hour: number) => Date.UTC(2026, 10, 20, hour);

it.each([
	['nothing is expected where the vendor does not say how late rows arrive', {since: at(0), until: at(9), readAt: at(9), arrivesWithinMs: undefined}, undefined],
	['the end of a range that was read at once may grow', {since: at(0), until: at(9), readAt: at(9), arrivesWithinMs: at(2) - at(0)}, at(7)],
	['a range grows from its start at the earliest', {since: at(8), until: at(9), readAt: at(9), arrivesWithinMs: at(2) - at(0)}, at(8)],
	['a range that ended long ago does not grow', {since: at(0), until: at(7), readAt: at(9), arrivesWithinMs: at(2) - at(0)}, undefined],
	['nor does one that holds no time', {since: at(9), until: at(9), readAt: at(9), arrivesWithinMs: at(2) - at(0)}, undefined],
])('%s', (_, {since, until, readAt, arrivesWithinMs}, from) => {
	expect(growthStart({since, until}, {readAt, arrivesWithinMs})).toBe(from);
});

it('sums a run up in RFC 3339 times and whole milliseconds', () => {
	const counters = {
		...newCounters(), records: 1, duplicates: 2, changed: 1, windows: 3, requests: 4, retries: 5, rateLimited: 6, retryWaitMs: 7.3,
		problems: [{kind: 'capped' as const, since: at(1), until: at(2), detail: 'too many'}],
	};
	const run = {source: 'trae-openapi', since: at(0), until: at(9), counters, budgetWaitedMs: 100.4, elapsedMs: 1000.6};
	const counted = {
		source: 'trae-openapi', since: '2026-11-20T00:00:00Z', until: '2026-11-20T09:00:00Z',
		records: 1, duplicates: 2, changed: 1, windows: 3, requests: 4, retries: 5, rate_limited: 6, waited_ms: 108, elapsed_ms: 1001,
		problems: [{kind: 'capped', since: '2026-11-20T01:00:00Z', until: '2026-11-20T02:00:00Z', detail: 'too many'}],
	};
	expect(toSummary({...run, status: 'incomplete', mayGrowFrom: at(8), partial: 'out.partial', error: 'refused'})).toEqual({
		...counted, status: 'incomplete', may_grow_from: '2026-11-20T08:00:00Z', resume: {partial: 'out.partial', hint: 'run the same command again'}, error: 'refused',
	});
	expect(toSummary({...run, status: 'complete', mayGrowFrom: undefined, partial: undefined, error: undefined})).toStrictEqual({
		...counted, status: 'complete', may_grow_from: null, resume: null,
	});
});

it('starts a run with nothing counted', () => {
	expect(newCounters()).toEqual({records: 0, failed: 0, duplicates: 0, changed: 0, windows: 0, requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0, problems: []});
});
