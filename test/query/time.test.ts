import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {timezoneProblem} from '../../src/base/timezone.ts';
import {DAY, HOUR, MINUTE} from '../../src/base/duration.ts';
import {formatUtc, parseTime, requireTimezone, systemTimezone} from '../../src/query/time.ts';
import {formatTime} from '../helpers/zoned-time.ts';

const now = Date.UTC(2026, 10, 20, 9, 30, 12, 345);

function parse(text: string, timezone = 'UTC', at = now) {
	return parseTime(text, {now: at, timezone, option: '--since'});
}

/** The time as RFC 3339 in UTC, for readable expectations. */
function utc(text: string, timezone?: string, at?: number): string {
	return formatUtc(parse(text, timezone, at).ms);
}

function refusal(text: string, timezone?: string): UsageError {
	try {
		parse(text, timezone);
	} catch (error) {
		if (error instanceof UsageError) return error;
		throw error;
	}
	throw new Error(`${text} was accepted`);
}

/** The time in UTC or the name of the error. */
function outcome(text: string, zone: string): string {
	try {
		return utc(text, zone);
	} catch (error) {
		return error instanceof Error ? error.constructor.name : 'not an error';
	}
}

const zones = ['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'America/Havana', 'Africa/Casablanca'];
const instants = fc.integer({min: Date.UTC(1990, 0, 1), max: Date.UTC(2037, 11, 31)});

describe('RFC 3339', () => {
	it.each([
		['2026-11-20T09:30:12Z', '2026-11-20T09:30:12Z'],
		['2026-11-20T17:30:12+08:00', '2026-11-20T09:30:12Z'],
		['2026-11-20T00:30:00-09:30', '2026-11-20T10:00:00Z'],
		['2026-11-20t09:30:12z', '2026-11-20T09:30:12Z'],
		['2026-11-20 09:30:12Z', '2026-11-20T09:30:12Z'],
		['2026-11-20T09:30Z', '2026-11-20T09:30:00Z'],
		['2026-11-20 17:30+0800', '2026-11-20T09:30:00Z'],
		['2026-11-20 17:30:12 +08:00', '2026-11-20T09:30:12Z'],
		['2026-11-20 9:30 UTC', '2026-11-20T09:30:00Z'],
		['2026-11-20 17:30 UTC+8', '2026-11-20T09:30:00Z'],
		['2026-11-20 04:30 gmt-5', '2026-11-20T09:30:00Z'],
		['2026-11-20T17:30:12.5+08', '2026-11-20T09:30:12.500Z'],
		['2026-11-20T09:30:12.3Z', '2026-11-20T09:30:12.300Z'],
		['2026-11-20T09:30:12.3459999999Z', '2026-11-20T09:30:12.345Z'],
		['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
		['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
		['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
	])('reads %s', (text, expected) => {
		expect(utc(text, 'Asia/Tokyo')).toBe(expected);
		expect(parse(text).sliding).toBe(false);
	});

	it.each([
		['2026-11-20T09:30:12', 'Asia/Shanghai', '2026-11-20T01:30:12Z'],
		['2026-07-01T00:00', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
		['2026-01-01T00:00:00.5', 'Europe/Berlin', '2025-12-31T23:00:00.500Z'],
	])('reads %s without an offset in %s', (text, zone, expected) => {
		expect(utc(text, zone)).toBe(expected);
		expect(parse(text, zone).sliding).toBe(false);
	});

	it.each([
		['2026-03-29T02:30:00', 'Europe/Berlin'],
		['2026-10-25T02:30:00', 'Europe/Berlin'],
	])('refuses %s in %s, which the clock change skips or repeats', (text, zone) => {
		expect(refusal(text, zone).message).toContain('skipped or exists twice in Europe/Berlin');
		expect(utc(`${text}+01:00`, zone)).toMatch(/T01:30:00Z$/);
	});

	it('is read back as the instant that was written, in any zone', () => {
		fc.assert(fc.property(instants, fc.constantFrom(...zones), fc.constantFrom(...zones), (ms, zone, other) => {
			expect(parse(formatTime(ms, zone), other).ms).toBe(ms);
			expect(parse(formatUtc(ms), other).ms).toBe(ms);
		}));
	});
});

describe('dates', () => {
	it.each([
		['2026-11-20', 'UTC', '2026-11-20T00:00:00Z'],
		['2026-11-20', 'Asia/Shanghai', '2026-11-19T16:00:00Z'],
		['2026-07-01', 'America/New_York', '2026-07-01T04:00:00Z'],
		// Midnight was skipped: the day began at 01:00.
		['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
		// Midnight came twice: the day began with the first.
		['2026-11-01', 'America/Havana', '2026-11-01T04:00:00Z'],
		// The whole day was skipped.
		['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
	])('%s in %s starts at %s', (text, zone, expected) => {
		expect(utc(text, zone)).toBe(expected);
		expect(parse(text, zone).sliding).toBe(false);
	});

	it.each([
		['2026-03-29', '2026-03-30', 23],
		['2026-06-01', '2026-06-02', 24],
		['2026-10-25', '2026-10-26', 25],
	])('from %s to %s in Berlin are %d hours', (since, until, hours) => {
		expect(parse(until, 'Europe/Berlin').ms - parse(since, 'Europe/Berlin').ms).toBe(hours * HOUR);
	});

	it('days follow one another without gap or overlap, and contain their instants', () => {
		fc.assert(fc.property(instants, fc.constantFrom(...zones), (ms, zone) => {
			const day = formatTime(ms, zone).slice(0, 10);
			const next = new Date(Date.parse(day) + DAY).toISOString().slice(0, 10);
			const [start, end] = [parse(day, zone).ms, parse(next, zone).ms];
			expect(start).toBeLessThanOrEqual(ms);
			expect(end).toBeGreaterThan(ms);
			// The last instant before the next day still carries this day's date.
			expect(formatTime(end - 1, zone).slice(0, 10)).toBe(day);
			expect(formatTime(start, zone).slice(0, 10)).toBe(day);
		}));
	});
});

describe('Unix time', () => {
	it.each(['0', '24', '99999999'])('refuses %s, which is rather an age without its unit', text => {
		expect(() => parse(text)).toThrow(/needs a unit|without dashes/);
	});

	it.each([
		['1795167012', 1_795_167_012_000],
		['1795167012345', 1_795_167_012_345],
		['100000000', 100_000_000_000],
		['99999999999', 99_999_999_999_000],
		['100000000000', 100_000_000_000],
	])('reads %s', (text, ms) => {
		expect(parse(text)).toEqual({ms, sliding: false});
	});

	it.each(['2026', '202611', '20261120'])('refuses %s, which is a date without dashes', text => {
		expect(refusal(text).message).toContain('looks like a year, a month or a day without dashes');
	});
});

describe('times relative to now', () => {
	it.each([
		['now', 0],
		['15m', 15 * MINUTE],
		['24h', DAY],
		['7d', 7 * DAY],
		['2w', 14 * DAY],
		['1h30m', 90 * MINUTE],
	])('%s slides with the clock', (text, age) => {
		expect(parse(text)).toEqual({ms: now - age, sliding: true});
		expect(parse(text, 'UTC', now + 5000).ms).toBe(now + 5000 - age);
	});

	it('an age is a length of time, also across a clock change', () => {
		const afterChange = Date.UTC(2026, 9, 25, 12);
		expect(afterChange - parse('1d', 'Europe/Berlin', afterChange).ms).toBe(DAY);
	});

	it.each([
		['today', 'UTC', '2026-11-20T00:00:00Z'],
		['yesterday', 'UTC', '2026-11-19T00:00:00Z'],
		['today', 'Asia/Shanghai', '2026-11-19T16:00:00Z'],
		['today', 'Pacific/Kiritimati', '2026-11-19T10:00:00Z'],
	])('%s in %s starts at %s and stays', (text, zone, expected) => {
		expect(utc(text, zone)).toBe(expected);
		expect(parse(text, zone).sliding).toBe(false);
	});

	it.each([
		['yesterday 02:00', 'Asia/Shanghai', '2026-11-18T18:00:00Z'],
		['yesterday 2:00', '+08:00', '2026-11-18T18:00:00Z'],
		['today 09:30:12.5', 'UTC', '2026-11-20T09:30:12.500Z'],
		// There it is the 21st already.
		['today 02:00', 'Pacific/Kiritimati', '2026-11-19T12:00:00Z'],
		['yesterday 02:00 +14:00', 'UTC', '2026-11-18T12:00:00Z'],
		['today 23:00 UTC-11', 'UTC', '2026-11-20T10:00:00Z'],
	])('%s in %s is %s and stays', (text, zone, expected) => {
		expect(utc(text, zone)).toBe(expected);
		expect(parse(text, zone).sliding).toBe(false);
	});

	it('refuses a time of day that yesterday did not have', () => {
		expect(outcome('yesterday 02:30', 'Europe/Berlin')).not.toBe('UsageError');
		expect(() => parse('yesterday 02:30', 'Europe/Berlin', Date.UTC(2026, 2, 30, 10))).toThrow('skipped or exists twice');
	});

	it('yesterday is the calendar day before, however long it was', () => {
		const at = Date.UTC(2026, 2, 30, 10);
		expect(utc('yesterday', 'Europe/Berlin', at)).toBe('2026-03-28T23:00:00Z');
		expect(utc('today', 'Europe/Berlin', at)).toBe('2026-03-29T22:00:00Z');
	});
});

describe('refusals', () => {
	it.each([
		'', ' ', 'tomorrow', 'NOW', 'Today', '-5m', '-1', '+1', '1.5', '1e12', '0x10', '５', '2026', '2026-11', '2026/11/20', '20-11-2026',
		'2026-1-2', '2026-11-20T', '2026-11-20T9Z', '2026-11-20T09:30:12+080', '2026-11-20 +0800', 'yesterday 2', 'yesterday 25:00', 'yesterday +0800', 'today 02:00 CST', 'now 02:00', '2026-11-20 02:00 UTC+24', '2026-11-20T09:30:12,5Z', '2026-11-20T09:30:12.Z',
		'2026-11-20Z', '2026-11-20T09:30:12[UTC]', '2026-11-20T09:30:12Z[UTC]', '+002026-11-20', '2026-11-20\nT09:30Z',
		'2026-02-30', '2025-02-29', '2026-13-01', '2026-00-10', '2026-11-00', '2026-04-31T00:00:00Z', '2026-11-20T24:00:00Z', '2026-11-20T09:60:00Z',
		'2026-11-20T09:30:60Z', '2026-11-20T09:30:61Z', '2026-11-20T25:00:00', '2026-11-20T09:30:12+25:00',
		'1969-12-31', '0000-01-01', '999999999999999999', '253402300800000', '3000w', '99999999999999999999999999w',
	])('refuses %j, naming the option, the text and what is accepted', text => {
		const error = refusal(text);
		expect(error.message).toContain(`--since: ${JSON.stringify(text.trim())}`);
		expect(error.hint).toContain('2026-11-20T09:30:00+08:00');
	});

	it.each([
		['soon', 'is not a time'], ['', 'is not a time'], ['1969-12-31', 'is before 1970 or after 9999'], ['1969-12-31T23:59:59.999Z', 'is before 1970 or after 9999'],
		['253402300800000', 'is before 1970 or after 9999'], ['3000w', 'is before 1970 or after 9999'], ['2026-02-30', 'does not exist'], ['2026-11-20T24:00:00Z', 'does not exist'],
		['2026-11-20T24:00:00', 'does not exist'], ['2026-11-20T09:30:60Z', 'is a leap second, which Unix time does not have'], ['2026-11-20T09:30:60', 'is a leap second, which Unix time does not have'],
		['24', 'is no Unix time after 1973; an age needs a unit: 24h'], ['9999999', 'is no Unix time after 1973; an age needs a unit: 9999999h'], ['20261120', 'looks like a year, a month or a day without dashes'],
	])('says of %j that it %s', (text, problem) => {
		expect(refusal(text)).toMatchObject({
			message: `--since: ${JSON.stringify(text)} ${problem}`,
			hint: 'write 2026-11-20, "2026-11-20 09:30", 2026-11-20T09:30:00+08:00, "yesterday 02:00", Unix seconds or milliseconds, an age (15m, 24h, 7d, 2w), now, today or yesterday',
		});
	});

	it('says how a local time that exists twice is written', () => {
		expect(refusal('2026-10-25T02:30', 'Europe/Berlin')).toMatchObject({
			message: '--since: "2026-10-25T02:30" is skipped or exists twice in Europe/Berlin, where the clocks change', hint: 'write it with an offset: 2026-10-25T02:30:00+00:00',
		});
	});

	it('takes the last millisecond that can be written', () => {
		expect(parse('253402300799999').ms).toBe(253_402_300_799_999);
		expect(parse('100000000').ms).toBe(100_000_000_000);
	});

	it('cuts fractions of a millisecond off the clock', () => {
		expect(parse('now', 'UTC', now + 0.7)).toEqual({ms: now, sliding: true});
		expect(parse('1m', 'UTC', now + 0.7)).toEqual({ms: now - MINUTE, sliding: true});
		expect(utc('today', 'UTC', now + 0.7)).toBe('2026-11-20T00:00:00Z');
	});

	it('ignores spaces around the text', () => {
		expect(parse(' 2026-11-20\n')).toEqual(parse('2026-11-20'));
		expect(parse(' 15m ')).toEqual(parse('15m'));
	});

	it('either gives a time that can be written or a usage error, for any text', () => {
		const nearly = fc.stringMatching(/^[-0-9:TZ+. mhdw]*$/);
		fc.assert(fc.property(fc.oneof(fc.string(), nearly), fc.constantFrom(...zones), (text, zone) => {
			expect(outcome(text, zone)).toMatch(/^(?:UsageError|\d{4}-\d{2}-.*Z)$/);
		}), {numRuns: 1000});
	});
});

describe('formatting', () => {
	it.each([
		[now, 'Asia/Shanghai', '2026-11-20T17:30:12.345+08:00'],
		[now - 345, 'Asia/Shanghai', '2026-11-20T17:30:12+08:00'],
		[now - 345, 'UTC', '2026-11-20T09:30:12+00:00'],
		[now - 345, 'Asia/Kathmandu', '2026-11-20T15:15:12+05:45'],
		[now - 45, 'America/New_York', '2026-11-20T04:30:12.300-05:00'],
	])('writes %d in %s as %s', (ms, zone, expected) => {
		expect(formatTime(ms, zone)).toBe(expected);
	});

	it('writes UTC with milliseconds only where there are any', () => {
		expect(formatUtc(now)).toBe('2026-11-20T09:30:12.345Z');
		expect(formatUtc(now - 345)).toBe('2026-11-20T09:30:12Z');
	});
});

describe('time zones', () => {
	it.each([['Asia/Shanghai', 'Asia/Shanghai'], ['asia/shanghai', 'Asia/Shanghai'], ['utc', 'UTC'], ['gmt', 'UTC'], ['Z', 'UTC'], ['Etc/GMT+8', 'Etc/GMT+8'], ['+08:00', '+08:00'], ['+0800', '+08:00'], ['+8', '+08:00'],
		['UTC+8', '+08:00'], ['gmt+8', '+08:00'], ['GMT-3:30', '-03:30'], ['UTC+05:45', '+05:45'], ['-00:00', 'UTC']])('takes %s', (name, expected) => {
		expect(requireTimezone(name)).toBe(expected);
		expect(parse('2026-11-20', requireTimezone(name)).sliding).toBe(false);
	});

	it.each(['', 'Mars/Olympus', '+24:00', '+08:60', '08:00', 'UTC8', 'Asia/Shanghai ', 'CST+8:00', 'CST', 'PRC'])('refuses %j', name => {
		expect(() => requireTimezone(name)).toThrow(UsageError);
		expect(() => requireTimezone(name)).toThrow(`--timezone: ${JSON.stringify(name)}`);
	});

	it.each([['CST', /Asia\/Shanghai, America\/Chicago/], ['ist', /Asia\/Kolkata, Europe\/Dublin/], ['EST', /America\/New_York/], ['PST8PDT', /America\/Los_Angeles/]])('says what %s could mean', (name, meant) => {
		expect(() => requireTimezone(name)).toThrow(meant);
	});

	it('names the zone of a country', () => {
		expect(timezoneProblem('Japan').hint).toBe('write Asia/Tokyo');
	});

	it('knows the system zone', () => {
		expect(requireTimezone(systemTimezone())).toBe(systemTimezone());
	});
});
