import {Temporal} from 'temporal-polyfill';
import {UsageError} from '../base/errors.ts';
import {DAY, MINUTE, SECOND} from '../base/duration.ts';
import {formatUtc} from '../base/timezone.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {consoleZone, reachMs} from './limits.ts';
import type {SearchProfile} from './profile.ts';
import {compileTimeForm, type TimeForm} from './time-form.ts';

/** The forms that are finer than a millisecond, and their step in milliseconds. */
const fineSteps: Readonly<Record<string, number>> = {microseconds: 1e-3, nanoseconds: 1e-6};

/** How the time range of one search is asked for, and the rows' times read. */
export interface TimeRange extends Pick<SourceDefinition['range'], 'unitMs' | 'endBound'> {
	/** The time zone by whose clocks the console writes times, where they change within reach. */
	readonly movingTimezone: string | undefined;
	/** Rows are told apart more finely than a request can ask for. */
	readonly rowsAreFiner: boolean;
	/**
	 * The ends of a range as the request writes them, and the first as Unix milliseconds.
	 * @param start, end in `unitMs`, as the engine asks
	 * @throws UsageError for an end that the console's clocks show twice
	 */
	write(start: number, end: number): {readonly start: number | string; readonly end: number | string; readonly startMs: number};
	/** Unix milliseconds of a row's time. */
	readonly read: (value: unknown) => number | undefined;
}

/**
 * @param now Unix milliseconds
 * @throws UsageError for a form that is too coarse to cut a day with
 */
export function createTimeRange({time, response}: SearchProfile, now: number): TimeRange {
	const asked = compileTimeForm(time);
	const held = compileTimeForm(response.time);
	if (Math.max(asked.unitMs, held.unitMs) > MINUTE) {
		throw new UsageError(`the request profile's times are too coarse: ${asked.unitMs > MINUTE ? time.as : response.time.as}`, {
			hint: 'times of whole minutes or finer are needed',
		});
	}
	const unitMs = Math.max(asked.unitMs, held.unitMs);
	const rowsAreFiner = stepOf(response.time, held.unitMs) < stepOf(time, asked.unitMs);
	const zones = [...(asked.isLocal ? [time.timezone ?? 'UTC'] : []), ...(held.isLocal ? [response.time.timezone ?? 'UTC'] : [])];
	const moving = zones.filter(zone => clocksChange(zone, now));
	// An end that is inclusive to the second may or may not hold the rows that follow within it, and a nanosecond before an end
	// cannot be written exactly.
	const isUnsure = rowsAreFiner || asked.unitMs >= SECOND || time.as === 'nanoseconds';
	const endBound = time.until === 'inclusive' && isUnsure ? 'unknown' : time.until ?? 'unknown';
	return {
		unitMs,
		endBound,
		movingTimezone: moving[0],
		rowsAreFiner,
		read: value => held.read(value),
		write(start, end) {
			const startMs = start * unitMs;
			// An inclusive end is the last that the request can say of its unit.
			const endMs = endBound === 'inclusive' ? (end + 1) * unitMs - asked.unitMs : end * unitMs;
			for (const zone of moving) for (const bound of [startMs, endMs]) requireUnique(bound, zone);
			const written = asked.write(endMs);
			const endOfStep =
				endBound === 'inclusive' && typeof written === 'number' ? Math.round(asked.unitMs / stepOf(time, asked.unitMs)) - 1 : 0;
			return {start: asked.write(startMs), end: typeof written === 'number' ? written + endOfStep : written, startMs};
		},
	};
}

/** The zone of the console's calendar. */
export function zoneOf({time, response}: Pick<SearchProfile, 'time' | 'response'>): string {
	return time.timezone ?? response.time.timezone ?? consoleZone;
}

/** The smallest difference that a form can write, in milliseconds. */
function stepOf({as}: TimeForm, unitMs: number): number {
	return fineSteps[as] ?? unitMs;
}

/** Whether a zone's clocks change within what can be asked for, or are about to. */
function clocksChange(timezone: string, now: number): boolean {
	const offsets = new Set<number>();
	for (let at = now - reachMs - DAY; at <= now + DAY; at += DAY) offsets.add(zoned(at, timezone).offsetNanoseconds);
	return offsets.size > 1;
}

function requireUnique(ms: number, timezone: string): void {
	const local = zoned(ms, timezone).toPlainDateTime();
	const [earlier, later] = (['earlier', 'later'] as const).map(
		disambiguation => local.toZonedDateTime(timezone, {disambiguation}).epochMilliseconds,
	);
	if (earlier === later) return;
	throw new UsageError(
		`${formatUtc(ms)} cannot be told to the console: its clocks, those of ${timezone}, ` +
			`show ${local.toPlainTime().toString()} twice that day`,
		{hint: 'choose --since and --until outside of that hour, and leave --window out'},
	);
}

function zoned(ms: number, timezone: string): Temporal.ZonedDateTime {
	return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone);
}
