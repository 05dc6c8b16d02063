import {UsageError} from './errors.ts';

/** What an abbreviation means in one place and another: each stands for several zones, or for half a year only. */
const abbreviations: Readonly<Record<string, string>> = {
	ACST: 'Australia/Darwin', ADT: 'America/Halifax', AEST: 'Australia/Sydney', AST: 'America/Halifax or Asia/Riyadh',
	AWST: 'Australia/Perth',
	BST: 'Europe/London or Asia/Dhaka', CDT: 'America/Chicago or America/Havana', CEST: 'Europe/Berlin',
	CET: 'Europe/Berlin or Africa/Algiers', CST: 'Asia/Shanghai, America/Chicago or America/Havana', CST6CDT: 'America/Chicago',
	EDT: 'America/New_York', EEST: 'Europe/Athens', EET: 'Europe/Athens or Africa/Cairo', EST: 'America/New_York or America/Panama',
	EST5EDT: 'America/New_York', GST: 'Asia/Dubai', HKT: 'Asia/Hong_Kong', HST: 'Pacific/Honolulu',
	IST: 'Asia/Kolkata, Europe/Dublin or Asia/Jerusalem', JST: 'Asia/Tokyo', KST: 'Asia/Seoul', MDT: 'America/Denver', MSK: 'Europe/Moscow',
	MST: 'America/Denver, America/Phoenix or Asia/Kuala_Lumpur', MST7MDT: 'America/Denver', PDT: 'America/Los_Angeles',
	PST: 'America/Los_Angeles or Asia/Manila', PST8PDT: 'America/Los_Angeles', SGT: 'Asia/Singapore',
	SST: 'Asia/Singapore or Pacific/Pago_Pago', WET: 'Europe/Lisbon', WIB: 'Asia/Jakarta',
};

/**
 * A time zone as users name it, checked: `Asia/Shanghai` (letter case is corrected), `UTC`, or an offset as `+08:00`, which
 * `+0800`, `UTC+8` and `GMT+8` come to. Throws a `UsageError` that names `option`.
 */
export function requireTimezone(name: string, option = '--timezone'): string {
	const resolved = resolveTimezone(name);
	if (resolved === undefined) {
		const {message, hint} = timezoneProblem(name);
		throw new UsageError(`${option}: ${message}`, {hint});
	}
	return resolved;
}

/** Why a name is refused, and what to write in its place. */
export function timezoneProblem(name: string): {message: string; hint: string} {
	const hint = 'write an IANA name such as Asia/Shanghai, Europe/Berlin or UTC, or an offset such as +08:00';
	const meant = meaningOf(name);
	if (meant !== undefined)
		return {
			message: `${JSON.stringify(name)} is an abbreviation that may mean ${meant}`,
			hint: 'write that name, or an offset such as +08:00',
		};
	// Country names such as Japan: the zone they stand for has a name that says where.
	const known = /^\w[\w-]*$/.test(name) ? intlName(name) : undefined;
	return {message: `${JSON.stringify(name)} is not a known time zone`, hint: known === undefined ? hint : `write ${known}`};
}

/** The zones that an abbreviation may mean; undefined for any other text. */
export function meaningOf(name: string): string | undefined {
	const upper = name.trim().toUpperCase();
	return Object.hasOwn(abbreviations, upper) ? abbreviations[upper] : undefined;
}

/** The checked zone, as `requireTimezone` returns it, or undefined when there is none. Needs no Temporal: it is cheap to load. */
export function resolveTimezone(name: string): string | undefined {
	if (/^(?:utc|gmt|z)$/i.test(name)) return 'UTC';
	const [, sign, hours, minutes] = /^(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(name) ?? [];
	if (sign !== undefined) return formatOffset(sign, Number(hours), Number(minutes ?? 0));
	if (!/^[a-z][\w+-]*\/[\w+/-]+$/i.test(name)) return undefined;
	const resolved = intlName(name);
	// Aliases resolve to another zone; keep what the user wrote.
	return resolved?.toLowerCase() === name.toLowerCase() ? resolved : resolved && name;
}

/** An offset as ISO 8601 writes it, `+08:00`; UTC for none, undefined past a day, which no clock is ahead. */
export function formatOffset(sign: string, hours: number, minutes: number): string | undefined {
	if (hours > 23 || minutes > 59) return undefined;
	return hours === 0 && minutes === 0 ? 'UTC' : `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

/** What Intl calls a zone; undefined when it knows none of this name. */
export function intlName(name: string): string | undefined {
	try {
		return new Intl.DateTimeFormat('en', {timeZone: name}).resolvedOptions().timeZone;
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}

/** The zone that the user names, checked; undefined for the system's, which is asked for where it is needed: that takes Intl a while. */
export function chosenTimezone(name: string | undefined): string | undefined {
	return name === undefined ? undefined : requireTimezone(name);
}

/** Unix milliseconds as RFC 3339 in UTC: `2026-11-20T09:30:12Z`, with `.sss` only when the second is not whole. */
export function formatUtc(ms: number): string {
	return new Date(ms).toISOString().replace('.000Z', 'Z');
}
