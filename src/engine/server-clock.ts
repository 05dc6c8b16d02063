import {DAY, formatDuration, SECOND} from '../base/duration.ts';
import {ExportError} from '../base/errors.ts';
import {formatUtc} from '../base/timezone.ts';
import {stepMs} from '../sources/range.ts';
import type {SourceDefinition} from '../sources/types.ts';

/** When a reading's first answer was served: what it brings is complete up to there, and no further. */
export interface FirstAnswer {
	/** Unix milliseconds by the server's clock, cut to the second; undefined before there is one, and where the server does not say. */
	at: number | undefined;
	/** How far that was ahead of the clock on this side, in milliseconds. */
	aheadMs: number;
}

/** A reading that no answer has come to yet. */
export function noAnswer(): FirstAnswer {
	return {at: undefined, aheadMs: 0};
}

/** Clocks that are further apart, in milliseconds, do not tell the time of the same world: one has to be set. */
const farthestApartMs = DAY;

/** Clocks that are less apart, in milliseconds, do no harm, and a `Date` in whole seconds over a slow network tells no better. */
const noticeableMs = 5 * SECOND;

/**
 * What the server's clock said. A clock on this side may be wrong by hours; rows up to the moment of an answer can only be
 * in it when that moment has passed over there.
 */
export class ServerClock {
	/** The latest that it said, in Unix milliseconds. */
	latest: number | undefined;
	/** How far it is ahead of this side at least, in milliseconds, by the answer that came quickest; undefined where it does not say. */
	aheadMs: number | undefined;
	/** When the run began by the clock on this side, Unix milliseconds: all there is to go by where the server does not say. */
	readonly beganAt: number;
	readonly #now: () => number;

	/** @param now wall-clock time on this side in Unix milliseconds */
	constructor(now: () => number) {
		this.#now = now;
		this.beganAt = now();
	}

	/** What is to be said once, when a state or an archive begins, of clocks that are 5 s or more apart. */
	get skew(): string | undefined {
		const aheadMs = this.aheadMs ?? 0;
		// A `Date` is cut to the second: it may be as much later.
		if (aheadMs > -noticeableMs && aheadMs <= noticeableMs - SECOND) return undefined;
		const apart = formatDuration(Math.round(Math.abs(aheadMs) / SECOND) * SECOND);
		return `the clock here is ${apart} ${aheadMs < 0 ? 'ahead of' : 'behind'} the server's, which decides how far is read: synchronise it (NTP)`;
	}

	/** An answer to this reading came that was served at this time. */
	answered(first: FirstAnswer, at: number): void {
		const aheadMs = at - this.#now();
		this.aheadMs = Math.max(this.aheadMs ?? -Infinity, aheadMs);
		this.latest = Math.max(this.latest ?? at, at);
		if (first.at === undefined) Object.assign(first, {at, aheadMs});
	}
}

/** Up to where all rows must be there that a server gives out at a time of its clock: whole units, since rows are cut by them. */
export function settledBy(at: number, {range}: Pick<SourceDefinition, 'range'>, lagMs = 0): number {
	const unitMs = stepMs(range);
	return Math.floor((at - lagMs) / unitMs) * unitMs;
}

/** @throws ExportError when the server's clock and the one on this side cannot both be right */
export function requireSameTime({at, aheadMs}: FirstAnswer): void {
	if (at === undefined || Math.abs(aheadMs) <= farthestApartMs) return;
	throw new ExportError(`the server's clock stood at ${formatUtc(at)} when this one stood at ${formatUtc(at - aheadMs)}`, {
		hint: 'set the clock that is wrong, or see what stands between this machine and the server',
	});
}
