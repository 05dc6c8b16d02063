import {mkdtemp, open, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {AuditRecord} from '../base/record.ts';
import {writeFailure} from '../output/failure.ts';
import {MemoryPool} from './record-bytes.ts';
import {SortedRun, StoredRun} from './sorted-run.ts';

/** Text sorted in memory at once, in characters; more goes through temporary files. */
const defaultRunCharacters = 16 * 1024 * 1024;

const recordsPerBatch = 100;

/** How records are brought into order. */
export interface TimeOrderOptions {
	/** Text in memory at once, in characters. Default 16 Mi. */
	readonly runCharacters?: number;
	/** Where the memory comes from: to be shared by those who follow one another. */
	readonly pool?: MemoryPool;
}

/**
 * The records of one window, oldest first; rows of the same time keep the order in which they came, and rows whose time
 * cannot be read stand at the end. Memory is bounded: beyond `runCharacters` of text, sorted runs go to a private temporary
 * directory and are merged from there.
 * @throws OutputError when the temporary directory cannot be used, and whatever `batches` throws
 */
export async function* inTimeOrder(
	batches: AsyncIterable<AuditRecord[]>,
	{runCharacters = defaultRunCharacters, pool = new MemoryPool()}: TimeOrderOptions = {},
): AsyncGenerator<AuditRecord[], void, undefined> {
	const run = new SortedRun(pool);
	let characters = 0;
	let directory: string | undefined;
	const files: string[] = [];
	try {
		for await (const batch of batches) {
			for (const record of batch) {
				run.add(record);
				characters += record.text.length;
			}
			if (characters >= runCharacters) {
				directory ??= await toDisk(mkdtemp(join(tmpdir(), 'audit-export-')));
				const file = join(directory, String(files.length));
				await toDisk(writeRun(file, run));
				files.push(file);
				run.clear();
				characters = 0;
			}
		}
		run.sort();
		const stored: StoredRun[] = [];
		try {
			// Of equal times the earlier run goes first.
			for (const file of files) stored.push(await StoredRun.open(file));
			yield* merge([...stored, run]);
		} finally {
			await Promise.all(stored.map(async file => file.close()));
		}
	} finally {
		run.clear();
		if (directory !== undefined) await rm(directory, {recursive: true, force: true});
	}
}

async function writeRun(path: string, run: SortedRun): Promise<void> {
	const handle = await open(path, 'wx', 0o600);
	try {
		run.sort();
		await run.writeTo(handle);
	} finally {
		await handle.close();
	}
}

async function* merge(runs: ReadonlyArray<StoredRun | SortedRun>): AsyncGenerator<AuditRecord[], void, undefined> {
	for (const run of runs) if (run.isDry) await run.load();
	let batch: AuditRecord[] = [];
	for (;;) {
		let least: StoredRun | SortedRun | undefined;
		let leastTime = Infinity;
		for (const run of runs) {
			const {time} = run;
			if (time === undefined || (least !== undefined && time >= leastTime)) continue;
			least = run;
			leastTime = time;
		}
		if (least === undefined) break;
		batch.push(least.take());
		if (least.isDry) await least.load();
		if (batch.length >= recordsPerBatch) {
			yield batch;
			batch = [];
		}
	}
	if (batch.length > 0) yield batch;
}

async function toDisk<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw writeFailure(`temporary files in ${tmpdir()}`, error, 'make room there, name another place with TMPDIR, or leave --order time out');
	}
}
