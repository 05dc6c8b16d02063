import fc from 'fast-check';
import {expect, it} from 'vitest';
import {Budget, type BudgetLimit} from '../../src/http/budget.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

const signal = new AbortController().signal;

/** A server that counts arrivals in a sliding window, and a client that keeps `inFlight` requests going. */
async function simulate({limit, requests, inFlight, outMs, backMs}: {
	limit: BudgetLimit; requests: number; inFlight: number; outMs: () => number; backMs: () => number;
}) {
	const clock = new VirtualClock(0);
	const budget = new Budget(limit, {monotonic: clock.now, sleep: clock.sleep});
	const arrivals: number[] = [];
	let refused = 0;
	let started = 0;
	const worker = async () => {
		while (started < requests) {
			started++;
			const place = await budget.take(signal);
			place.sent();
			await clock.sleep(outMs());
			const recent = arrivals.filter(at => at > clock.now() - limit.perMs);
			const accepted = recent.length < limit.requests;
			if (accepted) arrivals.push(clock.now());
			else refused++;
			await clock.sleep(backMs());
			place.answered();
			if (!accepted) place.refused(0);
		}
	};
	await clock.run(Promise.all(Array.from({length: inFlight}, worker)));
	return {arrivals, refused, elapsedMs: clock.now(), budget};
}

const perMinute: BudgetLimit = {requests: 100, perMs: 60_000};
const perSecond: BudgetLimit = {requests: 10, perMs: 1000};

it('sends the first requests as fast as the API answers', async () => {
	const {elapsedMs, refused} = await simulate({limit: perMinute, requests: 100, inFlight: 1, outMs: () => 10, backMs: () => 10});
	expect(refused).toBe(0);
	expect(elapsedMs).toBe(100 * 20);
});

it.each([
	{limit: perMinute, latency: 50, inFlight: 4},
	{limit: perMinute, latency: 2000, inFlight: 4},
	{limit: perSecond, latency: 300, inFlight: 10},
	{limit: perSecond, latency: 1000, inFlight: 16},
])('uses at least 95 % of $limit.requests in $limit.perMs ms at a constant $latency ms without one refusal', async ({limit, latency, inFlight}) => {
	const requests = limit.requests * 60;
	const {refused, elapsedMs} = await simulate({limit, requests, inFlight, outMs: () => latency / 2, backMs: () => latency / 2});
	expect(refused).toBe(0);
	expect((requests * limit.perMs) / limit.requests / elapsedMs).toBeGreaterThan(0.95);
});

it('is never refused whatever the jitter on the way out and back, once it has seen the shortest trip', async () => {
	await fc.assert(fc.asyncProperty(
		fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 8}), fc.array(fc.tuple(fc.integer({min: 0, max: 400}), fc.integer({min: 0, max: 400})), {minLength: 1, maxLength: 50}),
		async (allowed, inFlight, delays) => {
			let out = 0;
			let back = 0;
			const {refused} = await simulate({
				limit: {requests: allowed, perMs: 1000}, requests: 60, inFlight,
				// The very first trip is the shortest one.
				outMs: () => out++ === 0 ? 5 : 5 + (delays[out % delays.length]?.[0] ?? 0),
				backMs: () => back++ === 0 ? 5 : 5 + (delays[back % delays.length]?.[1] ?? 0),
			});
			expect(refused).toBe(0);
		},
	), {numRuns: 40});
});

it('keeps most of the budget in use with 20 % jitter', async () => {
	let seed = 1;
	const jitter = () => {
		seed = (seed * 16_807) % 2_147_483_647;
		return 150 * (0.8 + 0.4 * (seed / 2_147_483_647));
	};
	const {refused, elapsedMs} = await simulate({limit: perSecond, requests: 400, inFlight: 10, outMs: jitter, backMs: jitter});
	expect(refused).toBeLessThanOrEqual(1);
	expect(39_000 / elapsedMs).toBeGreaterThan(0.8);
});

it('holds every request back while the server asks to wait, and is more careful afterwards', async () => {
	const clock = new VirtualClock(0);
	const budget = new Budget({requests: 5, perMs: 1000}, {monotonic: clock.now, sleep: clock.sleep});
	const place = await budget.take(signal);
	place.answered();
	place.refused(7000);
	await clock.run(budget.take(signal));
	expect(clock.now()).toBe(7000);
	expect(budget.waitedMs).toBe(7000);
});

it('counts a request without an answer from the moment it was given up', async () => {
	const clock = new VirtualClock(0);
	const budget = new Budget({requests: 1, perMs: 1000}, {monotonic: clock.now, sleep: clock.sleep});
	const place = await budget.take(signal);
	await clock.run(clock.sleep(30_000));
	place.lost();
	await clock.run(budget.take(signal));
	expect(clock.now()).toBeGreaterThanOrEqual(31_000);
});

it('lets an interruption end the waiting', async () => {
	const clock = new VirtualClock(0);
	const budget = new Budget({requests: 1, perMs: 60_000}, {monotonic: clock.now, sleep: clock.sleep});
	await budget.take(signal);
	const controller = new AbortController();
	const waiting = budget.take(controller.signal);
	const reason = new Error('interrupted');
	setImmediate(() => {
		controller.abort(reason);
	});
	await expect(waiting).rejects.toBe(reason);
});
