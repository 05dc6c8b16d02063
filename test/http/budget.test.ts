import {getEventListeners} from 'node:events';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {BudgetLimit} from '../../src/base/transport.ts';
import {Budget} from '../../src/http/budget.ts';
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

/** A budget of one request a second, and the steps that its tests are made of. */
function oneASecond(perMs = 1000) {
	const clock = new VirtualClock(5000);
	const budget = new Budget({requests: 1, perMs}, {monotonic: clock.now, sleep: clock.sleep});
	const pass = async (ms: number) => clock.run(clock.sleep(ms));
	return {
		clock, budget, pass,
		/** When the next place is free, counted from now; it is taken and its request sent then. */
		next: async () => {
			const from = clock.now();
			const place = await clock.run(budget.take(signal));
			place.sent();
			return {place, afterMs: clock.now() - from};
		},
		/** A request that is sent once there is a place, and answered so much later. */
		trip: async (ms: number) => {
			const place = await clock.run(budget.take(signal));
			place.sent();
			place.written();
			await pass(ms);
			place.answered();
			return place;
		},
	};
}

describe('a place', () => {
	it.each([[1000, 1005], [10_000, 10_020], [60_000, 60_050]])('of one in %i ms is free again after that and a small margin', async (perMs, afterMs) => {
		const {trip, next} = oneASecond(perMs);
		await trip(0);
		expect(await next()).toMatchObject({afterMs});
	});

	it('counts from the sending, once it is known how short a trip can be', async () => {
		const {trip, next} = oneASecond();
		await trip(100);
		expect(await next()).toMatchObject({afterMs: 905});
	});

	it('counts from the sending and not from when it was taken, where something else took its time between', async () => {
		const {trip, budget, clock, pass, next} = oneASecond();
		await trip(100);
		const place = await clock.run(budget.take(signal));
		await pass(400);
		place.sent();
		await pass(100);
		place.answered();
		expect(await next()).toMatchObject({afterMs: 905});
	});

	it('counts from when the request was on its way, where its connection took its time', async () => {
		const {trip, next, pass} = oneASecond();
		await trip(100);
		const {place} = await next();
		await pass(300);
		place.written();
		await pass(100);
		place.answered();
		expect(await next()).toMatchObject({afterMs: 905});
	});

	it('counts from the answer as long as all trips may have waited for a connection', async () => {
		const {next, pass} = oneASecond();
		const {place} = await next();
		await pass(300);
		place.answered();
		expect(await next()).toMatchObject({afterMs: 1005});
	});

	it('counts from the sending as soon as a request went out after an answer', async () => {
		const {next, pass} = oneASecond();
		for (let count = 0; count < 2; count++) {
			const {place} = await next();
			await pass(300);
			place.answered();
		}
		expect(await next()).toMatchObject({afterMs: 705});
	});

	it('is free later by what its trip took longer than the shortest', async () => {
		const {trip, next} = oneASecond();
		for (let count = 0; count < 100; count++) await trip(100);
		await trip(400);
		// 300 ms longer, and 6 more that so few trips leave open.
		expect(await next()).toMatchObject({afterMs: 1000 - 400 + 300 + 6 + 5});
	});

	it('of a request that got no answer counts from the giving up, however short trips are', async () => {
		const {trip, next, pass} = oneASecond();
		await trip(100);
		const {place} = await next();
		await pass(500);
		place.lost();
		expect(await next()).toMatchObject({afterMs: 1005});
	});

	it('of a request under way is free after its answer only, as long as trips are shorter than the period', async () => {
		const {trip, next, clock, pass, budget} = oneASecond();
		await trip(100);
		const {place} = await next();
		const sentAt = clock.now();
		let free = false;
		const waiting = (async () => {
			await budget.take(signal);
			free = true;
		})();
		await pass(5000);
		expect(free).toBe(false);
		place.answered();
		await clock.run(waiting);
		// What it took longer than the shortest trip, which may have been 0 after so wide a spread.
		expect(clock.now() - sentAt).toBe(1000 + 5000 + 5);
	});

	it('of a request under way is free after its period and the spread of trips, where none is shorter than the period', async () => {
		const {trip, next} = oneASecond();
		await trip(1500);
		await trip(1700);
		await next();
		expect(await next()).toMatchObject({afterMs: 1000 + 200 + 5});
		const even = oneASecond();
		await even.trip(1000);
		await even.next();
		expect(await even.next()).toMatchObject({afterMs: 1005});
	});

	it('that was taken counts although nothing was sent yet', async () => {
		const {trip, budget, clock, next} = oneASecond();
		await trip(2000);
		await clock.run(budget.take(signal));
		expect(await next()).toMatchObject({afterMs: 1005});
	});
});

it('tells how many places are in use, and for how long requests waited for one', async () => {
	const clock = new VirtualClock(5000);
	const budget = new Budget({requests: 3, perMs: 1000}, {monotonic: clock.now, sleep: clock.sleep});
	expect(budget.used).toBe(0);
	const first = await budget.take(signal);
	first.sent();
	const second = await budget.take(signal);
	second.sent();
	expect(budget.used).toBe(2);
	first.answered();
	await clock.run(clock.sleep(1004));
	expect(budget.used).toBe(2);
	await clock.run(clock.sleep(1));
	expect(budget.used).toBe(1);
	expect(budget.waitedMs).toBe(0);
	second.answered();
	for (let count = 0; count < 2; count++) (await budget.take(signal)).answered();
	const waiting = budget.take(signal);
	await Promise.resolve();
	await clock.run(clock.sleep(0));
	expect(budget.waitingUntil).toBe(7010);
	await clock.run(waiting);
	expect(budget).toMatchObject({waitingUntil: undefined, waitedMs: 1005});
});

describe('a refusal', () => {
	/** The time between requests that are answered at once, less the period: the margin. */
	const marginOf = async ({next}: ReturnType<typeof oneASecond>) => {
		const {place, afterMs} = await next();
		place.answered();
		return {place, marginMs: afterMs - 1000};
	};

	it('widens the margin, twice as far each time, up to the period', async () => {
		const budget = oneASecond();
		let place = await budget.trip(0);
		const margins: number[] = [];
		for (let count = 0; count < 8; count++) {
			place.refused(0);
			const after = await marginOf(budget);
			margins.push(after.marginMs);
			({place} = after);
		}
		expect(margins).toEqual([20, 40, 80, 160, 320, 640, 1000, 1000]);
	});

	it('of requests that were under way together widens it once', async () => {
		const clock = new VirtualClock(5000);
		const budget = new Budget({requests: 3, perMs: 1000}, {monotonic: clock.now, sleep: clock.sleep});
		const places = [await budget.take(signal), await budget.take(signal), await budget.take(signal)];
		for (const place of places) place.sent();
		for (const place of places) {
			place.answered();
			place.refused(0);
		}
		await clock.run(budget.take(signal));
		expect(clock.now()).toBe(5000 + 1020);
	});

	it('is forgiven by half after every thousand answers without another', async () => {
		const budget = oneASecond();
		(await budget.trip(0)).refused(0);
		const margins: number[] = [];
		for (let count = 0; count < 2002; count++) margins.push((await marginOf(budget)).marginMs);
		expect(new Set(margins.slice(0, 1000))).toEqual(new Set([20]));
		// Waits are whole milliseconds: of 12.5 and 8.75.
		expect(new Set(margins.slice(1000, 2000))).toEqual(new Set([13]));
		expect(margins.slice(2000)).toEqual([9, 9]);
	});

	it('that asks to wait does not shorten a longer wait', async () => {
		const {trip, next} = oneASecond();
		const place = await trip(0);
		place.refused(7000);
		place.refused(2000);
		expect(await next()).toMatchObject({afterMs: 7000});
	});
});

it('lets no listener behind on the signal of the run', async () => {
	const controller = new AbortController();
	const clock = new VirtualClock(0);
	const budget = new Budget({requests: 1, perMs: 1000}, {monotonic: clock.now, sleep: clock.sleep});
	for (let count = 0; count < 5; count++) (await clock.run(budget.take(controller.signal))).answered();
	expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it('waits no longer at a time than a timer can hold', async () => {
	const waits: number[] = [];
	const stop = new AbortController();
	const budget = new Budget({requests: 1, perMs: 1000}, {monotonic: () => 0, sleep: async ms => {
		waits.push(ms);
		stop.abort(new Error('seen'));
	}});
	await budget.take(signal);
	await expect(budget.take(stop.signal)).rejects.toThrow('seen');
	expect(waits).toEqual([2_147_483_647]);
});

it('ends with the failure of its timer', async () => {
	const failure = new Error('no timers');
	const budget = new Budget({requests: 1, perMs: 1000}, {monotonic: () => 0, sleep: () => Promise.reject(failure)});
	await budget.take(signal);
	await expect(budget.take(signal)).rejects.toBe(failure);
});
