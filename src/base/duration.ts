import {UsageError} from './errors.ts';

/** Milliseconds. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

const units: Readonly<Record<string, number>> = {ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: WEEK};

/**
 * Milliseconds of a duration such as `500ms`, `15m`, `24h`, `7d`, `2w` or `1h30m`, or undefined when the text
 * is none. A day is 24 hours here, a week seven of them: durations know no calendar.
 */
export function parseDuration(text: string): number | undefined {
	if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text)) return undefined;
	let total = 0;
	for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
		total += Number(amount) * (units[unit ?? ''] ?? 0);
	}
	return Math.round(total);
}

/** As `parseDuration`, for the value of an option: throws a `UsageError` that names it. */
export function requireDuration(text: string, option: string): number {
	const ms = parseDuration(text);
	if (ms === undefined || ms <= 0 || !Number.isSafeInteger(ms)) {
		throw new UsageError(`${option}: "${text}" is not a duration`, {hint: 'write 30s, 15m, 24h, 7d or 2w'});
	}
	return ms;
}

/** The shortest exact spelling of a duration in milliseconds: `90m`, `24h`, `7d`. */
export function formatDuration(ms: number): string {
	if (ms > 0) {
		for (const [unit, size] of [['d', DAY], ['h', HOUR], ['m', MINUTE], ['s', SECOND]] as const) {
			if (ms % size === 0 && (unit !== 'd' || ms > DAY)) return `${ms / size}${unit}`;
		}
	}
	return `${ms}ms`;
}
