import {Temporal} from 'temporal-polyfill';
import {UsageError} from '../base/errors.ts';
import {parseDuration} from '../base/duration.ts';
import {systemTimezone} from '../base/system-timezone.ts';
import {resolveTimezone} from '../base/timezone.ts';

export {systemTimezone} from '../base/system-timezone.ts';
export {chosenTimezone, formatUtc, requireTimezone} from '../base/timezone.ts';

export interface ParseTimeOptions {
	/** The current time in Unix milliseconds. */
	readonly now: number;
	/** The zone (an IANA name or an offset) of dates, words and times that carry no offset. Default: the system's. */
	readonly timezone?: string | undefined;
	/** The option the text came from, for messages: `--since`. */
	readonly option: string;
}

export interface ParsedTime {
	/** Unix milliseconds. */
	readonly ms: number;
	/** Whether the same text means a later time when asked later: true for `now` and ages. */
	readonly sliding: boolean;
}

/** Digits from here on are milliseconds (1973-03-03), below it seconds (until the year 5138). */
const leastMilliseconds = 1e11;
/** Unix seconds below this (1973) are mistakes: none of the logs is that old. */
const leastSeconds = 1e8;
/** The end of the year 9999: RFC 3339 has no five-digit years. */
const latestMs = 253_402_300_799_999;

/**
 * Reads a time as users write it, and asks for the system's zone only where the text depends on it:
 * - RFC 3339 with an offset, which may also be `+0800` or `UTC+8`, or `Z`; without one it is read in `timezone`. A blank may
 *   stand for the `T`, the seconds may be left out, fractions finer than a millisecond are cut off;
 * - `YYYY-MM-DD`, `today` and `yesterday`, the first instant of that calendar day in `timezone`; the words also with a time of
 *   day, `yesterday 02:00`, as dates have it;
 * - digits only, Unix time: milliseconds from 100000000000 (1e11) on, seconds below. Less than 1e8, and four, six and
 *   eight digits, are refused: far more likely an age without its unit, or a year, month or day without its dashes;
 * - an age (`15m`, `24h`, `7d`, `2w`, `1h30m`), that long before `now`, and `now` itself.
 *
 * Spaces around the text are ignored. Throws a `UsageError` for anything else, for days and times of day that do
 * not exist, for local times that exist twice, and for times before 1970 or after 9999.
 */
export function parseTime(text: string, options: ParseTimeOptions): ParsedTime {
	const trimmed = text.trim();
	const parsed = parseRelative(trimmed, options) ?? parseUnix(trimmed, options) ?? parseDate(trimmed, options);
	if (parsed === undefined) throw refusal(trimmed, options, 'is not a time');
	if (!Number.isSafeInteger(parsed.ms) || parsed.ms < 0 || parsed.ms > latestMs) {
		throw refusal(trimmed, options, 'is before 1970 or after 9999');
	}
	return parsed;
}

function parseRelative(text: string, {now}: ParseTimeOptions): ParsedTime | undefined {
	if (text === 'now') return {ms: Math.floor(now), sliding: true};
	const age = parseDuration(text);
	return age === undefined ? undefined : {ms: Math.floor(now) - age, sliding: true};
}

function parseUnix(text: string, options: ParseTimeOptions): ParsedTime | undefined {
	if (!/^\d+$/.test(text)) return undefined;
	if ([4, 6, 8].includes(text.length)) throw refusal(text, options, 'looks like a year, a month or a day without dashes');
	const value = Number(text);
	// 24 for 24h would export half a century.
	if (value < leastSeconds)
		throw refusal(text, options, `is no Unix time after ${new Date(leastSeconds * 1000).getUTCFullYear()}; an age needs a unit: ${value}h`);
	return {ms: value >= leastMilliseconds ? value : value * 1000, sliding: false};
}

function parseDate(text: string, options: ParseTimeOptions): ParsedTime | undefined {
	const [, named, hour, minute, seconds = '00', fraction = '', offset] =
		/^(\d{4}-\d{2}-\d{2}|today|yesterday)(?:(?:[Tt]|\x20+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\x20*([Zz]|(?:[Uu][Tt][Cc]|[Gg][Mm][Tt])?(?:[+-][\d:]+)?)?)?$/
			.exec(text) ?? [];
	if (named === undefined) return undefined;
	// Temporal would read a leap second as the second before it.
	if (seconds === '60') throw refusal(text, options, 'is a leap second, which Unix time does not have');
	const given = offset === undefined || offset === '' ? options.timezone ?? systemTimezone() : resolveTimezone(offset);
	if (given === undefined) throw refusal(text, options, 'does not exist');
	const day = dayOf(named, options.now, given);
	if (day === undefined) throw refusal(text, options, 'does not exist');
	if (hour === undefined) return {ms: day.toZonedDateTime(given).epochMilliseconds, sliding: false};
	const clock = `${hour.padStart(2, '0')}:${minute}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}`;
	const time = valid(() => Temporal.PlainTime.from(clock));
	if (time === undefined) throw refusal(text, options, 'does not exist');
	// Choosing one of two readings would move the bound of an export by an hour without a word.
	const zoned = valid(() => day.toPlainDateTime(time).toZonedDateTime(given, {disambiguation: 'reject'}));
	if (zoned === undefined) {
		throw new UsageError(`${options.option}: "${text}" is skipped or exists twice in ${given}, where the clocks change`, {
			hint: `write it with an offset: ${day.toString()}T${clock.slice(0, -4)}+00:00`,
		});
	}
	return {ms: zoned.epochMilliseconds, sliding: false};
}

/** The calendar day in a zone that a date or a word names; undefined where there is no such day. */
function dayOf(named: string, now: number, timezone: string): Temporal.PlainDate | undefined {
	if (named !== 'today' && named !== 'yesterday') return valid(() => Temporal.PlainDate.from(named));
	const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(timezone).toPlainDate();
	return named === 'today' ? today : today.subtract({days: 1});
}

/** The function's result, or undefined when Temporal refuses the value as out of range. */
function valid<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}

function refusal(text: string, {option}: ParseTimeOptions, problem: string): UsageError {
	return new UsageError(`${option}: ${JSON.stringify(text)} ${problem}`, {
		hint: 'write 2026-11-20, "2026-11-20 09:30", 2026-11-20T09:30:00+08:00, "yesterday 02:00", Unix seconds or milliseconds, an age (15m, 24h, 7d, 2w), now, today or yesterday',
	});
}
