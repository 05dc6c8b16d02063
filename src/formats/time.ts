import {MINUTE} from '../query/duration.ts';

/** Unix milliseconds as `2026-11-20T09:30:12Z`, with `.sss` when not whole seconds; '' when there is no such time. */
export function rfc3339(time: number | undefined): string {
	if (time === undefined || !isDate(time)) return '';
	const text = new Date(time).toISOString();
	return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

/** Unix milliseconds as local `YYYY-MM-DD HH:MM:SS`, with `.sss` if asked for; '' when there is no such time. */
export type LocalTime = (time: number | undefined, withMs: boolean) => string;

/** Shows times in one zone, an IANA name. */
export function createLocalTime(timezone: string): LocalTime {
	const format = new Intl.DateTimeFormat('en-US', {timeZone: timezone, timeZoneName: 'longOffset'});
	// Asking Intl costs more than all the rest of a row; no offset changes within a minute.
	let minute = Number.NaN;
	let offsetMs = 0;
	return (time, withMs) => {
		if (time === undefined || !isDate(time)) return '';
		const timeMinute = Math.floor(time / MINUTE);
		if (timeMinute !== minute) {
			minute = timeMinute;
			offsetMs = parseOffset(format.formatToParts(time).find(part => part.type === 'timeZoneName')?.value ?? '');
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
