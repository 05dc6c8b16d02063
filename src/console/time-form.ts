import {Temporal} from 'temporal-polyfill';

/** Text forms: `Z` is the letter, `ZZ` an offset such as +08:00, `SSS` milliseconds. Without either the text is local. */
const patternParts = /YYYY|MM|DD|HH|mm|ss|SSS|ZZ|Z|[^A-Za-z]|T/g;

/** Milliseconds per unit of the numeric forms. */
const unitsMs: Readonly<Record<string, number>> = {seconds: 1000, milliseconds: 1, microseconds: 1e-3, nanoseconds: 1e-6};

/** How an instant is written by a console: a number of units since 1970, or text by a pattern. */
export interface TimeForm {
	/** `seconds`, `milliseconds`, `microseconds`, `nanoseconds`, or a pattern such as `YYYY-MM-DD HH:mm:ss`. */
	readonly as: string;
	/** IANA zone of a pattern without `Z`; with `ZZ` that of the offset that is written. Default UTC. */
	readonly timezone?: string | undefined;
}

/** A compiled form. */
export interface TimeCodec {
	/** The smallest step of the form in milliseconds, at least 1. */
	readonly unitMs: number;
	/** The text carries no offset: it follows the clocks of a zone. */
	readonly isLocal: boolean;
	/** Unix milliseconds as the form writes them; a number for the numeric forms. */
	write(ms: number): number | string;
	/** Unix milliseconds, finer parts cut off, or undefined when the value is not of this form. */
	read(value: unknown): number | undefined;
}

/** What is wrong with a form's `as`, or undefined. */
export function timeFormProblem(as: string): string | undefined {
	if (Object.hasOwn(unitsMs, as)) return undefined;
	const parts: readonly string[] = as.match(patternParts) ?? [];
	if (parts.join('') !== as || !['YYYY', 'MM', 'DD'].every(part => parts.includes(part))) {
		return 'expected seconds, milliseconds, microseconds, nanoseconds, or a pattern of YYYY MM DD HH mm ss SSS Z ZZ, ' +
			'such as YYYY-MM-DD HH:mm:ss';
	}
	return undefined;
}

/** Compiles a form whose `as` has no problem. */
export function compileTimeForm({as, timezone = 'UTC'}: TimeForm): TimeCodec {
	const scale = unitsMs[as];
	return scale === undefined ? textCodec(as, timezone) : numberCodec(scale);
}

function numberCodec(scale: number): TimeCodec {
	return {
		unitMs: Math.max(1, scale),
		isLocal: false,
		write: ms => scale >= 1 ? Math.floor(ms / scale) : ms * Math.round(1 / scale),
		read(value) {
			const digits = typeof value === 'number' ? String(value) : value;
			if (typeof digits !== 'string' || !/^\d+(?:\.\d+)?$/.test(digits)) return undefined;
			// Fractions of seconds are seen in the wild; nanoseconds are beyond what a number holds exactly, and are cut.
			const ms = Math.floor(Number((Number(digits) * scale).toFixed(3)));
			return Number.isSafeInteger(ms) ? ms : undefined;
		},
	};
}

function textCodec(as: string, timezone: string): TimeCodec {
	const parts: readonly string[] = as.match(patternParts) ?? [];
	const isLocal = !parts.includes('Z') && !parts.includes('ZZ');
	const pattern = new RegExp(`^${readable(parts)}$`);
	const has = (part: string) => parts.includes(part);
	return {
		unitMs: has('SSS') ? 1 : has('ss') ? 1000 : has('mm') ? 60_000 : has('HH') ? 3_600_000 : 86_400_000,
		isLocal,
		write(ms) {
			const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(has('Z') ? 'UTC' : timezone);
			const values: Readonly<Record<string, string>> = {
				YYYY: String(zoned.year).padStart(4, '0'), MM: two(zoned.month), DD: two(zoned.day), HH: two(zoned.hour),
				mm: two(zoned.minute), ss: two(zoned.second), SSS: String(zoned.millisecond).padStart(3, '0'), Z: 'Z', ZZ: zoned.offset,
			};
			return parts.map(part => values[part] ?? part).join('');
		},
		read(value) {
			if (typeof value !== 'string') return undefined;
			const found = pattern.exec(value)?.groups;
			if (found === undefined) return undefined;
			const {YYYY, MM, DD, HH = '00', mm = '00', ss = '00', SSS = '0'} = found;
			const local = `${YYYY}-${MM}-${DD}T${HH}:${mm}:${ss}.${SSS.padEnd(3, '0').slice(0, 3)}`;
			try {
				if (has('Z')) return Temporal.Instant.from(`${local}Z`).epochMilliseconds;
				if (found['ZZ'] !== undefined) return Temporal.Instant.from(`${local}${found['ZZ']}`).epochMilliseconds;
				return Temporal.PlainDateTime.from(local, {overflow: 'reject'}).toZonedDateTime(timezone).epochMilliseconds;
			} catch (error) {
				if (error instanceof RangeError) return undefined;
				throw error;
			}
		},
	};
}

const groups: Readonly<Record<string, string>> = {
	YYYY: String.raw`(?<YYYY>\d{4})`, MM: String.raw`(?<MM>\d{2})`, DD: String.raw`(?<DD>\d{2})`, HH: String.raw`(?<HH>\d{2})`,
	mm: String.raw`(?<mm>\d{2})`, ss: String.raw`(?<ss>\d{2})`, SSS: String.raw`(?<SSS>\d{1,9})`, Z: 'Z',
	ZZ: String.raw`(?<ZZ>[+-]\d{2}:?\d{2}|Z)`,
};

/** Services leave out a fraction that is zero, so seconds are read with and without one whatever the pattern says. */
function readable(parts: readonly string[]): string {
	const source = parts.map(part => groups[part] ?? part.replaceAll(/[^\w]/g, String.raw`\$&`)).join('');
	if (!parts.includes('SSS')) return source.replace(groups['ss'] ?? '', String.raw`$&(?:[.,](?<SSS>\d{1,9}))?`);
	return source.replace(String.raw`\.${groups['SSS']}`, `(?:\\.${groups['SSS']})?`);
}

function two(value: number): string {
	return String(value).padStart(2, '0');
}
