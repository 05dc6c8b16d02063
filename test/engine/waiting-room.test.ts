import {randomBytes} from 'node:crypto';
import {expect, it} from 'vitest';
import {WaitingRoom} from '../../src/engine/waiting-room.ts';
import type {AuditRecord} from '../../src/base/record.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

/** Lines as alike as those of a log are, of which little more than a tenth is new: 64 KiB of them. */
const page = Array.from({length: 64}, (_, index): AuditRecord => ({text: `{"id":"${index}","what":"${'審'.repeat(290)}","token":"${randomBytes(100).toString('base64')}"}`, id: String(index), time: index}));

function open() {
	const clock = new VirtualClock();
	const room = {announced: 0};
	const waiting = new WaitingRoom({sleep: clock.sleep, signal: new AbortController().signal, announce: () => {
		room.announced++;
	}});
	return {clock, room: Object.assign(room, {waiting})};
}

/** Lets pages in until there is no room for more. */
function fill(waiting: WaitingRoom) {
	const batches = [];
	while (waiting.hasRoom && batches.length < 10_000) batches.push(waiting.enter(page));
	return batches;
}

it('takes some pages at any time, and holds no more of them than 4 MiB', () => {
	const {room: {waiting}} = open();
	const batches = fill(waiting);
	expect(batches.reduce((sum, {bytes}) => sum + bytes, 0)).toBeLessThan(4.2 * 1024 * 1024);
	expect(batches.length).toBeGreaterThan(50);
	for (const batch of batches) expect(waiting.leave(batch)).toStrictEqual(page);
	expect(waiting.hasRoom).toBe(true);
});

it('takes many more, packed, once the output has got nothing for a while', async () => {
	const {clock, room} = open();
	const {waiting} = room;
	const first = fill(waiting);
	waiting.starve();
	expect(waiting.hasRoom).toBe(false);
	await clock.run(clock.sleep(10));
	expect(room.announced).toBe(1);
	const more = fill(waiting);
	expect(more.length).toBeGreaterThan(10 * first.length);
	expect([...first, ...more].reduce((sum, {bytes}) => sum + bytes, 0)).toBeLessThan(16.2 * 1024 * 1024);
	for (const batch of [first[0], more[0], more.at(-1)]) if (batch !== undefined) expect(waiting.leave(batch)).toStrictEqual(page);
});

it('takes no more again as soon as the output got something', async () => {
	const {clock, room: {waiting}} = open();
	fill(waiting);
	waiting.starve();
	await clock.run(clock.sleep(10));
	expect(waiting.hasRoom).toBe(true);
	waiting.serve();
	expect(waiting.hasRoom).toBe(false);
});

it('does not take a slow reader of the output for a slow server', async () => {
	const {clock, room} = open();
	fill(room.waiting);
	room.waiting.serve();
	expect(room.waiting.hasRoom).toBe(false);
	await clock.run(clock.sleep(60_000));
	expect(room.waiting.hasRoom).toBe(false);
	expect(room.announced).toBe(0);
});

it('does not take many short pauses for a long one', async () => {
	const {clock, room} = open();
	fill(room.waiting);
	for (let served = 0; served < 20; served++) {
		room.waiting.starve();
		expect(room.waiting.hasRoom).toBe(false);
		await clock.run(clock.sleep(3));
		room.waiting.serve();
	}
	expect(room.announced).toBe(0);
});

it('looks again where the output got something meanwhile, and starves anew', async () => {
	const {clock, room} = open();
	const {waiting} = room;
	fill(waiting);
	waiting.starve();
	await clock.run(clock.sleep(3));
	waiting.serve();
	waiting.starve();
	await clock.run(clock.sleep(5));
	expect(room.announced).toBe(0);
	await clock.run(clock.sleep(5));
	expect(room.announced).toBe(1);
	expect(waiting.hasRoom).toBe(true);
});

it('tells nobody who did not ask', async () => {
	const {clock, room} = open();
	const {waiting} = room;
	waiting.starve();
	await clock.run(clock.sleep(10));
	expect(room.announced).toBe(0);
	fill(waiting);
	await clock.run(clock.sleep(10));
	expect(room.announced).toBe(1);
	waiting.serve();
	waiting.starve();
	await clock.run(clock.sleep(10));
	expect(room.announced).toBe(1);
	expect(waiting.hasRoom).toBe(false);
	await clock.run(clock.sleep(10));
	expect(room.announced).toBe(2);
});

it('tells nobody any more once the run is to end', async () => {
	const clock = new VirtualClock();
	const stop = new AbortController();
	let announced = 0;
	const waiting = new WaitingRoom({sleep: clock.sleep, signal: stop.signal, announce: () => {
		announced++;
	}});
	fill(waiting);
	waiting.starve();
	stop.abort(new Error('interrupted'));
	await clock.run(clock.sleep(10));
	expect(announced).toBe(0);
});

it('does not take an output for starving that has asked for nothing yet', async () => {
	const {clock, room} = open();
	fill(room.waiting);
	await clock.run(clock.sleep(60_000));
	expect(room.waiting.hasRoom).toBe(false);
	expect(room.announced).toBe(0);
});
