import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {askedRange, splitWindow, type Window} from '../../src/engine/windows.ts';
import {longestWindowMs} from '../../src/sources/range.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

type Rules = Pick<SourceDefinition, 'range' | 'window'>;

/** Instants that are whole seconds, and instants that are not. */
const instant = fc.oneof(fc.integer({min: 10, max: 2_000_000_000}).map(seconds => seconds * 1000), fc.integer({min: 10_000, max: 2_000_000_000_000}));

const unit = fc.constantFrom(1, 1000, 60_000);

const startBound = fc.constantFrom('inclusive' as const, 'unknown' as const);

const endBound = fc.constantFrom('inclusive' as const, 'exclusive' as const, 'unknown' as const);

const rulesOf = (unitMs: number, start: Rules['range']['startBound'], end: Rules['range']['endBound'], maxMs?: number): Rules => ({
	range: {start: 'start', end: 'end', unitMs, startBound: start, endBound: end},
	window: {defaultMs: unitMs, ...(maxMs === undefined ? {} : {maxMs})},
});

/** Windows that follow on each other, each longer than nothing. */
function expectPartition(windows: readonly Window[], whole: Window): void {
	expect(windows[0]?.from).toBe(whole.from);
	expect(windows.at(-1)?.to).toBe(whole.to);
	for (const [index, window] of windows.entries()) {
		expect(window.to).toBeGreaterThan(window.from);
		if (index > 0) expect(window.from).toBe(windows[index - 1]?.to);
	}
}

describe('askedRange', () => {
	it('delivers every row of the window whichever way the API reads the ends, and reaches no more than a unit beyond', () => {
		fc.assert(fc.property(instant, fc.integer({min: 1, max: 500_000}), unit, startBound, endBound, fc.boolean(), fc.boolean(), (from, length, unitMs, start, end, startIsIn, endIsIn) => {
			// A bound that the documentation settles is read as it says.
			const readsStart = start === 'inclusive' || startIsIn;
			const readsEnd = end === 'unknown' ? endIsIn : end === 'inclusive';
			const window = {from, to: from + length};
			const asked = askedRange(window, rulesOf(unitMs, start, end));
			const delivers = (time: number) => (readsStart ? time >= asked.start : time > asked.start) && (readsEnd ? time <= asked.end : time < asked.end);
			const first = Math.ceil(window.from / unitMs);
			const past = Math.ceil(window.to / unitMs);
			// At both ends; nothing between them can be missing where the ends are not.
			const times = [-3, -2, -1, 0, 1, 2].flatMap(offset => [first + offset, past + offset]);
			expect(times.filter(time => time * unitMs >= window.from && time * unitMs < window.to && !delivers(time))).toEqual([]);
			expect(times.filter(time => (time < first - 1 || time > past) && delivers(time))).toEqual([]);
		}), {numRuns: 500});
	});

	it('asks for nothing beyond ends that the documentation settles', () => {
		const window = {from: 5000, to: 9000};
		expect(askedRange(window, rulesOf(1000, 'inclusive', 'exclusive'))).toEqual({start: 5, end: 9});
		expect(askedRange(window, rulesOf(1000, 'inclusive', 'inclusive'))).toEqual({start: 5, end: 8});
		expect(askedRange(window, rulesOf(1000, 'unknown', 'unknown'))).toEqual({start: 4, end: 9});
	});

	it('asks for no time before 1970', () => {
		expect(askedRange({from: 0, to: 2000}, rulesOf(1000, 'unknown', 'unknown')).start).toBe(0);
	});
});

describe('longestWindowMs', () => {
	it('keeps every request within the cap, both ends counted, also for bounds that are not whole units', () => {
		fc.assert(fc.property(instant, unit, startBound, endBound, fc.integer({min: 4, max: 5000}), fc.integer({min: 0, max: 999}), fc.integer({min: 1, max: 20_000_000}), (since, unitMs, start, end, capUnits, oddMs, span) => {
			const maxMs = capUnits * unitMs + (oddMs % unitMs);
			const rules = rulesOf(unitMs, start, end, maxMs);
			const lengthMs = longestWindowMs(rules);
			// A cap in the thousands of milliseconds would make windows by the million.
			for (let from = since; from < since + Math.min(span, 20 * lengthMs); from += lengthMs) {
				const asked = askedRange({from, to: from + lengthMs}, rules);
				expect((asked.end - asked.start + 1) * unitMs).toBeLessThanOrEqual(maxMs);
			}
		}), {numRuns: 300});
	});

	it('leaves no unit of the cap unused', () => {
		fc.assert(fc.property(instant, unit, startBound, endBound, fc.integer({min: 4, max: 5000}), (since, unitMs, start, end, capUnits) => {
			const rules = rulesOf(unitMs, start, end, capUnits * unitMs);
			const from = Math.ceil(since / unitMs) * unitMs;
			const asked = askedRange({from, to: from + longestWindowMs(rules)}, rules);
			expect(asked.end - asked.start + 1).toBe(capUnits);
		}));
	});

	it('is without limit where the API states none', () => {
		expect(longestWindowMs(rulesOf(1000, 'unknown', 'unknown'))).toBe(Infinity);
	});
});

describe('splitWindow', () => {
	it('cuts a window into parts that cover it exactly and meet on whole units, nearly equal in length', () => {
		fc.assert(fc.property(instant, fc.integer({min: 1, max: 10_000_000}), fc.integer({min: 1, max: 60}), unit, (from, length, parts, unitMs) => {
			const window = {from, to: from + length};
			const units = Math.ceil(window.to / unitMs) - Math.ceil(window.from / unitMs);
			const cut = splitWindow(window, parts, unitMs);
			expect(cut).toHaveLength(Math.min(parts, units));
			if (units === 0) return;
			expectPartition(cut, window);
			for (const {to} of cut.slice(0, -1)) expect(to % unitMs).toBe(0);
			const sizes = cut.map(part => Math.ceil(part.to / unitMs) - Math.ceil(part.from / unitMs));
			expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
			expect(Math.min(...sizes)).toBeGreaterThan(0);
		}), {numRuns: 300});
	});
});
