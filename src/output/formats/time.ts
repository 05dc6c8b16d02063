import {MINUTE} from '../../base/duration.ts';
import {systemTimezone} from '../../base/system-timezone.ts';

/** Unix milliseconds as `2026-11-20T09:30:12Z`, with `.sss` when not whole seconds; '' when there is no such time. */
export type Rfc3339 = (time: number | undefined) => string;

/** Shows times in UTC. */
export function createRfc3339(): Rfc3339 {
	// Neighbouring records share their minute, and making its text costs more than the rest.
	let minute = Number.NaN;
	let prefix = '';
	return time => {
		if (time === undefined || !isDate(time)) return '';
		const timeMinute = Math.floor(time / MINUTE);
		if (timeMinute !== minute) {
			minute = timeMinute;
			prefix = new Date(time).toISOString().slice(0, -'00.000Z'.length);
		}
		const ms = Math.floor(time - timeMinute * MINUTE);
		const seconds = `${prefix}${digits(Math.floor(ms / 1000), 2)}`;
		return ms % 1000 === 0 ? `${seconds}Z` : `${seconds}.${digits(ms % 1000, 3)}Z`;
	};
}

/** Unix milliseconds as local `YYYY-MM-DD HH:MM:SS`, with `.sss` if asked for; '' when there is no such time. */
export type LocalTime = (time: number | undefined, withMs: boolean) => string;

/** Shows times in one zone: an IANA name, or an offset such as `+08:00`. Default: the system's. */
export function createLocalTime(timezone = systemTimezone()): LocalTime {
	// Intl knows no offsets before Node.js 22.
	const format = /^[+-]/.test(timezone) ? undefined : new Intl.DateTimeFormat('en-US', {timeZone: timezone, timeZoneName: 'longOffset'});
	// Asking Intl costs more than all the rest of a row; no offset changes within a minute.
	let minute = Number.NaN;
	let offsetMs = 0;
	return (time, withMs) => {
		if (time === undefined || !isDate(time)) return '';
		const timeMinute = Math.floor(time / MINUTE);
		if (timeMinute !== minute) {
			minute = timeMinute;
			offsetMs = parseOffset(
				format === undefined ? `GMT${timezone}` : (format.formatToParts(time).find(part => part.type === 'timeZoneName')?.value ?? ''),
			);
		}
		if (!isDate(time + offsetMs)) return '';
		const text = new Date(time + offsetMs).toISOString();
		return text.slice(0, withMs ? -1 : -5).replace('T', ' ');
	};
}

/** Milliseconds of `GMT+08:00`, `GMT-00:44:30` or plain `GMT`. */
function parseOffset(name: string): number {
	const [, sign, hours, minutes, seconds] = /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name) ?? [];
	const total = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0);
	return (sign === '-' ? -total : total) * 1000;
}

function isDate(time: number): boolean {
	return Math.abs(time) <= 8.64e15;
}

function digits(value: number, length: number): string {
	return String(value).padStart(length, '0');
}
