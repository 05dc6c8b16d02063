import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {ApiError, InterruptedError} from '../../src/base/errors.ts';
import {AttemptFailure, withRetries, type RetryPolicy} from '../../src/http/retry.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

const error = new ApiError('refused', {hint: 'wait'});
const transient = (waitMs?: number) => new AttemptFailure(error, 'transient', waitMs);
const limited = (waitMs?: number) => new AttemptFailure(error, 'rate-limited', waitMs);

/** Runs attempts that fail with these errors one after the other and then succeed; tells how it went. */
async function attempts(failures: readonly unknown[], changes: Partial<RetryPolicy> = {}) {
	const clock = new VirtualClock(0);
	const waits: number[] = [];
	let count = 0;
	const attempt = async () => {
		const failure = failures[count++];
		if (failure !== undefined) throw failure;
		return 'answer';
	};
	const outcome: {value?: string; thrown?: unknown} = await clock.run(withRetries(attempt, {
		retries: 5, sleep: clock.sleep, random: () => 0.5, signal: new AbortController().signal,
		onRetry: (_, waitMs) => {
			waits.push(waitMs);
		},
		...changes,
	}).then(value => ({value}), (thrown: unknown) => ({thrown})));
	return {...outcome, count, waits, elapsedMs: clock.now()};
}

it('gives the first success and waits for nothing before it', async () => {
	expect(await attempts([])).toEqual({value: 'answer', count: 1, waits: [], elapsedMs: 0});
});

it('backs off with full jitter: anywhere between nothing and a doubling bound of at most 30 s', async () => {
	await fc.assert(fc.asyncProperty(fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}), fc.integer({min: 0, max: 12}), async (random, failures) => {
		const {value, waits, elapsedMs} = await attempts(Array.from({length: failures}, () => transient()), {retries: failures, random: () => random});
		expect(value).toBe('answer');
		expect(waits).toEqual(waits.map((_, index) => Math.ceil(random * Math.min(30_000, 500 * 2 ** index))));
		expect(elapsedMs).toBe(waits.reduce((sum, wait) => sum + wait, 0));
	}), {numRuns: 50});
});

it.each([0, 1, 5])('makes %i retries and then ends with the error of the last attempt', async retries => {
	const failures = Array.from({length: 9}, (_, index) => new AttemptFailure(new ApiError(`attempt ${index}`), 'transient'));
	const {thrown, count, waits} = await attempts(failures, {retries});
	expect(thrown).toBe(failures[retries]?.final);
	expect(count).toBe(retries + 1);
	expect(waits).toHaveLength(retries);
});

it.each([
	['an error that no retry helps', error],
	['an error of the program', new RangeError('a bug')],
	['a TypeError, although a failed fetch is one, too', new TypeError('a bug')],
])('ends at once with %s', async (_, failure) => {
	expect(await attempts([failure])).toMatchObject({thrown: failure, count: 1, waits: []});
});

describe('a wait that the server asks for', () => {
	it('is kept in full, with a little jitter on top so that clients do not come back together', async () => {
		await fc.assert(fc.asyncProperty(fc.integer({min: 0, max: 3_600_000}), fc.constantFrom(transient, limited), fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}), async (waitMs, failure, random) => {
			const {value, waits: [wait = -1]} = await attempts([failure(waitMs)], {random: () => random});
			expect(value).toBe('answer');
			expect(wait).toBeGreaterThanOrEqual(waitMs);
			expect(wait).toBeLessThanOrEqual(waitMs + 50);
		}), {numRuns: 50});
	});

	it('of an hour is kept', async () => {
		expect(await attempts([limited(3_600_000)], {random: () => 0})).toMatchObject({value: 'answer', waits: [3_600_000]});
	});

	it.each([transient, limited])('of more than an hour ends the request and says how long it is', async failure => {
		const {thrown, count} = await attempts([failure(3_600_001)]);
		expect(thrown).toBeInstanceOf(ApiError);
		expect(thrown).toMatchObject({message: 'refused; it asks to wait 61 minutes', hint: 'run the same command again then'});
		expect(count).toBe(1);
	});
});

describe('refusals for rate', () => {
	it('do not use up retries', async () => {
		const {value, count} = await attempts([limited(), limited(), transient(), limited(), transient(), limited()], {retries: 2});
		expect({value, count}).toEqual({value: 'answer', count: 7});
	});

	it('end the request after 20 in a row', async () => {
		expect(await attempts(Array.from({length: 20}, () => limited(1000)), {retries: 0})).toMatchObject({value: 'answer', count: 21});
		expect(await attempts(Array.from({length: 21}, () => limited(1000)), {retries: 0})).toMatchObject({thrown: error, count: 21});
	});

	it('start a new row after another kind of failure', async () => {
		const row = Array.from({length: 20}, () => limited());
		expect(await attempts([...row, transient(), ...row], {retries: 1})).toMatchObject({value: 'answer', count: 42});
	});
});

describe('an interruption', () => {
	it('ends a pause with its own reason', async () => {
		const clock = new VirtualClock(0);
		const controller = new AbortController();
		const reason = new InterruptedError('SIGINT');
		let count = 0;
		const running = withRetries(async () => {
			count++;
			throw limited(600_000);
		}, {retries: 5, sleep: clock.sleep, random: () => 0.5, signal: controller.signal, onRetry: () => {
			setImmediate(() => {
				controller.abort(reason);
			});
		}});
		await expect(running).rejects.toBe(reason);
		expect(count).toBe(1);
		expect(clock.now()).toBe(0);
	});

	it('before the first attempt makes none', async () => {
		const controller = new AbortController();
		const reason = new InterruptedError('SIGTERM');
		controller.abort(reason);
		expect(await attempts([], {signal: controller.signal})).toMatchObject({thrown: reason, count: 0});
	});
});

it('keeps what it would end with as the cause of a failed attempt, for whoever debugs', () => {
	expect(transient(7)).toMatchObject({name: 'AttemptFailure', message: 'refused', cause: error, final: error, kind: 'transient', waitMs: 7});
});
