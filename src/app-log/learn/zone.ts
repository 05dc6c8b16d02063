import {Temporal} from 'temporal-polyfill';
import {HOUR, MINUTE} from '../../query/duration.ts';

export interface ZoneGuess {
	readonly timezone: string;
	/** Nothing in the recording contradicts it, nor another one. */
	readonly isAssumed: boolean;
}

const usual = ['Asia/Shanghai', 'UTC', 'Asia/Singapore', 'Asia/Tokyo', 'Asia/Kolkata', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Sao_Paulo', 'Australia/Sydney', 'Asia/Dubai', 'Asia/Jakarta', 'Asia/Bangkok', 'Europe/Moscow', 'Pacific/Auckland'];

/**
 * The zone whose clocks wrote local times.
 * @param options.local clock readings in milliseconds, as if they were UTC
 * @param options.fits whether a reading that is `offsetMs` ahead of UTC agrees with what else is known
 * @param options.isStriking whether it agrees so closely that it is no coincidence
 * @param options.preferred zones to try before the usual ones, or offsets such as +08:00
 */
export function findZone({local, fits, isStriking, preferred, only = false}: {
	local: number;
	fits: (offsetMs: number) => boolean;
	isStriking: (offsetMs: number) => boolean;
	preferred: readonly (string | undefined)[];
	/** No others are tried. Default false. */
	only?: boolean;
}): ZoneGuess | undefined {
	const likely = preferred.filter(zone => zone !== undefined).flatMap(zone => /^[+-]/.test(zone) ? zonesAt(zone, local) : [zone]);
	const candidates = [...new Set([...likely, ...(only ? [] : [...usual, ...fixedOffsets])])].map(timezone => ({timezone, offsetMs: offsetOf(timezone, local)})).filter(({offsetMs}) => fits(offsetMs));
	const best = candidates.find(({offsetMs}) => isStriking(offsetMs)) ?? candidates[0];
	if (best === undefined) return undefined;
	const isOnly = candidates.every(({offsetMs}) => offsetMs === best.offsetMs);
	return {timezone: best.timezone, isAssumed: !isOnly && !(isStriking(best.offsetMs) && likely.includes(best.timezone))};
}

const fixedOffsets = Array.from({length: 27}, (_, index) => index - 12).filter(hours => hours !== 0).map(hours => `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`);

/**
 * Usual zones whose clocks show this offset then, the likeliest first.
 * @param offset +08:00
 * @param local a clock reading in milliseconds, as if it were UTC
 */
export function zonesAt(offset: string, local: number): string[] {
	const [hours = 0, minutes = 0] = (offset.match(/\d{2}/g) ?? []).map(Number);
	const wanted = (offset.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
	return [...usual, ...fixedOffsets].filter(zone => offsetOf(zone, local) === wanted);
}

function offsetOf(timezone: string, local: number): number {
	const zoned = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime().toZonedDateTime(timezone);
	return zoned.offsetNanoseconds / 1e6;
}
