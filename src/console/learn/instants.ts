import {Temporal} from 'temporal-polyfill';
import {HOUR, MINUTE} from '../../base/duration.ts';
import {compileTimeForm, type TimeCodec} from '../time-form.ts';

interface ZoneGuess {
	readonly timezone: string;
	/** Nothing in the recording contradicts it, nor another one. */
	readonly isAssumed: boolean;
}

const usual = [
	'Asia/Shanghai', 'UTC', 'Asia/Singapore', 'Asia/Tokyo', 'Asia/Kolkata', 'Europe/London', 'Europe/Berlin', 'America/New_York',
	'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Sao_Paulo', 'Australia/Sydney', 'Asia/Dubai', 'Asia/Jakarta',
	'Asia/Bangkok', 'Europe/Moscow', 'Pacific/Auckland',
];

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
	const likely = preferred.filter(zone => zone !== undefined).flatMap(zone => (/^[+-]/.test(zone) ? zonesAt(zone, local) : [zone]));
	const candidates = [...new Set([...likely, ...(only ? [] : [...usual, ...fixedOffsets])])]
		.map(timezone => ({timezone, offsetMs: offsetOf(timezone, local)}))
		.filter(({offsetMs}) => fits(offsetMs));
	const best = candidates.find(({offsetMs}) => isStriking(offsetMs)) ?? candidates[0];
	if (best === undefined) return undefined;
	const isOnly = candidates.every(({offsetMs}) => offsetMs === best.offsetMs);
	return {timezone: best.timezone, isAssumed: !isOnly && !(isStriking(best.offsetMs) && likely.includes(best.timezone))};
}

const fixedOffsets = Array.from({length: 27}, (_, index) => index - 12).filter(hours => hours !== 0)
	.map(hours => `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`);

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

/** An instant as it is written somewhere. */
export interface Instant {
	/** The form, as a profile names it. */
	readonly as: string;
	/** Unix milliseconds; for local text those of the same clock reading in UTC. */
	readonly ms: number;
}

const earliest = Date.UTC(2012, 0);

const latest = Date.UTC(2050, 0);

const numericForms: Readonly<Record<number, string>> = {10: 'seconds', 13: 'milliseconds', 16: 'microseconds', 19: 'nanoseconds'};

const text = new RegExp([
	/^\d{4}([-/.]?)\d{2}\1\d{2}/, /(?:(?<t>[T ]?)\d{2}(?<colon>:?)\d{2}(?:\k<colon>\d{2}(?<fraction>[.,]\d{1,9})?)?)?/,
	/(?<space> ?)(?<zone>Z|[+-]\d{2}:?\d{2})?$/,
].map(({source}) => source).join(''));

const codecs = new Map<string, TimeCodec>();

/** The instant that a value can be, or undefined. Numbers count from 1970, in the unit that gives a date of this age. */
export function readInstant(value: unknown): Instant | undefined {
	const as = formOf(value);
	const ms = as === undefined ? undefined : codecOf(as).read(value);
	return as === undefined || ms === undefined || ms < earliest || ms > latest ? undefined : {as, ms};
}

/** The compiled form; local text is read as if its zone was UTC. */
export function codecOf(as: string): TimeCodec {
	let codec = codecs.get(as);
	if (codec === undefined) {
		codec = compileTimeForm({as});
		codecs.set(as, codec);
	}
	return codec;
}

export function isNumericForm(as: string): boolean {
	return Object.values(numericForms).includes(as);
}

function formOf(value: unknown): string | undefined {
	const digits = typeof value === 'number' ? String(value) : value;
	if (typeof digits !== 'string') return undefined;
	const whole = /^(\d+)(?:\.\d+)?$/.exec(digits)?.[1];
	const numeric = whole === undefined ? undefined : numericForms[whole.length];
	if (numeric !== undefined) return numeric;
	return typeof value === 'string' ? patternOf(value) : undefined;
}

function patternOf(value: string): string | undefined {
	const found = text.exec(value);
	if (found === null) return undefined;
	const {t = '', colon = '', fraction, space = '', zone} = found.groups ?? {};
	const separator = found[1] ?? '';
	const rest = value.slice(8 + 2 * separator.length + t.length).replace(/ ?(?:Z|[+-]\d{2}:?\d{2})$/, '');
	const units = ['HH', 'mm', 'ss'].slice(0, /^\d{2}/.test(rest) ? rest.replace(/[.,].*/, '').replaceAll(':', '').length / 2 : 0);
	if (units.length > 0 && t === '' && separator !== '') return undefined;
	const clock = units.length === 0 ? '' : `${t}${units.join(colon)}${fraction === undefined ? '' : `${fraction[0]}SSS`}`;
	return `YYYY${separator}MM${separator}DD${clock}${zone === undefined ? '' : `${space}${zone === 'Z' ? 'Z' : 'ZZ'}`}`;
}

/** The one form in which all of the values are written, or undefined. Fractions that are zero may be left out. */
export function commonForm(values: readonly unknown[]): string | undefined {
	const forms = new Set(values.map(value => readInstant(value)?.as));
	const [first] = forms;
	if (first === undefined || forms.has(undefined)) return undefined;
	if (forms.size === 1) return first;
	// Numbers of different lengths are not of one unit.
	if ([...forms].some(form => form !== undefined && isNumericForm(form))) return undefined;
	// Of mixed spellings the most detailed reads all.
	const widest = [...forms].find(form => form?.includes('SSS')) ?? first;
	const mixed = [...forms].some(form => form?.endsWith('ZZ')) ? widest.replace(/Z+$/, 'ZZ') : widest;
	return values.every(value => codecOf(mixed).read(value) !== undefined) ? mixed : undefined;
}

const inText = new RegExp([
	/\d{4}([-/.])\d{2}\1\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?/,
	/\d{8}T\d{6}Z|\d{19}|\d{16}|\d{14}|\d{13}|\d{10}|\d{8}/,
].map(({source}) => source).join('|').replace(/.*/, String.raw`(?<!\d)(?:$&)(?!\d)`), 'g');

/** A text that holds exactly two instants of one form, such as `1700000000,1700003600`. */
export interface RangeText {
	readonly as: string;
	readonly since: number;
	readonly until: number;
	/** What stands before, between and after the two. */
	readonly around: readonly [before: string, between: string, after: string];
}

/** The range that stands in one text, or undefined. */
export function readRangeText(value: string): RangeText | undefined {
	if (value.length > 300) return undefined;
	const found = [...value.matchAll(inText)];
	const [first, second] = found;
	if (first === undefined || second === undefined || found.length !== 2) return undefined;
	const [since, until] = [readInstant(first[0]), readInstant(second[0])];
	if (since === undefined || until === undefined || since.as !== until.as || since.ms > until.ms) return undefined;
	const around = [
		value.slice(0, first.index), value.slice(first.index + first[0].length, second.index), value.slice(second.index + second[0].length),
	] as const;
	return {as: since.as, since: since.ms, until: until.ms, around};
}
