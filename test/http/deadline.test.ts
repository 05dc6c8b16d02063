import {getEventListeners} from 'node:events';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {InterruptedError} from '../../src/base/errors.ts';
import {openDeadline} from '../../src/http/deadline.ts';
import {DAY} from '../../src/base/duration.ts';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

it('aborts when the limit passes, and not before', () => {
	const deadline = openDeadline(new AbortController().signal, 1000);
	vi.advanceTimersByTime(999);
	expect(deadline).toMatchObject({passed: false, signal: {aborted: false}});
	vi.advanceTimersByTime(1);
	expect(deadline).toMatchObject({passed: true, signal: {aborted: true}});
});

it('aborts with the reason of the outer signal', () => {
	const outer = new AbortController();
	const deadline = openDeadline(outer.signal, 1000);
	const reason = new InterruptedError('SIGINT');
	outer.abort(reason);
	expect(deadline.signal.reason).toBe(reason);
	expect(deadline.passed).toBe(false);
});

it('is aborted from the start when the outer signal is', () => {
	const reason = new InterruptedError('SIGTERM');
	expect(openDeadline(AbortSignal.abort(reason), 1000).signal.reason).toBe(reason);
});

it('leaves neither timer nor listener behind when it is closed', () => {
	const outer = new AbortController();
	for (let request = 0; request < 100; request++) openDeadline(outer.signal, 1000).close();
	expect(vi.getTimerCount()).toBe(0);
	expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
});

it('does not pass at once when it is longer than a timer can hold', () => {
	const set = vi.spyOn(globalThis, 'setTimeout');
	const deadline = openDeadline(new AbortController().signal, 30 * DAY);
	expect(set.mock.calls.map(([, ms]) => ms)).toEqual([2_147_483_647]);
	vi.advanceTimersByTime(20 * DAY);
	expect(deadline.signal.aborted).toBe(false);
	deadline.close();
});

it('gives everybody the same signal, also those who asked before it ended', () => {
	const deadline = openDeadline(new AbortController().signal, 1000);
	const {signal} = deadline;
	vi.advanceTimersByTime(1000);
	expect(deadline.signal).toBe(signal);
	expect(signal.reason).toEqual(new Error('time limit passed'));
});

it('keeps the first reason to end, and tells it once', () => {
	const outer = new AbortController();
	const deadline = openDeadline(outer.signal, 1000);
	const reasons: unknown[] = [];
	deadline.signal.addEventListener('abort', () => reasons.push(deadline.signal.reason));
	const first = new InterruptedError('SIGINT');
	outer.abort(first);
	vi.advanceTimersByTime(1000);
	expect(reasons).toEqual([first]);
	expect(deadline.signal.reason).toBe(first);
});
