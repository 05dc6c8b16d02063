import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {DAY, formatDuration, HOUR, MINUTE, parseDuration, requireDuration, SECOND, WEEK} from '../../src/base/duration.ts';

describe('parseDuration', () => {
	it.each([
		['500ms', 500],
		['30s', 30 * SECOND],
		['15m', 15 * MINUTE],
		['24h', DAY],
		['7d', WEEK],
		['2w', 2 * WEEK],
		['1h30m', 90 * MINUTE],
		['1.5h', 90 * MINUTE],
		['1.25h', 75 * MINUTE],
		['0.0625d', 90 * MINUTE],
		['1m500ms', MINUTE + 500],
		['0s', 0],
	])('reads %s', (text, ms) => {
		expect(parseDuration(text)).toBe(ms);
	});

	it.each(['', '5', 'h', '-5m', '+5m', '5 m', ' 5m', '5m ', '5M', '5y', '1h30', '.5h', '1.h', '1e3s', '5m,', '٣h'])('refuses %j', text => {
		expect(parseDuration(text)).toBeUndefined();
	});

	it('adds up the parts, whatever their order', () => {
		const units = {ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: WEEK};
		const part = fc.record({amount: fc.nat(10_000), unit: fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w')});
		fc.assert(fc.property(fc.array(part, {minLength: 1, maxLength: 6}), parts => {
			const expected = parts.reduce((sum, {amount, unit}) => sum + amount * units[unit], 0);
			expect(parseDuration(parts.map(({amount, unit}) => `${amount}${unit}`).join(''))).toBe(expected);
		}));
	});
});

describe('formatDuration', () => {
	it.each([
		[DAY, '24h'],
		[WEEK, '7d'],
		[90 * MINUTE, '90m'],
		[1500, '1500ms'],
		[0, '0ms'],
	])('writes %d as %s', (ms, text) => {
		expect(formatDuration(ms)).toBe(text);
	});

	it('is read back as the same duration', () => {
		const whole = fc.oneof(fc.nat(), fc.tuple(fc.nat(1000), fc.constantFrom(SECOND, MINUTE, HOUR, DAY)).map(([count, unit]) => count * unit));
		fc.assert(fc.property(whole, ms => {
			expect(parseDuration(formatDuration(ms))).toBe(ms);
		}));
	});
});

describe('requireDuration', () => {
	it('gives the milliseconds', () => {
		expect(requireDuration('2w', '--window')).toBe(2 * WEEK);
	});

	it.each(['0s', '0.1ms', 'soon', '', '99999999999999999w'])('refuses %j and names the option', text => {
		expect(() => requireDuration(text, '--window')).toThrow(UsageError);
		expect(() => requireDuration(text, '--window')).toThrow(`--window: "${text}"`);
		expect(() => requireDuration(text, '--window')).toThrow(expect.objectContaining({hint: 'write 30s, 15m, 24h, 7d or 2w'}) as Error);
	});
});
