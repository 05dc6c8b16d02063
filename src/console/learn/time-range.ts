import {DAY, MINUTE} from '../../base/duration.ts';
import {codecOf, readInstant, readRangeText, type Instant, type RangeText} from './instants.ts';
import {isScalar, samePlace, spots, type Place, type RequestTree} from './request-tree.ts';
import {wordsOf} from './words.ts';

/** The time range that a request asks for. */
export interface RangeGuess {
	/** The form of both ends. */
	readonly as: string;
	/** Whether the ends are texts in the request, also where they are numbers of units. */
	readonly isText: boolean;
	/** Start and end in milliseconds as `Instant` has them; one of them may be missing. */
	readonly since: number | undefined;
	readonly until: number | undefined;
	/** Everywhere that the start and the end are written. */
	readonly sinceAt: readonly Place[];
	readonly untilAt: readonly Place[];
	/** Where both stand in one text. */
	readonly inText?: {readonly place: Place; readonly text: RangeText} | undefined;
	/** Further places that hold the same instants in another form. */
	readonly otherForms: readonly Place[];
	/** How likely it is. */
	readonly score: number;
}

interface InstantSpot extends Instant {
	readonly place: Place;
	readonly isText: boolean;
	readonly side: 'since' | 'until' | undefined;
}

const startWord = /^(?:start|begin|from|since|after|earliest|lower|left|oldest|first)|^(?:st|bt|gte?|min|low|ge)$/;
const endWord = /^(?:end|until|finish|stop|before|latest|upper|right)|^(?:et|to|till|lte?|max|high|le)$/;
/** Names of a range that others are measured by. */
const otherRange = /^(?:compare|comparison|previous|prev|baseline|yoy|mom|expire|expires|expiry|birth|birthday)$/;
/** Names of times of their own: one of a kind and one of another are no range. */
const ownTime = /^(?:create|created|update|updated|modify|modified|publish|published|login|last)$/;
const clockName =
	/^(?:_|_?t|ts|_?time_?stamp|now|nonce|r|rnd|random|client_?time|request_?time|req_?time|cache_?bust(?:er)?|local_?time)$/i;

/**
 * The range that a request most likely asks for, or undefined when it carries no instant.
 * @param started when it was sent, Unix milliseconds
 * @param given places that the user names
 */
export function findRange(
	request: RequestTree, started: number | undefined, given: {sinceAt?: Place | undefined; untilAt?: Place | undefined} = {},
): RangeGuess | undefined {
	const {instants, texts} = collect(request, started);
	const {sinceAt, untilAt} = given;
	if (sinceAt === undefined && untilAt === undefined) {
		const guesses =
			[...pairs(instants, started), ...texts.map(text => rangeInText(text)), ...instants.flatMap(instant => oneEnd(instant))];
		return best(guesses.filter(({score}) => score > 0).map(guess => withRepeats(guess, instants)));
	}
	if (sinceAt !== undefined && untilAt !== undefined && samePlace(sinceAt, untilAt)) {
		const text = texts.find(({place}) => samePlace(place, sinceAt));
		return text && withRepeats({...rangeInText(text), score: 20}, instants);
	}
	const at = (place: Place) => instants.find(instant => samePlace(instant.place, place));
	const fits = pairs(instants, started).filter(guess => matches(guess.sinceAt, sinceAt) && matches(guess.untilAt, untilAt));
	const [start, end] = [sinceAt && at(sinceAt), untilAt && at(untilAt)];
	const [alone] =
		start !== undefined
			? oneEnd({...start, side: 'since'})
			: end !== undefined ? oneEnd({...end, side: 'until'}) : instants.flatMap(instant => oneEnd(instant));
	const both = start && end && start.as === end.as ? toGuess(start, end, 20) : undefined;
	const guess = both ?? best(fits) ?? alone;
	return (
		guess &&
			withRepeats({...guess, sinceAt: sinceAt ? [sinceAt] : guess.sinceAt, untilAt: untilAt ? [untilAt] : guess.untilAt}, instants)
	);
}

function collect(
	request: RequestTree, started: number | undefined,
): {instants: InstantSpot[]; texts: Array<{place: Place; text: RangeText}>} {
	const instants: InstantSpot[] = [];
	const texts: Array<{place: Place; text: RangeText}> = [];
	for (const {place, value} of spots({...request, header: {}})) {
		if (!isScalar(value)) continue;
		const instant = readInstant(value);
		const text = instant === undefined && typeof value === 'string' ? readRangeText(value) : undefined;
		if (text !== undefined) texts.push({place, text});
		if (instant !== undefined && !isClock(place, instant, started))
			instants.push({...instant, place, isText: typeof value === 'string', side: sideOf(place)});
	}
	return {instants: instants.slice(0, 40), texts};
}

/** An instant that only says when the request was made. */
function isClock(place: Place, {ms}: Instant, started: number | undefined): boolean {
	const name = place.at(-1) ?? '';
	return clockName.test(name) && (started === undefined || name.startsWith('_') || Math.abs(ms - started) < MINUTE);
}

function sideOf(place: Place): InstantSpot['side'] {
	const keys = place.slice(1).filter(key => !/^\d+$/.test(key));
	for (const key of keys.slice(-2).toReversed()) {
		const words = wordsOf(key);
		if (words.some(word => endWord.test(word))) return 'until';
		if (words.some(word => startWord.test(word))) return 'since';
	}
	return undefined;
}

function pairs(instants: readonly InstantSpot[], started: number | undefined): RangeGuess[] {
	return instants.flatMap(a =>
		instants.filter(b => a !== b && a.as === b.as && a.isText === b.isText && isOrdered(a, b))
			.map(b => toGuess(a, b, scorePair(a, b, started))),
	);
}

/** Days are counted whole: their range may start and end with the same one. */
function isOrdered(a: InstantSpot, b: InstantSpot): boolean {
	return a.ms < b.ms || (a.ms === b.ms && codecOf(a.as).unitMs === DAY && a.side !== 'until' && b.side !== 'since');
}

function scorePair(a: InstantSpot, b: InstantSpot, started: number | undefined): number {
	const [parentA, parentB] = [a.place.slice(0, -1), b.place.slice(0, -1)];
	const spanMs = b.ms - a.ms;
	const isList = samePlace(parentA, parentB) && Number(b.place.at(-1)) === Number(a.place.at(-1)) + 1;
	return (a.side === 'since' ? 4 : a.side === 'until' ? -6 : 0)
		+ (b.side === 'until' ? 4 : b.side === 'since' ? -6 : 0)
		+ (samePlace(parentA, parentB) ? 2 : -1)
		+ (isList ? 4 : 0)
		+ (spanMs <= 32 * DAY ? 2 : spanMs > 400 * DAY ? -4 : 0)
		+ (started !== undefined && a.ms < started + 2 * DAY && a.ms > started - 90 * DAY ? 1 : 0)
		- [a, b].filter(({place}) => wordsIn(place).some(word => otherRange.test(word))).length * 3
		- (wordsIn(a.place).find(word => ownTime.test(word)) === wordsIn(b.place).find(word => ownTime.test(word)) ? 0 : 6);
}

function wordsIn(place: Place): string[] {
	return place.slice(1).flatMap(key => wordsOf(key));
}

function toGuess(a: InstantSpot, b: InstantSpot, score: number): RangeGuess {
	return {as: a.as, isText: a.isText, since: a.ms, until: b.ms, sinceAt: [a.place], untilAt: [b.place], otherForms: [], score};
}

function rangeInText({place, text}: {place: Place; text: RangeText}): RangeGuess {
	return {
		as: text.as, isText: true, since: text.since, until: text.until, sinceAt: [place], untilAt: [place], inText: {place, text},
		otherForms: [], score: 7,
	};
}

function oneEnd({as, isText, ms, place, side}: InstantSpot): RangeGuess[] {
	if (side === undefined) return [];
	const shared = {as, isText, otherForms: [], score: 2};
	return [
		side === 'since'
			? {...shared, since: ms, until: undefined, sinceAt: [place], untilAt: []}
			: {...shared, since: undefined, until: ms, sinceAt: [], untilAt: [place]},
	];
}

/** Adds the places where the same ends are written again. */
function withRepeats(guess: RangeGuess, instants: readonly InstantSpot[]): RangeGuess {
	const known = [...guess.sinceAt, ...guess.untilAt];
	const others = instants.filter(({place}) => !known.some(other => samePlace(other, place)));
	const again = (ms: number | undefined, side: InstantSpot['side']) =>
		others.filter(
				other =>
					other.as === guess.as && other.isText === guess.isText && other.ms === ms &&
					guess.since !== guess.until &&
					(other.side ?? side) === side,
			)
			.map(({place}) => place);
	const isSame = (other: InstantSpot) =>
		other.as !== guess.as && [guess.since, guess.until].some(ms => ms !== undefined && Math.abs(other.ms - ms) < 1000);
	return {
		...guess,
		sinceAt: [...guess.sinceAt, ...again(guess.since, 'since')],
		untilAt: [...guess.untilAt, ...again(guess.until, 'until')],
		otherForms: others.filter(other => isSame(other)).map(({place}) => place),
	};
}

function matches(places: readonly Place[], given: Place | undefined): boolean {
	return given === undefined || places.some(place => samePlace(place, given));
}

function best(guesses: readonly RangeGuess[]): RangeGuess | undefined {
	return guesses.toSorted((a, b) => b.score - a.score)[0];
}

/** Whether a request holds an instant at all: cheap enough to ask of every request. */
export function mayHoldInstant(texts: readonly (string | undefined)[]): boolean {
	return texts.some(text => text !== undefined && /\d{10}|\d{4}[-/.%]\w?\w?\d{2}|\d{8}/.test(text));
}

