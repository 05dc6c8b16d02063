import {DAY, MINUTE, SECOND} from '../../base/duration.ts';
import {UsageError} from '../../base/errors.ts';
import {resolveTimezone} from '../../base/timezone.ts';
import type {SearchProfile} from '../profile.ts';
import {compileTimeForm} from '../time-form.ts';
import {isLeftOut, toConstant} from './secrets.ts';
import type {Draft} from './draft.ts';
import {codecOf, commonForm, isNumericForm, readInstant, findZone, zonesAt} from './instants.ts';
import {samePlace, spots, valueAtPlace} from './request-tree.ts';
import {toTimeGuess, type TimeGuess} from './row-time.ts';
import type {RangeGuess} from './time-range.ts';

/** How the time range is asked for and the rows' times are written; members are missing where a flag has to tell. */
export interface LearnedTimes {
	readonly asked: SearchProfile['time'] | undefined;
	readonly held: SearchProfile['response']['time'] | undefined;
}

export function learnTimes(draft: Draft, systemTimezone: string | undefined): LearnedTimes {
	const range = learnRange(draft);
	const time = learnRowTime(draft, range);
	const timezone = range === undefined || time === undefined ? undefined : learnZone(draft, range, time, systemTimezone);
	const shown = (as: string) => `${as}${codecOf(as).isLocal && timezone !== undefined ? ` in ${timezone}` : ''}`;
	if (range !== undefined) {
		const places = [...new Set([...range.sinceAt, ...range.untilAt].map(place => draft.show(place)))];
		const until = isInclusive(range) ? 'end inclusive' : 'unknown whether the end is inclusive';
		draft.lines.push(['time range', `${places.join(', ')}   ${shown(range.as)}, ${until}`]);
		if (codecOf(range.as).unitMs > MINUTE)
			draft.notes.push(
				`the time range is asked for in steps of ${range.as}, which is too coarse for windows of 24 hours: ` +
					'the profile cannot be used for exports unless the console also takes times',
			);
		for (const place of range.otherForms)
			draft.notes.push(
				`${draft.show(place)} holds the same time as the range in another form, and keeps its recorded value: ` +
					'if the console goes by it, the search cannot be asked for other times',
			);
	}
	if (time !== undefined) draft.lines.push(['row time', `${draft.show(time.path)}   ${shown(time.as)}`]);
	const zoneOf = (as: string) => (timezone !== undefined && codecOf(as).isLocal ? {timezone} : {});
	return {
		asked: range &&
			{as: range.as, ...zoneOf(range.as), ...offsetZone(draft, range), until: isInclusive(range) ? 'inclusive' : 'unknown'},
		held: time && {at: time.path.join('.'), as: time.as, ...zoneOf(time.as)},
	};
}

function learnRange(draft: Draft): RangeGuess | undefined {
	const {flags, best} = draft;
	const sinceAt = flags.sinceAt === undefined ? undefined : draft.placeOf('--since-at', flags.sinceAt, true);
	const untilAt = flags.untilAt === undefined ? undefined : draft.placeOf('--until-at', flags.untilAt, true);
	const guess = best.range;
	const sincePlaces = sinceAt === undefined ? guess?.sinceAt ?? [] : [sinceAt];
	const untilPlaces = untilAt === undefined ? guess?.untilAt ?? [] : [untilAt];
	if (sincePlaces.length === 0) draft.missing.push({flag: '--since-at <place>', why: 'the start of the time range was not recognised'});
	if (untilPlaces.length === 0) draft.missing.push({flag: '--until-at <place>', why: 'the end of the time range was not recognised'});
	if (guess === undefined) {
		if (sincePlaces.length > 0 || untilPlaces.length > 0)
			throw new UsageError(`${sinceAt === undefined ? '--until-at' : '--since-at'}: no time in a known form stands there`, {
				hint: 'numbers since 1970 and dates such as 2026-11-20 09:30:12 are known',
			});
		return undefined;
	}
	const placeholder = (name: string) => isNumericForm(guess.as) && guess.isText ? `{${name}:text}` : `{${name}}`;
	if (guess.inText !== undefined && sinceAt === untilAt) replaceText(draft, guess.inText);
	else {
		for (const place of sincePlaces) draft.replacements.push({place, by: placeholder('since')});
		for (const place of untilPlaces) draft.replacements.push({place, by: placeholder('until')});
	}
	return {...guess, sinceAt: sincePlaces, untilAt: untilPlaces};
}

/** The zone of an offset that the request writes: a service may read its clock and not its offset. */
function offsetZone({best: {exchange: {request}}}: Draft, {as, since, sinceAt: [place]}: RangeGuess): {timezone?: string} {
	const value = as.endsWith('ZZ') && place !== undefined ? valueAtPlace(request, place) : undefined;
	const offset = typeof value === 'string' ? /(?:\d{2}:?\d{2}|[.,]\d+) ?([+-]\d{2}:?\d{2})/.exec(value)?.[1] : undefined;
	const [timezone] = offset === undefined || since === undefined ? [] : zonesAt(offset, since);
	return timezone === undefined ? {} : {timezone};
}

/** Both ends in one text. */
function replaceText(draft: Draft, {place, text}: NonNullable<RangeGuess['inText']>): void {
	const [before, between, after] = text.around;
	const rest = toConstant(['range'], `${before} ${between} ${after}`, {secrets: draft.secrets, csrfToken: undefined});
	if (isLeftOut(rest))
		draft.missing.push({flag: '--since-at <place>', why: `${draft.show(place)} holds more than the time range (${rest.leftOut})`});
	draft.replacements.push({place, by: `${before}{since}${between}{until}${after}`});
}

function learnRowTime(draft: Draft, range: RangeGuess | undefined): TimeGuess | undefined {
	const {flags, best: {rows}} = draft;
	if (rows === undefined) return undefined;
	if (flags.time === undefined && flags.timeAs === undefined) {
		if (rows.time !== undefined && draft.isSafePath(rows.time.path) && (rows.time.share >= 0.9 || range?.since === undefined))
			return rows.time;
		draft.missing.push({flag: '--time <path>', why: 'no field of the rows holds times of the range that was asked for'});
		return undefined;
	}
	const path = flags.time?.split('.') ?? rows.time?.path;
	const column = rows.columns.find(other => path !== undefined && samePlace(other.path, path));
	if (path === undefined || column === undefined) {
		const names = rows.columns.filter(({values}) => readInstant(values[0]) !== undefined).map(other => draft.show(other.path));
		throw new UsageError(`--time${path === undefined ? '' : ` ${draft.show(path)}`}: the rows have no such field`, {
			hint:
				names.length > 0
					? `times stand in ${names.join(', ')}`
					: `they have ${rows.columns.slice(0, 30).map(other => draft.show(other.path)).join(', ')}`,
		});
	}
	const as = flags.timeAs ?? commonForm(column.values);
	if (as === undefined) {
		draft.missing.push({flag: '--time-as <form>', why: `how ${draft.show(path)} is written was not recognised`});
		return undefined;
	}
	if (column.values.some(value => compileTimeForm({as}).read(value) === undefined)) {
		throw new UsageError(`--time-as ${as}: not every ${draft.show(path)} of the recording is written like that`, {
			hint: `recognised was ${commonForm(column.values) ?? 'no form'}`,
		});
	}
	const guess = toTimeGuess(path, as, column.values, range);
	if (guess.share < 0.5)
		draft.notes.push(`the rows' ${draft.show(path)} is not in the time range of their request: see whether it is their time`);
	return guess;
}

function learnZone(draft: Draft, range: RangeGuess, time: TimeGuess, systemTimezone: string | undefined): string | undefined {
	const [asked, held] = [codecOf(range.as), codecOf(time.as)];
	if (!asked.isLocal && !held.isLocal) return undefined;
	const {started, recorderOffset} = draft.best.exchange;
	const unitMs = Math.max(asked.unitMs, held.unitMs);
	const {since = -Infinity, until = Infinity} = range;
	const inRange = (offsetMs: number) => {
		const shift = (asked.isLocal ? -offsetMs : 0) - (held.isLocal ? -offsetMs : 0);
		return time.values.every(ms => ms >= since + shift - unitMs && ms <= until + shift + unitMs);
	};
	// No row is newer than the request that brought it.
	const isPast = (offsetMs: number) =>
		started === undefined || time.values.every(ms => ms - (held.isLocal ? offsetMs : 0) <= started + 5 * MINUTE);
	const local = asked.isLocal && until !== Infinity ? until : (time.values[0] ?? 0);
	// Whole minutes are chosen, and the end of a day is near to now by the clocks of some zone at any time.
	const isChosen = [0, MINUTE - asked.unitMs].includes(until % MINUTE);
	const isNow = (offsetMs: number) =>
		started !== undefined && asked.isLocal && Math.abs(until - offsetMs - started) < (isChosen ? 2 * SECOND : 5 * MINUTE);
	const {timezone} = draft.flags;
	const fits = (offsetMs: number) => inRange(offsetMs) && isPast(offsetMs);
	const sent = zoneOfRequest(draft);
	const said = sent === undefined ? undefined : findZone({local, fits, isStriking: () => true, preferred: [sent], only: true});
	const preferred = [recorderOffset === '+00:00' ? undefined : recorderOffset, 'Asia/Shanghai', systemTimezone];
	// The recorder's clock may have been wrong.
	const guess =
		said ?? findZone({local, fits, isStriking: isNow, preferred}) ??
			findZone({local, fits: inRange, isStriking: () => false, preferred});
	if (timezone !== undefined) {
		if (findZone({local, fits: inRange, isStriking: () => false, preferred: [timezone], only: true}) === undefined) {
			throw new UsageError(`--timezone ${timezone}: by its clocks the rows do not stand in the time range of their request`, {
				hint: guess === undefined ? 'see whether --time names the right field' : `${guess.timezone} would fit`,
			});
		}
		return timezone;
	}
	if (guess === undefined) {
		draft.missing.push({
			flag: '--timezone <zone>', why: `times are written without an offset, and no time zone fits both the request and the rows`,
		});
		return undefined;
	}
	if (guess.isAssumed)
		draft.notes.push(
			`times are written without an offset; ${guess.timezone} is assumed, and others fit as well: give --timezone if it is another`,
		);
	return guess.timezone;
}

/** The zone that the request itself names. */
function zoneOfRequest({best: {exchange: {request}}}: Draft): string | undefined {
	for (const {place, value} of spots({...request, path: []})) {
		if (typeof value === 'string' && /zone|tz/i.test(place.at(-1) ?? '') && /^[a-z]+\/[a-z_/]+$|^UTC$/i.test(value))
			return resolveTimezone(value);
	}
	return undefined;
}

/** The recorded end is the last of its minute: so it is meant to be part of the range. */
function isInclusive({as, since, until}: RangeGuess): boolean {
	const {unitMs} = codecOf(as);
	if (until === undefined) return false;
	return unitMs === DAY ? since === until : unitMs < MINUTE && until % MINUTE === MINUTE - unitMs;
}

