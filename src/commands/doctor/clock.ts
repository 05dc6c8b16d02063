import type {Fetch} from '../../base/context.ts';
import {exitCodes} from '../../base/errors.ts';
import {formatDuration, SECOND} from '../../base/duration.ts';
import type {Verdict} from './finding.ts';

/** Less than this is within what a `Date` header in whole seconds and a slow network can tell, and does no harm; exports say the same once. */
const warnFromMs = 5 * SECOND;
/**
 * More than this fails. Scheduled exports end at "now" less a margin for late rows, commonly two minutes: half of that is gone
 * where the clock is ahead by this much, and rows that come later than the rest are not in any of them.
 */
const failAboveMs = 60 * SECOND;

/** Compares this machine's clock with the servers that answer. */
export interface ClockWatch {
	/** The fetch given, with every answer's `Date` noted. */
	readonly fetch: Fetch;
	/** How far this machine's clock is certainly ahead of the latest answer's, in milliseconds, negative when behind; undefined without a `Date`. */
	readonly skewMs: () => number | undefined;
}

/** @param now Unix milliseconds */
export function watchClock(fetch: Fetch, now: () => number): ClockWatch {
	let skewMs: number | undefined;
	return {
		fetch: async (...request) => {
			const sentAt = now();
			const answer = await fetch(...request);
			skewMs = certainSkewMs({sentAt, answeredAt: now(), date: answer.headers.get('date')}) ?? skewMs;
			return answer;
		},
		skewMs: () => skewMs,
	};
}

/** The server wrote its whole second at some moment between the two times: only what lies outside of both is skew. */
function certainSkewMs({sentAt, answeredAt, date}: {sentAt: number; answeredAt: number; date: string | null}): number | undefined {
	const second = date === null ? Number.NaN : Date.parse(date);
	if (Number.isNaN(second)) return undefined;
	const ahead = sentAt - (second + SECOND);
	const behind = second - answeredAt;
	return Math.max(ahead, 0) - Math.max(behind, 0);
}

/** What a skew means for exports. */
export function judgeClock(skewMs: number | undefined): Verdict {
	if (skewMs === undefined) return {status: 'skipped', detail: 'the server does not tell its time'};
	const amount = Math.abs(skewMs);
	// Ahead by so much for certain, it may be ahead by the second more that `Date` was cut by.
	if (amount < (skewMs > 0 ? warnFromMs - SECOND : warnFromMs))
		return {status: 'ok', detail: `within ${formatDuration(warnFromMs)} of the server's`};
	return {
		status: amount > failAboveMs ? 'failed' : 'warning',
		detail: `this machine's clock is ${formatDuration(Math.round(amount / SECOND) * SECOND)} ${skewMs > 0 ? 'ahead of' : 'behind'} the server's`,
		remedy: `synchronise the clock (NTP): the end of an export goes by it, that of --state and of archives by the earlier of the two, so ${skewMs > 0 ? 'the age of a row is mistaken' : 'the newest rows come late'}`,
		exitCode: exitCodes.usage,
	};
}
