import {MINUTE} from '../../base/duration.ts';
import {systemTimezone} from '../../base/system-timezone.ts';

/** Unix milliseconds as `2026-11-20T09:30:12Z`, with `.sss` when not whole seconds; '' when there is no such time. */
export type Rfc3339 = (time: number | undefined) => string;

/** Shows times in one zone, an IANA name or an offset, with the offset that it has then: `+08:00`, `Z` for UTC. */
export function createRfc3339(timezone = 'UTC'): Rfc3339 {
	const offsetAt = createOffset(timezone);
	// Neighbouring records share their minute, and making its text costs more than the rest.
	let minute = Number.NaN;
	let prefix = '';
	let suffix = '';
	return time => {
		if (time === undefined || !isDate(time)) return '';
		const timeMinute = Math.floor(time / MINUTE);
		if (timeMinute !== minute) {
			minute = timeMinute;
			const offsetMs = offsetAt(time);
			if (!isDate(time + offsetMs)) return '';
			prefix = new Date(time + offsetMs).toISOString().slice(0, -'00.000Z'.length);
			suffix = offsetText(offsetMs);
		}
		const ms = Math.floor(time - timeMinute * MINUTE);
		const seconds = `${prefix}${digits(Math.floor(ms / 1000), 2)}`;
		return `${seconds}${ms % 1000 === 0 ? '' : `.${digits(ms % 1000, 3)}`}${suffix}`;
	};
}

/** Unix milliseconds as local `YYYY-MM-DD HH:MM:SS`, with `.sss` if asked for; '' when there is no such time. */
export type LocalTime = (time: number | undefined, withMs: boolean) => string;

/** Shows times in one zone: an IANA name, or an offset such as `+08:00`. Default: the system's. */
export function createLocalTime(timezone?: string): LocalTime {
	const offsetAt = createOffset(timezone);
	return (time, withMs) => {
		if (time === undefined || !isDate(time) || !isDate(time + offsetAt(time))) return '';
		const text = new Date(time + offsetAt(time)).toISOString();
		return text.slice(0, withMs ? -1 : -5).replace('T', ' ');
	};
}

/** How many milliseconds a zone is ahead of UTC at a time, in whole minutes. Default: the system's zone. */
export function createOffset(timezone = systemTimezone()): (time: number) => number {
	if (timezone === 'UTC') return () => 0;
	// Intl knows no offsets before Node.js 22.
	const format = /^[+-]/.test(timezone) ? undefined : new Intl.DateTimeFormat('en-US', {timeZone: timezone, timeZoneName: 'longOffset'});
	// Asking Intl costs more than all the rest of a row; no offset changes within a minute.
	let minute = Number.NaN;
	let offsetMs = 0;
	return time => {
		const timeMinute = Math.floor(time / MINUTE);
		if (timeMinute !== minute) {
			minute = timeMinute;
			offsetMs = parseOffset(
				format === undefined ? `GMT${timezone}` : (format.formatToParts(time).find(part => part.type === 'timeZoneName')?.value ?? ''),
			);
		}
		return offsetMs;
	};
}

/** Milliseconds of `GMT+08:00` or plain `GMT`; seconds, which no zone has had since 1972, are left out, as RFC 3339 does. */
function parseOffset(name: string): number {
	const [, sign, hours, minutes] = /^GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
	const total = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE;
	return sign === '-' ? -total : total;
}

function offsetText(ms: number): string {
	if (ms === 0) return 'Z';
	const minutes = Math.abs(ms) / MINUTE;
	return `${ms < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60), 2)}:${digits(minutes % 60, 2)}`;
}

function isDate(time: number): boolean {
	return Math.abs(time) <= 8.64e15;
}

function digits(value: number, length: number): string {
	return String(value).padStart(length, '0');
}
