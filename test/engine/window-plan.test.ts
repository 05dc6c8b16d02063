import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {countWindowsOf, windowsOf, type PlannedQuery} from '../../src/engine/window-plan.ts';
import {DAY, HOUR, MINUTE, SECOND} from '../../src/base/duration.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const plain: SourceDefinition = sources['feishu-openapi'];
const start = Date.UTC(2026, 10, 14);

function queryOf(changes: Partial<PlannedQuery> & {days?: 'where-no-more' | 'always'; reachMs?: number} = {}): PlannedQuery {
	const {days, reachMs, ...query} = changes;
	const source: SourceDefinition = {...plain, window: {...plain.window, ...(days === undefined ? {} : {days})}, ...(reachMs === undefined ? {} : {reachMs})};
	return {source, since: start, until: start + DAY, windowMs: HOUR, timezone: 'UTC', ...query};
}

const planned = (query: PlannedQuery, now = query.until) => [...windowsOf(query, query.since, () => now)];

function expectPartition(query: PlannedQuery, now?: number): void {
	const windows = planned(query, now);
	let at = query.since;
	for (const {from, to} of windows) {
		expect(from).toBe(at);
		expect(to).toBeGreaterThan(from);
		expect(to - from).toBeLessThanOrEqual(query.windowMs);
		at = to;
	}
	expect(at).toBe(Math.max(query.since, query.until));
	expect(countWindowsOf(query, query.since, () => now ?? query.until)).toBe(windows.length);
}

const zones = fc.constantFrom('UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago');

describe('the windows of a range', () => {
	it('cover it exactly, without gap or overlap, none longer than asked for', () => {
		fc.assert(fc.property(fc.integer({min: 0, max: 4e12}), fc.integer({min: 0, max: 1e9}), fc.integer({min: 1, max: 300}), (since, span, parts) => {
			const query = queryOf({since, until: since + span, windowMs: Math.ceil(span / parts) + 1});
			expectPartition(query);
			for (const {from, to} of planned(query).slice(0, -1)) expect(to - from).toBe(query.windowMs);
		}));
	});

	it('cover it just so by calendar days in any zone and season, whatever goes out of reach meanwhile', () => {
		fc.assert(fc.property(fc.integer({min: 0, max: 1500}), fc.integer({min: 0, max: 8 * DAY}), zones, fc.constantFrom('where-no-more', 'always'), fc.integer({min: 0, max: DAY}), (day, span, timezone, days, early) => {
			const since = start + day * DAY + (span % HOUR);
			const query = queryOf({since: since - (since % SECOND), until: since + span, windowMs: DAY - SECOND, timezone, days, reachMs: 7 * DAY});
			const now = query.since + 7 * DAY - early;
			expectPartition(query, now);
			expect(planned(query, now).every(({from, to}) => from % SECOND === 0 && (to % SECOND === 0 || to === query.until))).toBe(true);
		}), {numRuns: 30});
	});

	it('are the calendar days where those are no more than windows of full length', () => {
		const zoned = {timezone: 'Asia/Shanghai', days: 'where-no-more', windowMs: DAY} as const;
		const midnight = start - 8 * HOUR;
		expect(planned(queryOf({...zoned, since: midnight, until: midnight + 3 * DAY})).map(({from}) => from)).toEqual([midnight, midnight + DAY, midnight + 2 * DAY]);
		expect(planned(queryOf({...zoned, since: midnight + 12 * HOUR, until: midnight + 36 * HOUR}))).toHaveLength(1);
	});

	it('follow the calendar where that takes as many windows, and not where it takes more', () => {
		const lengths = (since: number, until: number) => planned(queryOf({days: 'where-no-more', windowMs: DAY, since, until})).map(({from, to}) => to - from);
		expect(lengths(start + 23 * HOUR, start + 48 * HOUR)).toEqual([HOUR, DAY]);
		expect(lengths(start + 23 * HOUR, start + 47 * HOUR)).toEqual([DAY]);
		expect(lengths(start + 23 * HOUR, start + 49 * HOUR)).toEqual([DAY, 2 * HOUR]);
	});

	it('end with the day also where they begin within a unit', () => {
		expect(planned(queryOf({days: 'always', windowMs: DAY, since: start + 500, until: start + DAY + HOUR})).map(({to}) => to)).toEqual([start + DAY, start + DAY + HOUR]);
	});

	it.each([{}, {days: 'always'}, {days: 'where-no-more'}, {reachMs: DAY}, {days: 'always', reachMs: DAY}] as const)('are as many as are counted: %j', changes => {
		for (const [since, until] of [[start + 23 * HOUR, start + 47 * HOUR], [start + HOUR, start + 47 * HOUR], [start, start]] as const) {
			const query = queryOf({...changes, windowMs: DAY, since, until});
			const now = since + DAY - 10 * SECOND;
			expect(countWindowsOf(query, since, () => now)).toBe(planned(query, now).length);
		}
	});

	it('cut a day of 25 hours in two, and keep one of 23 whole', () => {
		const berlin = {timezone: 'Europe/Berlin', days: 'always', windowMs: DAY} as const;
		const autumn = Date.UTC(2026, 9, 24, 22);
		expect(planned(queryOf({...berlin, since: autumn, until: autumn + 25 * HOUR})).map(({from, to}) => to - from)).toEqual([12.5 * HOUR, 12.5 * HOUR]);
		const spring = Date.UTC(2026, 2, 28, 23);
		expect(planned(queryOf({...berlin, since: spring, until: spring + 23 * HOUR}))).toHaveLength(1);
	});

	it('are short next to what goes out of reach, so that each is read in time', () => {
		const now = start + 7 * DAY;
		const query = queryOf({since: start + 5 * SECOND, until: now, windowMs: DAY, reachMs: 7 * DAY});
		expect(planned(query, now).slice(0, 5).map(({from, to}) => [from - start, to - from])).toEqual([
			[5 * SECOND, 35 * SECOND], [40 * SECOND, 280 * SECOND], [320 * SECOND, 2240 * SECOND], [2560 * SECOND, 17_920 * SECOND], [20_480 * SECOND, DAY],
		]);
		const late = queryOf({since: start + DAY, until: now, windowMs: DAY, reachMs: 7 * DAY});
		expect(planned(late, now)).toHaveLength(6);
	});

	it('are counted without being cut where they are all alike', () => {
		expect(countWindowsOf(queryOf({until: start + 365 * DAY, windowMs: 5 * MINUTE}), start, () => start)).toBe(105_120);
	});
});
