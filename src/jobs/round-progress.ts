import {SECOND} from '../query/duration.ts';
import type {RoundProgress} from './run-round.ts';

/** The progress line of a round: how many jobs are done, and what those that run have written or wait for. */
export function roundProgressText({total, done, running}: RoundProgress, {monotonic, now}: {monotonic: () => number; now: () => number}): string {
	const number = new Intl.NumberFormat('en');
	const parts = [...running].map(([name, {counters, budget}]) => {
		const waitMs = (budget.waitingUntil ?? -Infinity) - monotonic();
		const waiting = Number.isFinite(waitMs) && waitMs >= SECOND ? `, waiting until ${new Date(now() + waitMs).toTimeString().slice(0, 8)}` : '';
		return `${name}: ${number.format(counters.records)} records, ${number.format(counters.requests)} requests${waiting}`;
	});
	return [`${done}/${total} jobs`, ...parts].join(' · ');
}
