import {existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {beforeEach, expect, it, onTestFinished, vi} from 'vitest';
import {inTimeOrder} from '../../src/engine/time-order.ts';
import {systemCode} from '../../src/base/errors.ts';
import type {AuditRecord} from '../../src/base/record.ts';

let temporary = '';

beforeEach(() => {
	const directory = mkdtempSync(join(tmpdir(), 'audit-export-test-'));
	temporary = directory;
	vi.stubEnv('TMPDIR', directory);
	onTestFinished(() => {
		vi.unstubAllEnvs();
		rmSync(directory, {recursive: true, force: true});
	});
});

const leftovers = () => readdirSync(temporary);

async function* served(batches: readonly AuditRecord[][], failure?: Error): AsyncGenerator<AuditRecord[]> {
	yield* batches;
	if (failure !== undefined) throw failure;
}

async function collect(records: AsyncIterable<AuditRecord[]>): Promise<AuditRecord[]> {
	const all: AuditRecord[] = [];
	for await (const batch of records) all.push(...batch);
	return all;
}

/** Sorted by time; what has none stands at the end; equals in the order in which they came. */
function inOrderOfTime(records: readonly AuditRecord[]): AuditRecord[] {
	return records.map((record, index) => ({record, index}))
		.toSorted((a, b) => (a.record.time ?? Number.MAX_VALUE) - (b.record.time ?? Number.MAX_VALUE) || a.index - b.index)
		.map(({record}) => record);
}

const anyRecord: fc.Arbitrary<AuditRecord> = fc.record({
	time: fc.option(fc.integer({min: -3, max: 12}), {nil: undefined}),
	// What ends a line somewhere, and what JSON escapes: an id is any text.
	id: fc.option(fc.string({unit: fc.oneof(fc.constantFrom('\n', '\r', '\u2028', '\u2029', '"', '\\', '\u0085'), fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}))}), {nil: undefined}),
	text: fc.string({unit: 'grapheme', maxLength: 40}).map(value => JSON.stringify({value}).replaceAll(/[\u0085\u2028\u2029]/g, ' ')),
});

it('sorts by time and keeps the order of equals, in memory and across runs on disk', async () => {
	await fc.assert(fc.asyncProperty(fc.array(fc.array(anyRecord, {maxLength: 8}), {maxLength: 8}), fc.integer({min: 1, max: 400}), async (batches, runCharacters) => {
		expect(await collect(inTimeOrder(served(batches), {runCharacters}))).toEqual(inOrderOfTime(batches.flat()));
		expect(leftovers()).toEqual([]);
	}), {numRuns: 60});
});

it('sorts thousands of rows across many runs', async () => {
	const rows = Array.from({length: 5000}, (_, index): AuditRecord => ({text: `{"row":${index}}`, id: String(index), time: (index * 7919) % 1000}));
	const batches = Array.from({length: 50}, (_, index) => rows.slice(index * 100, index * 100 + 100));
	expect(await collect(inTimeOrder(served(batches), {runCharacters: 3000}))).toEqual(inOrderOfTime(rows));
	expect(leftovers()).toEqual([]);
});

const row = (time: number): AuditRecord => ({text: `{"time":${time}}`, id: String(time), time});
const manyBatches = Array.from({length: 30}, (_, index) => Array.from({length: 100}, (_row, offset) => row(3000 - index * 100 - offset)));

it('touches no disk while the text fits in memory', async () => {
	await collect(inTimeOrder((async function* () {
		for (const batch of manyBatches) {
			yield batch;
			expect(leftovers()).toEqual([]);
		}
	})()));
	expect(leftovers()).toEqual([]);
});

it('removes what it wrote to disk when reading the rows fails', async () => {
	const failure = new Error('page 31 failed');
	let spilled: string[] = [];
	const batches = (async function* () {
		yield* served(manyBatches);
		spilled = leftovers();
		throw failure;
	})();
	await expect(collect(inTimeOrder(batches, {runCharacters: 1000}))).rejects.toBe(failure);
	expect(spilled).toHaveLength(1);
	expect(leftovers()).toEqual([]);
});

it('removes what it wrote to disk when the consumer leaves early', async () => {
	for await (const batch of inTimeOrder(served(manyBatches), {runCharacters: 1000})) {
		expect(batch[0]).toEqual(row(1));
		expect(leftovers()).toHaveLength(1);
		break;
	}
	expect(leftovers()).toEqual([]);
});

it('lets nobody else read what it wrote to disk', async () => {
	for await (const batch of inTimeOrder(served(manyBatches), {runCharacters: 1000})) {
		expect(batch).not.toEqual([]);
		const [directory = ''] = leftovers();
		expect(statSync(join(temporary, directory)).mode & 0o777).toBe(0o700);
		break;
	}
});

it('writes to disk as soon as there is as much text as may be in memory, and no sooner', async () => {
	const batches = Array.from({length: 5}, (_, index) => [row(2 * index), row(2 * index + 1)].map(one => ({...one, text: '"12345678"'})));
	const runs = async (runCharacters: number) => {
		let files: string[] = [];
		for await (const batch of inTimeOrder(served(batches), {runCharacters})) {
			expect(batch).toEqual(batches.flat());
			files = leftovers().flatMap(directory => readdirSync(join(temporary, directory)).map(name => join(temporary, directory, name)));
			expect(files.every(file => (statSync(file).mode & 0o777) === 0o600)).toBe(true);
		}
		return files.length;
	};
	expect([await runs(20), await runs(21), await runs(41), await runs(100), await runs(101)]).toEqual([5, 2, 1, 1, 0]);
});

it.each([[0, []], [99, [99]], [100, [100]], [250, [100, 100, 50]], [300, [100, 100, 100]]])('gives %i records in batches of %j', async (count, sizes) => {
	const rows = Array.from({length: count}, (_, index) => row(index));
	const batches: number[] = [];
	for await (const batch of inTimeOrder(served([rows]))) batches.push(batch.length);
	expect(batches).toEqual(sizes);
});

it('keeps ids with line separators apart on disk', async () => {
	const rows = ['a\u2028b', 'c\u2029d', 'e\nf', 'g\rh', 'i\u0085j'].map((id, time): AuditRecord => ({text: `${time}`, id, time}));
	expect(await collect(inTimeOrder(served(rows.map(one => [one])), {runCharacters: 1}))).toEqual(rows);
});

it('ends with exit 1 when the temporary directory cannot be used', async () => {
	vi.stubEnv('TMPDIR', join(temporary, 'missing'));
	await expect(collect(inTimeOrder(served(manyBatches), {runCharacters: 1000}))).rejects.toMatchObject({
		name: 'OutputError', exitCode: 1, message: expect.stringContaining(`cannot write temporary files in ${join(temporary, 'missing')}`) as string,
		hint: 'see to the disk or the file system, then make room there, name another place with TMPDIR, or leave --order time out',
	});
});

it('fails when what it wrote to disk cannot be read back', async () => {
	const batches = (async function* () {
		yield* served(manyBatches);
		for (const directory of leftovers()) rmSync(join(temporary, directory), {recursive: true});
	})();
	await expect(collect(inTimeOrder(batches, {runCharacters: 1000}))).rejects.toMatchObject({code: 'ENOENT'});
});

it('closes its files when the consumer leaves early', async () => {
	const text = JSON.stringify('x'.repeat(5000));
	const large = Array.from({length: 10}, () => Array.from({length: 200}, (_, time) => ({...row(time), text})));
	// Descriptors are listed where the system has a list of them.
	const descriptors = () => existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').map(name => linkOf(`/proc/self/fd/${name}`)).filter(path => path.startsWith(temporary)) : [];
	for await (const batch of inTimeOrder(served(large), {runCharacters: 100_000})) {
		expect(batch).not.toEqual([]);
		break;
	}
	await vi.waitFor(() => {
		expect(descriptors()).toEqual([]);
	});
});

function linkOf(path: string): string {
	try {
		return readlinkSync(path);
	} catch (error) {
		// The descriptor that listed the directory is closed by now.
		expect(systemCode(error)).toBe('ENOENT');
		return '';
	}
}

it('loses nothing of runs that are read back in several steps', async () => {
	const text = JSON.stringify('x'.repeat(5000));
	const rows = Array.from({length: 300}, (_, index): AuditRecord => ({text, id: String(index), time: (index * 7919) % 300}));
	const batches = Array.from({length: 30}, (_, index) => rows.slice(index * 10, index * 10 + 10));
	expect(await collect(inTimeOrder(served(batches), {runCharacters: 500_000}))).toEqual(inOrderOfTime(rows));
});
