import {UsageError} from './errors.ts';

/**
 * The IANA name of a time zone, checked: `Asia/Shanghai`, `UTC`. Letter case is corrected. Bare offsets such as
 * `+08:00` are no zone names. Throws a `UsageError` that names `option`.
 */
export function requireTimezone(name: string, option = '--timezone'): string {
	const resolved = resolveTimezone(name);
	if (resolved === undefined) {
		throw new UsageError(`${option}: ${JSON.stringify(name)} is not a known time zone`, {
			hint: 'write an IANA name such as Asia/Shanghai, Europe/Berlin or UTC',
		});
	}
	return resolved;
}

/** The checked IANA name, or undefined when there is no such zone. Needs no Temporal, so it is cheap to load. */
export function resolveTimezone(name: string): string | undefined {
	if (!/^[a-z][\w+/-]*$/i.test(name)) return undefined;
	try {
		const {timeZone} = new Intl.DateTimeFormat('en', {timeZone: name}).resolvedOptions();
		// Aliases resolve to another zone (EST to America/Panama); keep what the user wrote.
		return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}

/** The zone that the user names, checked; undefined for the system's, which is asked for where it is needed: that takes Intl a while. */
export function chosenTimezone(name: string | undefined): string | undefined {
	return name === undefined ? undefined : requireTimezone(name);
}

/** The IANA name of the system's time zone; `UTC` when the system names none. */
export function systemTimezone(): string {
	const {timeZone} = new Intl.DateTimeFormat('en').resolvedOptions();
	return resolveTimezone(timeZone) ?? 'UTC';
}

/** Unix milliseconds as RFC 3339 in UTC: `2026-11-20T09:30:12Z`, with `.sss` only when the second is not whole. */
export function formatUtc(ms: number): string {
	return new Date(ms).toISOString().replace('.000Z', 'Z');
}
