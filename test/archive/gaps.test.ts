import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {closestAsOne, outsideGaps, withGap, withoutWindow, type Gap} from '../../src/archive/gaps.ts';
import {LongRefusalError} from '../../src/base/errors.ts';
import {DAY, HOUR, MINUTE} from '../../src/base/duration.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {archiveDirectory, archiveRun, beginning, modelClock, type ModelClock} from './archive-run.ts';
import {apiFailure, ModelServer, networkFailure} from './model-server.ts';
import {readArchive} from './read-archive.ts';

/** A server with a row a minute, some of whose windows fail; `broken` is asked with minutes from the beginning. */
function brokenServer(clock: ModelClock) {
	const server = {broken: (_minute: number): Error | undefined => undefined, model: undefined as unknown as ModelServer};
	server.model = new ModelServer({now: clock.now, intervene: ({start, end}) => {
		// Bounds are asked for a second further on either side.
		const error = server.broken(Math.round(((start + end) * 500 - beginning) / MINUTE));
		if (error !== undefined) throw error;
	}});
	for (let minute = 0; minute < 24 * 60; minute++) server.model.rows.push({id: `r${minute}`, time: beginning + minute * MINUTE});
	return server;
}

const gapsOf = (dir: string) => readArchive(dir).lines.at(-1)?.standing.gaps.map(({since, until, reason}) => [since.slice(11, 16), until.slice(11, 16), reason]);
const within = (from: number, to: number, error: () => Error) => (minute: number) => minute >= from && minute < to ? error() : undefined;

describe('a window that fails', () => {
	it('becomes a gap that the next run tries again first', async () => {
		const clock = modelClock(beginning + HOUR);
		const server = brokenServer(clock);
		server.broken = within(20, 30, apiFailure);
		const dir = archiveDirectory();
		const first = await archiveRun({dir, client: server.model.client, clock});
		expect(first.error).toBeUndefined();
		expect(first.result).toMatchObject({status: 'incomplete', records: 50, gaps: [{from: beginning + 20 * MINUTE, to: beginning + 30 * MINUTE}]});
		expect(gapsOf(dir)).toEqual([['21:20', '21:30', 'feishu-openapi: POST /list_data failed: 500, internal error']]);
		clock.ms += 20 * MINUTE;
		server.model.asked.length = 0;
		expect((await archiveRun({dir, client: server.model.client, clock})).result).toMatchObject({status: 'incomplete', records: 20});
		const lines = readArchive(dir).lines.length;
		server.broken = () => undefined;
		server.model.asked.length = 0;
		const third = await archiveRun({dir, client: server.model.client, clock, query: {concurrency: 1}});
		expect(third.result).toMatchObject({status: 'complete', records: 10, gaps: [], late: {records: 0}});
		expect(server.model.asked[0]).toEqual({start: (beginning + 20 * MINUTE) / 1000 - 1, end: (beginning + 30 * MINUTE) / 1000});
		const archive = readArchive(dir);
		expect(archive.problems).toEqual([]);
		expect(archive.lines.slice(lines)).toMatchObject([{kind: 'segment', completes: 'gap', records: 10}]);
		expect(archive.texts.toSorted()).toEqual(server.model.arrived(beginning, clock.ms).toSorted());
	});

	it('becomes a gap also where it was read before, and was to be searched for late rows', async () => {
		const clock = modelClock(beginning + HOUR);
		const server = brokenServer(clock);
		const dir = archiveDirectory();
		await archiveRun({dir, client: server.model.client, clock});
		server.model.rows.push({id: 'late', time: beginning + 15 * MINUTE});
		server.broken = within(10, 20, networkFailure);
		clock.ms += 10 * MINUTE;
		const {result} = await archiveRun({dir, client: server.model.client, clock});
		expect(result).toMatchObject({status: 'incomplete', records: 10, gaps: [{from: beginning + 10 * MINUTE, to: beginning + 20 * MINUTE}]});
		server.broken = () => undefined;
		clock.ms += 10 * HOUR;
		expect((await archiveRun({dir, client: server.model.client, clock})).result.status).toBe('complete');
		const archive = readArchive(dir);
		expect(archive.problems).toEqual([]);
		expect(archive.texts.toSorted()).toEqual(server.model.arrived(beginning, clock.ms).toSorted());
	});

	it('ends the run where the API refuses everything for longer than is worth waiting', async () => {
		const clock = modelClock(beginning + HOUR);
		const server = brokenServer(clock);
		const refusal = new LongRefusalError('refused; it asks to wait 525600 minutes');
		server.broken = within(20, 30, () => refusal);
		const dir = archiveDirectory();
		expect((await archiveRun({dir, client: server.model.client, clock, query: {concurrency: 1}})).error).toBe(refusal);
		expect(server.model.asked).toHaveLength(3);
		server.broken = () => undefined;
		expect(await archiveRun({dir, client: server.model.client, clock})).toMatchObject({error: undefined, result: {status: 'complete', gaps: []}});
		expect(readArchive(dir).texts.toSorted()).toEqual(server.model.arrived(beginning, clock.ms).toSorted());
	});

	it('ends the run and is not recorded where nothing else can be read', async () => {
		const clock = modelClock(beginning + 5 * MINUTE);
		const server = brokenServer(clock);
		server.broken = apiFailure;
		const dir = archiveDirectory();
		const {error} = await archiveRun({dir, client: server.model.client, clock});
		expect(error).toMatchObject({name: 'ApiError'});
		expect(readArchive(dir)).toMatchObject({problems: [], lines: [{kind: 'archive'}]});
	});

	it('ends the run after three failures of the network in a row, and the next one begins there', async () => {
		const clock = modelClock(beginning + 3 * HOUR);
		const server = brokenServer(clock);
		server.broken = within(60, Infinity, networkFailure);
		const dir = archiveDirectory();
		const {error, result} = await archiveRun({dir, client: server.model.client, clock, query: {concurrency: 1}});
		expect(error).toMatchObject({name: 'NetworkError'});
		expect(result).toMatchObject({records: 60, gaps: [], covered: {until: beginning + HOUR}});
		expect(server.model.asked).toHaveLength(9);
	});

	it('is left to the next run when it was the last one and the network failed', async () => {
		const clock = modelClock(beginning + HOUR);
		const server = brokenServer(clock);
		server.broken = within(50, 60, networkFailure);
		const dir = archiveDirectory();
		const {error, result} = await archiveRun({dir, client: server.model.client, clock});
		expect(error).toMatchObject({name: 'NetworkError'});
		expect(result).toMatchObject({records: 50, gaps: [], covered: {until: beginning + 50 * MINUTE}});
		server.broken = within(50, 60, apiFailure);
		expect((await archiveRun({dir, client: server.model.client, clock})).result).toMatchObject({status: 'incomplete', gaps: [{from: beginning + 50 * MINUTE, to: beginning + HOUR}]});
	});
});

describe('an API that keeps failing', () => {
	it('is told from windows that cannot be read by a look at the newest time', async () => {
		const clock = modelClock(beginning + 5 * HOUR);
		const server = brokenServer(clock);
		server.broken = within(60, 180, apiFailure);
		const dir = archiveDirectory();
		const {error, result} = await archiveRun({dir, client: server.model.client, clock});
		expect(error).toBeUndefined();
		expect(result).toMatchObject({status: 'incomplete', records: 180, gaps: [{from: beginning + HOUR, to: beginning + 3 * HOUR}]});
		expect(readArchive(dir).problems).toEqual([]);
	});

	it('ends the run when the newest time cannot be read either', async () => {
		const clock = modelClock(beginning + 20 * HOUR);
		const server = brokenServer(clock);
		server.broken = within(60, Infinity, apiFailure);
		const dir = archiveDirectory();
		const {error, result} = await archiveRun({dir, client: server.model.client, clock});
		expect(error).toMatchObject({name: 'ApiError'});
		expect(result).toMatchObject({records: 60, gaps: [], covered: {until: beginning + HOUR}});
		expect(server.model.asked.length).toBeLessThan(20);
	});

	it('does not keep gaps that stay for ever from being followed by what is new, nor other gaps from being filled', async () => {
		const clock = modelClock(beginning + 10 * HOUR);
		const server = brokenServer(clock);
		const odd = (minute: number) => minute < 300 && minute % 20 < 10 ? apiFailure() : undefined;
		server.broken = odd;
		const dir = archiveDirectory();
		expect((await archiveRun({dir, client: server.model.client, clock})).result.gaps).toHaveLength(15);
		clock.ms += HOUR;
		server.broken = minute => minute < 200 ? odd(minute) : undefined;
		const {error, result} = await archiveRun({dir, client: server.model.client, clock});
		expect(error).toBeUndefined();
		expect(result).toMatchObject({covered: {until: clock.ms}, records: 60 + 50});
		expect(result.gaps).toHaveLength(10);
		expect(readArchive(dir).problems).toEqual([]);
	});
});

describe('an open gap', () => {
	it('stays one of at most thirty: the closest become one', async () => {
		const clock = modelClock(beginning + 23 * HOUR);
		const server = brokenServer(clock);
		server.broken = minute => minute % 2 === 0 ? apiFailure() : undefined;
		const dir = archiveDirectory();
		const {result} = await archiveRun({dir, client: server.model.client, clock, query: {windowMs: MINUTE, concurrency: 1}, options: {since: beginning + 21 * HOUR}});
		expect(result.gaps).toHaveLength(30);
		expect(readArchive(dir).problems).toEqual([]);
		server.broken = () => undefined;
		expect((await archiveRun({dir, client: server.model.client, clock})).result).toMatchObject({status: 'complete', gaps: []});
		const archive = readArchive(dir);
		expect(archive.problems).toEqual([]);
		expect(archive.texts.toSorted()).toEqual(server.model.arrived(beginning + 21 * HOUR, clock.ms).toSorted());
	});

	it('stays where the archive has a damaged segment, until that is repaired', async () => {
		const clock = modelClock(beginning + HOUR);
		const server = brokenServer(clock);
		const dir = archiveDirectory();
		await archiveRun({dir, client: server.model.client, clock});
		const path = join(dir, 'data/dt=2026-11-20/20261120T211000Z_20261120T212000Z.ndjson');
		const whole = readFileSync(path);
		writeFileSync(path, `${whole.toString('utf8').slice(0, -10)}2026000000`);
		clock.ms += 10 * MINUTE;
		const {error, result} = await archiveRun({dir, client: server.model.client, clock});
		expect(error).toBeUndefined();
		expect(result).toMatchObject({status: 'incomplete', records: 10, gaps: [{from: beginning + 10 * MINUTE, to: beginning + 20 * MINUTE}]});
		clock.ms += 5 * HOUR;
		expect((await archiveRun({dir, client: server.model.client, clock})).result).toMatchObject({status: 'incomplete', records: 300, gaps: [{}]});
		writeFileSync(path, whole);
		expect((await archiveRun({dir, client: server.model.client, clock})).result).toMatchObject({status: 'complete', records: 0, gaps: []});
		expect(readArchive(dir).problems).toEqual([]);
	});

	it('is what went out of reach before any run read it', async () => {
		const clock = modelClock(beginning + HOUR);
		const server = brokenServer(clock);
		const dir = archiveDirectory();
		const query = {source: {...feishuOpenapi, reachMs: DAY}};
		await archiveRun({dir, client: server.model.client, clock, query});
		clock.ms += 2 * DAY;
		server.model.rows.push({id: 'new', time: clock.ms - HOUR});
		for (let run = 0; run < 2; run++) {
			const {error, result} = await archiveRun({dir, client: server.model.client, clock, query, options: {overlapMs: 30 * MINUTE}});
			expect(error).toBeUndefined();
			expect(result).toMatchObject({status: 'incomplete', covered: {until: clock.ms}, gaps: [{from: beginning + HOUR, reason: expect.stringContaining('no longer gives out') as string}]});
		}
		expect(readArchive(dir).problems).toEqual([]);
	});

	it('is not made of the future, which a clock that is ahead asks for and the API refuses', async () => {
		const world = modelClock(beginning + HOUR);
		const clock = modelClock(beginning + 3 * HOUR);
		const server = new ModelServer({now: world.now, intervene: ({end}) => {
			if (end * 1000 > world.ms + MINUTE) throw apiFailure();
		}});
		for (let minute = 0; minute < 100; minute++) server.rows.push({id: `r${minute}`, time: beginning + minute * MINUTE});
		const dir = archiveDirectory();
		await archiveRun({dir, client: server.client, clock});
		const before = readArchive(dir);
		expect(before.problems).toEqual([]);
		expect(Date.parse(before.lines.at(-1)?.standing.until ?? '')).toBeLessThanOrEqual(world.ms);
		world.ms += HOUR;
		clock.ms = world.ms;
		expect((await archiveRun({dir, client: server.client, clock})).result.status).toBe('complete');
		expect(readArchive(dir).texts.toSorted()).toEqual(server.arrived().toSorted());
	});
});

describe('gaps', () => {
	const gap = (from: number, to: number, reason = 'x'): Gap => ({from, to, reason});

	it('join where they touch and have the same reason, and give way to newer ones', () => {
		expect(withGap([gap(0, 5), gap(10, 20)], gap(5, 10))).toEqual([gap(0, 20)]);
		expect(withGap([gap(0, 5)], gap(5, 10, 'y'))).toEqual([gap(0, 5), gap(5, 10, 'y')]);
		expect(withGap([gap(0, 10)], gap(3, 6, 'y'))).toEqual([gap(0, 3), gap(3, 6, 'y'), gap(6, 10)]);
		expect(withoutWindow([gap(0, 10), gap(12, 14)], {from: 3, to: 13})).toEqual([gap(0, 3), gap(13, 14)]);
		expect(outsideGaps([{from: 0, to: 20}], [gap(3, 5), gap(18, 30)])).toEqual([{from: 0, to: 3}, {from: 5, to: 18}]);
		expect(closestAsOne([gap(0, 1), gap(5, 6), gap(8, 9, 'y')])).toEqual(gap(5, 9, 'several reasons'));
		expect(closestAsOne([gap(0, 1)])).toBeUndefined();
	});
});
