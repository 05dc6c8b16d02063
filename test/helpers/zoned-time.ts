import {Temporal} from 'temporal-polyfill';

/** Unix milliseconds as RFC 3339 with the zone's offset: `2026-11-20T17:30:12+08:00`. */
export function formatTime(ms: number, timezone: string): string {
	return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone).toString({
		timeZoneName: 'never',
		fractionalSecondDigits: ms % 1000 === 0 ? 0 : 3,
	});
}
