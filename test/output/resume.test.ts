import {cp, mkdir, readFile, rm, truncate, unlink, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import type {FileOutputOptions} from '../../src/output/file-output.ts';
import {namesIn, openTestOutput, runChild, since, temporaryDirectory, until} from './helpers.ts';

const HOUR = 3_600_000;

/** Leaves a partial file: `a` before the checkpoint, `b` after it. */
async function interrupt(path: string, options: Partial<FileOutputOptions> = {}): Promise<void> {
	const {output} = await openTestOutput(path, options);
	await output.write('a\n');
	await output.checkpoint({nextFrom: since + 6 * HOUR, records: 1});
	await output.write('b\n');
	expect(await output.abandon()).toBe(`${path}.partial`);
}

async function pathIn(directory: string): Promise<string> {
	return join(directory, 'out.ndjson');
}

describe('an interrupted file', () => {
	it('keeps all that was written, and is continued from its checkpoint', async () => {
		const directory = await temporaryDirectory();
		const path = await pathIn(directory);
		await interrupt(path);
		expect(await namesIn(directory)).toEqual(['out.ndjson.partial', 'out.ndjson.partial.json']);
		expect(await readFile(`${path}.partial`, 'utf8')).toBe('a\nb\n');
		const {output, notices} = await openTestOutput(path, {now: () => until + HOUR});
		expect(output.resumed).toEqual({checkpoint: {nextFrom: since + 6 * HOUR, records: 1}, since, until, startedAt: until});
		expect(notices).toEqual([`resuming ${path}.partial: 1 record kept, continuing from 2026-11-01T06:00:00Z (range 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z)`]);
		await output.write('c\n');
		await output.commit();
		expect(await readFile(path, 'utf8')).toBe('a\nc\n');
		expect(await namesIn(directory)).toEqual(['out.ndjson']);
	});

	it('is still to be continued when the run that continues it is killed at once', async () => {
		const directory = await temporaryDirectory();
		const path = await pathIn(directory);
		await interrupt(path);
		const {output} = await openTestOutput(path);
		// The files as a killed process leaves them.
		const killed = await temporaryDirectory();
		await cp(directory, killed, {recursive: true, filter: source => basename(source) !== 'out.ndjson.lock'});
		await output.abandon();
		const again = await openTestOutput(join(killed, 'out.ndjson'));
		expect(again.output.resumed).toMatchObject({checkpoint: {records: 1}});
		await again.output.commit();
		expect(await readFile(join(killed, 'out.ndjson'), 'utf8')).toBe('a\n');
	});

	it('tells how many records are kept', async () => {
		const path = await pathIn(await temporaryDirectory());
		const first = await openTestOutput(path);
		await first.output.write('a\nb\n');
		await first.output.checkpoint({nextFrom: until, records: 2});
		await first.output.abandon();
		const {output, notices} = await openTestOutput(path);
		expect(notices).toEqual([expect.stringContaining(': 2 records kept, continuing from 2026-11-02T00:00:00Z')]);
		await output.abandon();
	});

	it('is a valid compressed file at every checkpoint and after the end', async () => {
		const path = join(await temporaryDirectory(), 'out.ndjson.gz');
		await interrupt(path);
		const {bytes} = JSON.parse(await readFile(`${path}.partial.json`, 'utf8')) as {bytes: number};
		const partial = await readFile(`${path}.partial`);
		expect(gunzipSync(partial).toString()).toBe('a\nb\n');
		expect(gunzipSync(partial.subarray(0, bytes)).toString()).toBe('a\n');
	});

	it('is removed when nothing was written', async () => {
		const directory = await temporaryDirectory();
		const {output} = await openTestOutput(await pathIn(directory));
		expect(await output.abandon()).toBeUndefined();
		expect(await namesIn(directory)).toEqual([]);
	});

	it('is kept to read, but not to continue, before its first checkpoint', async () => {
		const directory = await temporaryDirectory();
		const path = await pathIn(directory);
		const {output} = await openTestOutput(path);
		await output.write('a\n');
		expect(await output.abandon()).toBeUndefined();
		expect(await namesIn(directory)).toEqual(['out.ndjson.partial']);
		const again = await openTestOutput(path);
		expect(again.notices).toEqual([`starting over: ${path}.partial: it has no checkpoint to continue from`]);
		expect(again.output.resumed).toBeUndefined();
		await again.output.abandon();
	});

	it('is continued after the process was killed', async () => {
		const directory = await temporaryDirectory();
		const path = await pathIn(directory);
		const child = await runChild(`
			import {openFileOutput} from './file-output.ts';
			void (async () => {
				const output = await openFileOutput({
					path: ${JSON.stringify(path)}, resume: true, resumable: true, fingerprint: 'query-1',
					range: {since: ${since}, until: ${until}, slidingSince: false, slidingUntil: false}, now: Date.now, monotonic: () => 0, notice() {},
				});
				for (let record = 1;; record++) {
					await output.write(record + '\\n');
					await output.checkpoint({nextFrom: ${since} + record, records: record});
					if (record === 5) process.stdout.write('five\\n');
				}
			})();
		`);
		await child.until('five');
		child.process.kill('SIGKILL');
		await child.ended();
		const {output} = await openTestOutput(path);
		const records = output.resumed?.checkpoint.records ?? 0;
		expect(records).toBeGreaterThanOrEqual(5);
		await output.commit();
		expect(await readFile(path, 'utf8')).toBe(Array.from({length: records}, (_, index) => `${index + 1}\n`).join(''));
		expect(await namesIn(directory)).toEqual(['out.ndjson']);
	});
});

describe('the range', () => {
	const sliding = {since, until, slidingSince: true, slidingUntil: true};

	it('stays the recorded one when its bounds slid by up to a day', async () => {
		const path = await pathIn(await temporaryDirectory());
		await interrupt(path, {range: sliding});
		for (const slide of [24 * HOUR, -24 * HOUR]) {
			const {output} = await openTestOutput(path, {range: {...sliding, since: since + slide, until: until + slide}});
			expect(output.resumed).toMatchObject({since, until});
			// What a run records that only continues is still the first run's range.
			await output.checkpoint({nextFrom: since + 7 * HOUR, records: 1});
			await output.abandon();
		}
	});

	it('is started over when its bounds slid by more', async () => {
		const path = await pathIn(await temporaryDirectory());
		await interrupt(path, {range: sliding});
		const {output, notices} = await openTestOutput(path, {range: {...sliding, since: since + 24 * HOUR + 1, until: until + 24 * HOUR + 1}});
		expect(output.resumed).toBeUndefined();
		expect(notices).toEqual([expect.stringContaining('more than a day away')]);
		await output.abandon();
	});

	it.each([
		['another start', {since: since + 1}],
		['another end', {until: until - 1}],
		['a start that slides now', {since: since + 1, slidingSince: true}],
	])('with %s is of a different export', async (_, difference) => {
		const path = await pathIn(await temporaryDirectory());
		await interrupt(path);
		const fixed = {since, until, slidingSince: false, slidingUntil: false};
		await expect(openTestOutput(path, {range: {...fixed, ...difference}})).rejects.toThrow(`${path}.partial belongs to a different export: its range is 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z`);
	});
});

describe('a partial file', () => {
	it('of a different export is refused and not touched', async () => {
		const directory = await temporaryDirectory();
		const path = await pathIn(directory);
		await interrupt(path);
		const error: unknown = await openTestOutput(path, {fingerprint: 'query-2'}).then(() => undefined, (reason: unknown) => reason);
		expect(error).toBeInstanceOf(UsageError);
		expect(error).toMatchObject({hint: 'run that command again, name another output, or start over with --no-resume'});
		expect(await readFile(`${path}.partial`, 'utf8')).toBe('a\nb\n');
		expect(await namesIn(directory)).toEqual(['out.ndjson.partial', 'out.ndjson.partial.json']);
	});

	it('is started over without resuming, also of a different export', async () => {
		const directory = await temporaryDirectory();
		const path = await pathIn(directory);
		await interrupt(path);
		const {output} = await openTestOutput(path, {fingerprint: 'query-2', resume: false});
		expect(output.resumed).toBeUndefined();
		// The old checkpoint must not describe the new bytes.
		expect(await namesIn(directory)).toEqual(['out.ndjson.lock', 'out.ndjson.partial']);
		await output.write('c\n');
		await output.commit();
		expect(await readFile(path, 'utf8')).toBe('c\n');
	});

	it.each([
		['has no sidecar', async (path: string) => unlink(`${path}.partial.json`), 'it has no checkpoint to continue from'],
		['has a sidecar that is cut off', async (path: string) => truncate(`${path}.partial.json`, 20), 'its checkpoint cannot be read'],
		['has a sidecar of a later version', async (path: string) => writeFile(`${path}.partial.json`, '{"version":2}'), 'its checkpoint cannot be read'],
		['is missing', async (path: string) => unlink(`${path}.partial`), 'it is gone, only its checkpoint is left'],
		['is shorter than its checkpoint', async (path: string) => truncate(`${path}.partial`, 1), 'it is shorter than its checkpoint says'],
	])('that %s is started over', async (_, damage, reason) => {
		const path = await pathIn(await temporaryDirectory());
		await interrupt(path);
		await damage(path);
		const {output, notices} = await openTestOutput(path);
		expect(output.resumed).toBeUndefined();
		expect(notices).toEqual([`starting over: ${path}.partial: ${reason}`]);
		await output.write('c\n');
		await output.commit();
		expect(await readFile(path, 'utf8')).toBe('c\n');
	});

	it('of a table is kept to read and started over', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.txt');
		const first = await openTestOutput(path, {resumable: false});
		expect(first.notices).toEqual([]);
		await first.output.write('a\n');
		await first.output.checkpoint({nextFrom: since + HOUR, records: 1});
		expect(await first.output.abandon()).toBeUndefined();
		expect(await namesIn(directory)).toEqual(['out.txt.partial']);
		const second = await openTestOutput(path, {resumable: false});
		expect(second.notices).toEqual([`starting over: ${path}.partial cannot be continued in this format`]);
		await second.output.write('b\n');
		await second.output.commit();
		expect(await readFile(path, 'utf8')).toBe('b\n');
	});
});

type Step = {readonly text: string} | 'checkpoint';

const step: fc.Arbitrary<Step> = fc.oneof(
	{weight: 3, arbitrary: fc.record({text: fc.tuple(fc.string({unit: 'grapheme', maxLength: 20}), fc.integer({min: 1, max: 20_000})).map(([unit, times]) => unit.repeat(times))})},
	{weight: 2, arbitrary: fc.constant('checkpoint' as const)},
);

/** Runs the steps that are still to do, up to `end`; `records` of a checkpoint counts the steps done. */
async function run(path: string, steps: readonly Step[], {end, isSplit}: {end: number; isSplit: boolean}) {
	const {output} = await openTestOutput(path);
	for (let index = output.resumed?.checkpoint.records ?? 0; index < end; index++) {
		const current = steps[index];
		if (current === 'checkpoint') {
			await output.checkpoint({nextFrom: since + index, records: index + 1});
		} else if (current !== undefined) {
			// How the text is divided into writes must not matter.
			const characters = isSplit ? Array.from(current.text) : [current.text];
			const middle = Math.ceil(characters.length / 2);
			await output.write(characters.slice(0, middle).join(''));
			await output.write(characters.slice(middle).join(''));
		}
	}
	return output;
}

describe.each(['out.ndjson', 'out.ndjson.gz'])('%s', name => {
	it('is the same file however often it was killed and resumed', async () => {
		const root = await temporaryDirectory();
		let runs = 0;
		await fc.assert(fc.asyncProperty(fc.array(step, {maxLength: 25}), fc.array(fc.nat(25), {maxLength: 3}), async (steps, kills) => {
			const straight = join(root, `straight-${runs}`);
			await mkdir(straight);
			await (await run(join(straight, name), steps, {end: steps.length, isSplit: false})).commit();
			const text = steps.map(current => current === 'checkpoint' ? '' : current.text).join('');
			const expected = await readFile(join(straight, name));
			expect((name.endsWith('.gz') ? gunzipSync(expected) : expected).equals(Buffer.from(text))).toBe(true);

			let directory = join(root, `killed-${runs}-0`);
			await mkdir(directory);
			for (const [index, kill] of kills.entries()) {
				const killed = await run(join(directory, name), steps, {end: Math.min(kill, steps.length), isSplit: index % 2 === 0});
				// What a killed process leaves: the files as they are at this moment, nothing flushed or closed.
				const next = join(root, `killed-${runs}-${index + 1}`);
				await cp(directory, next, {recursive: true, filter: source => basename(source) !== `${name}.lock`});
				await killed.abandon();
				directory = next;
			}
			await (await run(join(directory, name), steps, {end: steps.length, isSplit: true})).commit();
			expect((await readFile(join(directory, name))).equals(expected)).toBe(true);
			expect(await namesIn(directory)).toEqual([name]);
			for (const made of await namesIn(root)) await rm(join(root, made), {recursive: true});
			runs++;
		}), {numRuns: 40});
	});
});
