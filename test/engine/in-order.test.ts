import {randomBytes} from 'node:crypto';
import fc from 'fast-check';
import {expect, it, onTestFinished} from 'vitest';
import {inOrder, type ReadWindow, type WindowEvent} from '../../src/engine/in-order.ts';
import {newReport} from '../../src/engine/problems.ts';
import type {Window} from '../../src/engine/windows.ts';
import type {AuditRecord} from '../../src/base/record.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

/** One page of a window: how long it takes, and how many records it brings. */
interface Page {
	readonly delayMs: number;
	readonly records: number;
}

const pages: fc.Arbitrary<Page[]> = fc.array(fc.record({delayMs: fc.integer({min: 0, max: 50}), records: fc.integer({min: 0, max: 3})}), {maxLength: 5});
const plans = fc.array(pages, {minLength: 1, maxLength: 10});
const concurrency = fc.integer({min: 1, max: 6});

const windowAt = (index: number): Window => ({from: index, to: index + 1});
const record = (text: string): AuditRecord => ({text, id: text, time: 0});

/** A reader of planned windows, which counts those under way and hears `stop`, as the client's requests do. */
function plannedReader(clock: VirtualClock, plan: ReadonlyArray<readonly Page[]>, {stop, fail = {}}: {stop: AbortController; fail?: Readonly<Record<number, Error>>}) {
	const reader = {started: 0, active: 0, pagesRead: 0, read: undefined as unknown as ReadWindow};
	reader.read = async function* ({from}, report) {
		reader.started++;
		reader.active++;
		try {
			for (const [page, {delayMs, records}] of (plan[from] ?? []).entries()) {
				await clock.sleep(delayMs, stop.signal);
				reader.pagesRead++;
				yield Array.from({length: records}, (_, index) => record(`${from}/${page}/${index}`));
			}
			if (fail[from] !== undefined) throw fail[from];
			report.duplicates = from;
		} finally {
			reader.active--;
		}
	};
	return reader;
}

function windowsOf(plan: readonly unknown[]): Window[] {
	return plan.map((_, index) => windowAt(index));
}

/** What the consumer of a plan must see before `end`, in order. */
function expected(plan: ReadonlyArray<readonly Page[]>, end = plan.length): string[] {
	return plan.slice(0, end).flatMap((window, from) => [...textsOf(window, from), `done ${from}`]);
}

function textsOf(window: readonly Page[], from: number): string[] {
	return window.flatMap(({records}, page) => Array.from({length: records}, (_, index) => `${from}/${page}/${index}`));
}

function told(event: WindowEvent): string[] {
	return event.kind === 'records' ? event.records.map(({text}) => text) : [`done ${event.window.from}`];
}

/** Rejections that nobody listened to while the test ran. */
function watchRejections(): unknown[] {
	const rejections: unknown[] = [];
	const listener = (error: unknown) => {
		rejections.push(error);
	};
	process.on('unhandledRejection', listener);
	onTestFinished(() => {
		process.off('unhandledRejection', listener);
	});
	return rejections;
}

it('delivers the windows in their order and each with its own report, whatever the timing and the concurrency', async () => {
	await fc.assert(fc.asyncProperty(plans, concurrency, fc.array(fc.integer({min: 0, max: 30}), {minLength: 1, maxLength: 4}), async (plan, limit, pauses) => {
		const clock = new VirtualClock();
		const stop = new AbortController();
		const reader = plannedReader(clock, plan, {stop});
		let most = 0;
		const consume = async () => {
			const seen: string[] = [];
			for await (const event of inOrder({windows: windowsOf(plan)}, reader.read, {concurrency: limit, stop, sleep: clock.sleep})) {
				most = Math.max(most, reader.active);
				seen.push(...told(event));
				if (event.kind === 'done') expect(event.report).toEqual({...newReport(), duplicates: event.window.from});
				await clock.sleep(pauses[seen.length % pauses.length] ?? 0);
			}
			return seen;
		};
		expect(await clock.run(consume())).toEqual(expected(plan));
		expect(most).toBeLessThanOrEqual(limit);
		expect(reader.active).toBe(0);
	}), {numRuns: 40});
});

it('lets a failure surface when its turn comes, after everything before it, and stops every reading', async () => {
	const rejections = watchRejections();
	await fc.assert(fc.asyncProperty(plans, concurrency, fc.array(fc.nat(), {minLength: 1, maxLength: 3}), async (plan, limit, choices) => {
		const clock = new VirtualClock();
		const stop = new AbortController();
		const failing = choices.map(choice => choice % plan.length);
		const first = Math.min(...failing);
		const fail = Object.fromEntries(failing.map(index => [index, new Error(`window ${index}`)]));
		const reader = plannedReader(clock, plan, {stop, fail});
		const seen: string[] = [];
		const consume = async () => {
			for await (const event of inOrder({windows: windowsOf(plan)}, reader.read, {concurrency: limit, stop, sleep: clock.sleep})) seen.push(...told(event));
		};
		await expect(clock.run(consume())).rejects.toBe(fail[first]);
		expect(seen).toEqual([...expected(plan, first), ...textsOf(plan[first] ?? [], first)]);
		expect(stop.signal.aborted).toBe(true);
		expect(reader.active).toBe(0);
	}), {numRuns: 40});
	expect(rejections).toEqual([]);
});

it('stops every reading before it returns when the consumer leaves early, and starts no other', async () => {
	const rejections = watchRejections();
	await fc.assert(fc.asyncProperty(plans, concurrency, fc.nat({max: 12}), async (plan, limit, leaveAfter) => {
		const clock = new VirtualClock();
		const stop = new AbortController();
		const reader = plannedReader(clock, plan, {stop});
		const consume = async () => {
			let events = 0;
			for await (const event of inOrder({windows: windowsOf(plan)}, reader.read, {concurrency: limit, stop, sleep: clock.sleep})) {
				void event;
				if (events++ >= leaveAfter) break;
			}
			return {active: reader.active, started: reader.started, pagesRead: reader.pagesRead};
		};
		const left = await clock.run(consume());
		expect(left.active).toBe(0);
		expect(stop.signal.reason).toMatchObject({name: 'ExportError', message: 'the export has ended'});
		await clock.run(clock.sleep(1000));
		expect({active: reader.active, started: reader.started, pagesRead: reader.pagesRead}).toEqual(left);
	}), {numRuns: 40});
	expect(rejections).toEqual([]);
});

it('stops readings that wait for their turn to buffer', async () => {
	const clock = new VirtualClock();
	const stop = new AbortController();
	const large = 'x'.repeat(1024 * 1024);
	let active = 0;
	const read: ReadWindow = async function* ({from}) {
		active++;
		try {
			if (from === 0) await clock.sleep(1_000_000, stop.signal);
			for (let page = 0; page < 1000; page++) yield [record(large)];
		} finally {
			active--;
		}
	};
	const events = inOrder({windows: windowsOf([1, 2, 3])}, read, {concurrency: 3, stop, sleep: clock.sleep});
	const waiting = events.next();
	setImmediate(() => {
		stop.abort(new Error('interrupted'));
	});
	await expect(clock.run(waiting)).rejects.toThrow('interrupted');
	expect(active).toBe(0);
});

/** More than may wait, of all windows that are read ahead together. */
const pagesEach = 12;

/** Reads windows of large pages, the first window as slowly as told; returns the most pages that were read and not written. */
async function readLargePages({firstMs, everyMs}: {firstMs: number; everyMs: number}): Promise<{written: number; most: number}> {
	const clock = new VirtualClock();
	const stop = new AbortController();
	// One string stands for all: 1 MiB that cannot be packed by much.
	const text = randomBytes(768 * 1024).toString('base64');
	let read = 0;
	const reader: ReadWindow = async function* ({from}) {
		if (from === 0) await clock.sleep(firstMs, stop.signal);
		for (let page = 0; page < pagesEach; page++) {
			await clock.sleep(everyMs, stop.signal);
			read++;
			yield [{text, id: String(page), time: 0}];
		}
	};
	let written = 0;
	let most = 0;
	const consume = async () => {
		for await (const event of inOrder({windows: windowsOf([1, 2, 3, 4, 5])}, reader, {concurrency: 4, stop, sleep: clock.sleep})) {
			if (event.kind === 'done') continue;
			most = Math.max(most, read - written);
			written += event.records.length;
		}
	};
	await clock.run(consume());
	return {written, most};
}

it('holds windows back that have buffered much text while the one before them is slow, and loses none of it', async () => {
	const {written, most} = await readLargePages({firstMs: 60_000, everyMs: 1});
	expect(written).toBe(5 * pagesEach);
	// 16 MiB, and at most one page more of each window, two at the head.
	expect(most).toBeLessThanOrEqual(16 / 0.75 + 6);
	expect(most).toBeGreaterThan(16);
});

it('holds them back much earlier where the one before them is fast', async () => {
	const {written, most} = await readLargePages({firstMs: 0, everyMs: 1});
	expect(written).toBe(5 * pagesEach);
	expect(most).toBeLessThanOrEqual(4 + 6);
});

it('reads no further ahead of a slow consumer than a few pages', async () => {
	const clock = new VirtualClock();
	const stop = new AbortController();
	const plan: Page[][] = [Array.from({length: 200}, () => ({delayMs: 0, records: 1}))];
	const reader = plannedReader(clock, plan, {stop});
	const consume = async () => {
		let written = 0;
		let most = 0;
		for await (const event of inOrder({windows: windowsOf(plan)}, reader.read, {concurrency: 4, stop, sleep: clock.sleep})) {
			if (event.kind === 'records') written++;
			await clock.sleep(10);
			most = Math.max(most, reader.pagesRead - written);
		}
		return most;
	};
	expect(await clock.run(consume())).toBeLessThanOrEqual(3);
});

it('reads what needs not be told that it ends', async () => {
	const left = [[record('a')], [record('b')]];
	const read: ReadWindow = () => ({[Symbol.asyncIterator]: () => ({
		async next() {
			const value = left.shift();
			return value === undefined ? {done: true, value} : {done: false, value};
		},
	})});
	const seen: string[] = [];
	for await (const event of inOrder({windows: windowsOf([1])}, read, {concurrency: 2, stop: new AbortController(), sleep: new VirtualClock().sleep})) seen.push(...told(event));
	expect(seen).toEqual(['a', 'b', 'done 0']);
});

it('reads nothing when there is no window', async () => {
	const stop = new AbortController();
	const events: WindowEvent[] = [];
	for await (const event of inOrder({windows: []}, () => {
		throw new Error('nothing to read');
	}, {concurrency: 3, stop, sleep: new VirtualClock().sleep})) events.push(event);
	expect(events).toEqual([]);
});
