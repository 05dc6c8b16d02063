import {expect, it} from 'vitest';
import {ahead, roomFor, type Room} from '../../src/engine/lanes.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

/** Runs tasks that take as many milliseconds as their item says; a negative one fails at the end. */
function open(items: Iterable<number> | AsyncIterable<number>, room: Room = roomFor(3)) {
	const clock = new VirtualClock(0);
	const ran = {started: [] as number[], underWay: 0, most: 0};
	const results = ahead(items, room, async item => {
		ran.started.push(item);
		ran.most = Math.max(ran.most, ++ran.underWay);
		await clock.sleep(Math.abs(item));
		ran.underWay--;
		if (item < 0) throw new Error(`task ${item}`);
		return item;
	});
	return {clock, ran, results};
}

/** What comes out, and what it ends with. */
async function collect(results: AsyncIterable<number>): Promise<Array<number | string>> {
	const seen: Array<number | string> = [];
	try {
		for await (const result of results) seen.push(result);
	} catch (error) {
		seen.push(error instanceof Error ? error.message : String(error));
	}
	return seen;
}

async function* failing(...items: number[]): AsyncGenerator<number> {
	yield* items;
	throw new Error('no more items');
}

it('yields results in the order of the items, whichever is there first', async () => {
	const {clock, ran, results} = open([50, 1, 30, 2, 10]);
	expect(await clock.run(collect(results))).toEqual([50, 1, 30, 2, 10]);
	expect(ran.most).toBe(3);
});

it('starts no more than there is room for until a result was taken and the next is asked for', async () => {
	const {clock, ran, results} = open([1, 2, 3, 4, 5], roomFor(2));
	expect((await clock.run(results.next())).value).toBe(1);
	await clock.run(clock.sleep(100));
	expect(ran.started).toEqual([1, 2]);
	expect((await clock.run(results.next())).value).toBe(2);
	await clock.run(clock.sleep(100));
	expect(ran.started).toEqual([1, 2, 3]);
	await results.return(undefined);
});

it('lets the failure of a task surface in its turn, when all that had begun have ended', async () => {
	const {clock, ran, results} = open([5, -1, 50, 60, 70]);
	expect(await clock.run(collect(results))).toEqual([5, 'task -1']);
	expect(ran.underWay).toBe(0);
	expect(ran.started).toEqual([5, -1, 50]);
});

it('lets a failure of the items surface after the results of those before it', async () => {
	const {clock, results} = open(failing(20, 10));
	expect(await clock.run(collect(results))).toEqual([20, 10, 'no more items']);
});

it('ends when the items do, at once where there are none', async () => {
	expect(await collect(open([]).results)).toEqual([]);
	expect(await collect(open(failing()).results)).toEqual(['no more items']);
});

it('starts nothing more once the consumer has left, and has ended what was under way', async () => {
	const {clock, ran, results} = open([1, 20, 30, 40, 50]);
	const leave = async () => {
		for await (const result of results) {
			expect(result).toBe(1);
			break;
		}
		return ran.underWay;
	};
	expect(await clock.run(leave())).toBe(0);
	expect(ran.started).toEqual([1, 20, 30]);
});

it('starts nothing for an item that comes when the consumer has left', async () => {
	const clock = new VirtualClock(0);
	const items = async function* () {
		yield 1;
		await clock.sleep(100);
		yield 2;
	};
	const started: number[] = [];
	const leave = async () => {
		for await (const result of ahead(items(), roomFor(3), async item => {
			started.push(item);
			return item;
		})) {
			expect(result).toBe(1);
			break;
		}
	};
	await clock.run(leave());
	expect(started).toEqual([1]);
});

/** Counts what is taken of endless room, up to where it is closed. */
function counted(limit = Infinity) {
	const counts = {taken: 0, given: 0, closed: 0};
	const room: Room = {
		take: async () => counts.taken < limit && counts.closed === 0 && counts.taken++ >= 0,
		give: () => void counts.given++,
		close: () => void counts.closed++,
	};
	return {counts, room};
}

it('gives back all the room that it took, and closes it', async () => {
	const {counts, room} = counted();
	const {clock, results} = open([3, 1, 2], room);
	await clock.run(collect(results));
	expect(counts).toEqual({taken: 4, given: 4, closed: 1});
});

it('takes no item without room for it', async () => {
	const asked: number[] = [];
	const items = function* () {
		for (let item = 0; ; item++) {
			asked.push(item);
			yield item;
		}
	};
	expect(await collect(open(items(), counted(0).room).results)).toEqual([]);
	expect(asked).toEqual([]);
	const {clock, results} = open(items(), counted(2).room);
	expect(await clock.run(collect(results))).toEqual([0, 1]);
	expect(asked).toEqual([0, 1]);
});
