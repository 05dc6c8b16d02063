import {describe, expect, it} from 'vitest';
import {Lanes, roomFor, type Lane} from '../../src/engine/lanes.ts';

/** What a promise came to once everything that can run has run; `waiting` while it has not settled. */
async function now<T>(promise: Promise<T>): Promise<T | 'waiting'> {
	const soon = new Promise<'waiting'>(resolve => {
		setImmediate(() => {
			resolve('waiting');
		});
	});
	return Promise.race([promise, soon]);
}

/** Requests that end when told to, and their names in the order in which they went out. */
function requests() {
	const sent: string[] = [];
	const ends = new Map<string, () => void>();
	return {
		sent,
		send: (lane: Lane, name: string) => lane.send(() => {
			sent.push(name);
			return new Promise<string>(resolve => {
				ends.set(name, () => {
					resolve(name);
				});
			});
		}),
		end: async (name: string) => {
			ends.get(name)?.();
			await now(Promise.resolve());
		},
	};
}

describe('requests', () => {
	it('are never more in flight than the limit, all lanes together', async () => {
		const lanes = new Lanes(2);
		const [first, second] = [lanes.open(), lanes.open()];
		const {sent, send, end} = requests();
		const answers = [send(first, 'a'), send(second, 'b'), send(first, 'c'), send(second, 'd')];
		expect(sent).toEqual(['a', 'b']);
		await end('b');
		expect(sent).toEqual(['a', 'b', 'c']);
		await end('a');
		await end('c');
		await end('d');
		expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
		void send(first, 'e');
		void send(first, 'f');
		void send(first, 'g');
		expect(sent.slice(4)).toEqual(['e', 'f']);
	});

	it('of earlier windows go first, and of one window those that came first', async () => {
		const lanes = new Lanes(1);
		const [first, second, third] = [lanes.open(), lanes.open(), lanes.open()];
		const {sent, send, end} = requests();
		void send(second, 'running');
		void send(third, 'c1');
		for (const name of ['b1', 'b2']) void send(second, name);
		for (const name of ['a1', 'a2']) void send(first, name);
		for (const name of ['running', 'a1', 'a2', 'b1', 'b2']) await end(name);
		expect(sent).toEqual(['running', 'a1', 'a2', 'b1', 'b2', 'c1']);
	});

	it('that wait go out although their window was given up meanwhile', async () => {
		const lanes = new Lanes(1);
		const [first, second] = [lanes.open(), lanes.open()];
		const {sent, send, end} = requests();
		void send(first, 'a');
		void send(second, 'b');
		second.close();
		await end('a');
		expect(sent).toEqual(['a', 'b']);
	});

	it('that fail make room, too', async () => {
		const lane = new Lanes(1).open();
		const failure = new Error('failed');
		const failing = lane.send(() => Promise.reject(failure));
		const next = lane.send(() => Promise.resolve('next'));
		await expect(failing).rejects.toBe(failure);
		expect(await next).toBe('next');
	});
});

describe('room for pages', () => {
	it('is the whole of it for the first window, and what that one leaves for others', async () => {
		const lanes = new Lanes(4);
		const [first, second] = [lanes.open(), lanes.open()];
		for (let page = 0; page < 3; page++) expect(await now(first.pages.take())).toBe(true);
		expect(await now(second.pages.take())).toBe(true);
		const other = second.pages.take();
		expect(await now(other)).toBe('waiting');
		expect(await now(first.pages.take())).toBe(true);
		const own = first.pages.take();
		expect(await now(own)).toBe('waiting');
		first.pages.give();
		expect(await now(own)).toBe(true);
		first.pages.give();
		expect(await now(other)).toBe('waiting');
		first.pages.give();
		expect(await now(other)).toBe(true);
	});

	it('is shared with stretches planned ahead, which hold two pages each and are two at most', async () => {
		const lanes = new Lanes(5);
		const [first, second] = [lanes.open(), lanes.open()];
		expect(await now(first.plans.take())).toBe(true);
		expect(await now(first.plans.take())).toBe(true);
		const third = first.plans.take();
		expect(await now(third)).toBe('waiting');
		expect(await now(second.pages.take())).toBe(true);
		const other = second.pages.take();
		expect(await now(other)).toBe('waiting');
		first.plans.give();
		expect(await now(third)).toBe(true);
		expect(await now(other)).toBe('waiting');
		first.plans.give();
		expect(await now(other)).toBe(true);
	});

	it('comes free when the first window has been read, and the next one is the first then', async () => {
		const lanes = new Lanes(3);
		const [first, second, third] = [lanes.open(), lanes.open(), lanes.open()];
		for (let page = 0; page < 3; page++) await first.pages.take();
		const waiting = [second.pages.take(), third.pages.take()];
		expect(await Promise.all(waiting.map(now))).toEqual(['waiting', 'waiting']);
		first.close();
		expect(await Promise.all(waiting.map(now))).toEqual([true, true]);
		await now(second.pages.take());
		const more = third.pages.take();
		expect(await now(more)).toBe('waiting');
		expect(await now(second.pages.take())).toBe(true);
		expect(await now(more)).toBe('waiting');
		second.close();
		second.close();
		expect(await now(more)).toBe(true);
		expect(await now(third.pages.take())).toBe(true);
	});

	it('is waited for no longer once the reading has ended', async () => {
		const room = roomFor(1);
		expect(await now(room.take())).toBe(true);
		const waiting = room.take();
		room.close();
		expect(await now(waiting)).toBe(false);
		expect(await now(room.take())).toBe(false);
	});

	it('of a reading that has ended is given back once', async () => {
		const lanes = new Lanes(2);
		const [first, second] = [lanes.open(), lanes.open()];
		await second.pages.take();
		await second.pages.take();
		second.pages.close();
		second.pages.give();
		second.pages.give();
		await first.pages.take();
		await first.pages.take();
		const other = second.plans.take();
		expect(await now(other)).toBe('waiting');
		first.pages.close();
		expect(await now(other)).toBe(true);
	});
});
