import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {HOUR, MINUTE, SECOND} from '../../src/base/duration.ts';
import {archiveDirectory, archiveRun, beginning, modelClock} from './archive-run.ts';
import {Crash, faultyFiles, type FaultyFiles} from './faulty-files.ts';
import {ModelServer, networkFailure, apiFailure} from './model-server.ts';
import {readArchive} from './read-archive.ts';

/** A run, and what happened before it. */
interface Round {
	readonly passesMs: number;
	/** New rows: how long before now they are of, and how much later than their time they arrive. */
	readonly rows: ReadonlyArray<{readonly ageMs: number; readonly lateMs: number}>;
	/** The step of the file system at which the run ends; undefined for one that is left alone. */
	readonly crashAt: number | undefined;
	readonly powerCut: boolean;
	/** Requests that fail, by number. */
	readonly failing: ReadonlySet<number>;
	readonly chance: number;
}

const overlapMs = HOUR;
const round: fc.Arbitrary<Round> = fc.record({
	passesMs: fc.integer({min: 0, max: 90}).map(minutes => minutes * MINUTE + 7 * SECOND),
	rows: fc.array(fc.record({
		ageMs: fc.integer({min: 0, max: 2 * 3600}).map(seconds => seconds * SECOND),
		lateMs: fc.oneof(fc.constant(0), fc.integer({min: 0, max: 3599}).map(seconds => seconds * SECOND)),
	}), {maxLength: 12}),
	crashAt: fc.oneof({weight: 4, arbitrary: fc.integer({min: 0, max: 90})}, {weight: 1, arbitrary: fc.constant(undefined)}),
	powerCut: fc.boolean(),
	failing: fc.oneof({weight: 3, arbitrary: fc.constant(new Set<number>())}, {weight: 1, arbitrary: fc.uniqueArray(fc.integer({min: 0, max: 20}), {maxLength: 4}).map(numbers => new Set(numbers))}),
	chance: fc.integer({min: 0, max: 2 ** 31}),
});

/** Numbers in [0, 1) that follow from a seed. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

it('prunes and compacts between these rows, and has every one of the days it keeps', async () => {
	const days = fc.array(round.map(({passesMs, ...rest}) => ({...rest, passesMs: passesMs * 12})), {minLength: 3, maxLength: 9});
	const removed = {segments: 0, days: 0};
	await fc.assert(fc.asyncProperty(days, fc.boolean(), async (rounds, keeps) => {
		const clock = modelClock();
		const server = new ModelServer({now: clock.now});
		const dir = archiveDirectory();
		const options = {compression: 'none', maxRecords: 5, overlapMs, compact: true, keepMs: keeps ? 26 * HOUR : undefined} as const;
		let id = 0;
		const run = async (files?: FaultyFiles) => archiveRun({dir, client: server.client, clock, options, query: {windowMs: 3 * HOUR}, ...(files === undefined ? {} : {files})});
		for (const {passesMs, rows, crashAt, powerCut, chance} of rounds) {
			clock.ms += passesMs;
			for (const {ageMs} of rows) {
				const time = Math.floor((clock.ms - ageMs) / 1000) * 1000;
				if (time >= beginning && ageMs < overlapMs - SECOND) server.rows.push({id: `r${id++}`, time, arrivesAt: clock.ms});
			}
			const files = faultyFiles({crashAt: crashAt ?? Infinity, random: seeded(chance)});
			const {error, result} = await run(files);
			if (error !== undefined) expect(error).toBeInstanceOf(Crash);
			if (powerCut && error instanceof Crash) await files.cutPower();
			removed.segments += result.pruned.segments;
			removed.days += result.compacted.days;
		}
		clock.ms += 30 * HOUR;
		// The first clears away what was cut off, the second goes on from it.
		for (let count = 0; count < 2; count++) expect(await run()).toMatchObject({error: undefined, result: {status: 'complete'}});
		const archive = readArchive(dir);
		expect(archive.problems).toEqual([]);
		const {standing} = archive.lines.at(-1) ?? {};
		const kept = keeps ? Math.floor((clock.ms - 26 * HOUR) / (24 * HOUR)) * 24 * HOUR : beginning;
		expect(keeps ? standing?.pruned : undefined).toBe(keeps ? new Date(kept).toISOString().replace('.000', '') : undefined);
		expect(archive.texts.toSorted()).toEqual(server.arrived(kept, Math.floor(clock.ms / 1000) * 1000).toSorted());
		const closed = Math.floor((clock.ms - overlapMs) / (24 * HOUR)) * 24 * HOUR;
		// Without a row there is no directory for any.
		const partitions = (archive.texts.length === 0 ? [] : readdirSync(join(dir, 'data'))).filter(name => Date.parse(name.slice(3)) < closed);
		for (const partition of partitions) expect(readdirSync(join(dir, 'data', partition))).toHaveLength(1);
	}), {numRuns: 25});
	expect(removed.segments).toBeGreaterThan(0);
	expect(removed.days).toBeGreaterThan(0);
});

it('has every row exactly once after one undisturbed run, wherever the runs before it ended', async () => {
	await fc.assert(fc.asyncProperty(fc.array(round, {minLength: 1, maxLength: 6}), fc.constantFrom('gzip', 'none'), fc.integer({min: 1, max: 5}), async (rounds, compression, maxRecords) => {
		const clock = modelClock();
		const requests = {count: 0, failing: new Set<number>()};
		const server = new ModelServer({now: clock.now, intervene: () => {
			if (requests.failing.has(requests.count++)) throw requests.count % 2 === 0 ? apiFailure() : networkFailure();
		}});
		const dir = archiveDirectory();
		const options = {compression, maxRecords, overlapMs} as const;
		let id = 0;
		for (const {passesMs, rows, crashAt, powerCut, failing, chance} of rounds) {
			clock.ms += passesMs;
			for (const {ageMs, lateMs} of rows) {
				const time = Math.floor((clock.ms - ageMs) / 1000) * 1000;
				// What arrives now is no older than the overlap; what is of now may arrive later.
				const arrivesAt = Math.max(clock.ms, time + lateMs);
				if (time >= beginning && arrivesAt - time < overlapMs - SECOND) server.rows.push({id: `r${id++}`, time, arrivesAt});
			}
			Object.assign(requests, {count: 0, failing});
			const files = faultyFiles({crashAt: crashAt ?? Infinity, random: seeded(chance)});
			const {error} = await archiveRun({dir, client: server.client, clock, options, files});
			if (error !== undefined && failing.size === 0) expect(error).toBeInstanceOf(Crash);
			if (powerCut && error instanceof Crash) await files.cutPower();
		}
		clock.ms += MINUTE;
		Object.assign(requests, {failing: new Set()});
		const {error, result} = await archiveRun({dir, client: server.client, clock, options});
		expect(error).toBeUndefined();
		expect(result.status).toBe('complete');
		const archive = readArchive(dir);
		expect(archive.problems).toEqual([]);
		expect(archive.texts.toSorted()).toEqual(server.arrived(beginning, Math.floor(clock.ms / 1000) * 1000).toSorted());
	}), {numRuns: 30});
});
