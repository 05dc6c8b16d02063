import {createReadStream, type WriteStream, createWriteStream} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {writeFailure} from '../output/failure.ts';
import type {AuditRecord} from '../record.ts';

/** Text sorted in memory at once, in characters; more goes through temporary files. */
const defaultRunCharacters = 16 * 1024 * 1024;
const recordsPerBatch = 500;

/** Rows whose time cannot be read stand at the end of their window. */
const timeOf = (record: AuditRecord) => record.time ?? Infinity;

/**
 * The records of one window, oldest first; rows of the same time keep the order in which they came. Memory is bounded:
 * beyond `runCharacters` of text, sorted runs go to a private temporary directory and are merged from there.
 * @throws OutputError when the temporary directory cannot be used, and whatever `batches` throws
 */
export async function* inTimeOrder(
	batches: AsyncIterable<AuditRecord[]>,
	{runCharacters = defaultRunCharacters}: {runCharacters?: number} = {},
): AsyncGenerator<AuditRecord[], void, undefined> {
	let run: AuditRecord[] = [];
	let characters = 0;
	let directory: string | undefined;
	const files: string[] = [];
	try {
		for await (const batch of batches) {
			for (const record of batch) {
				run.push(record);
				characters += record.text.length;
			}
			if (characters >= runCharacters) {
				directory ??= await toDisk(mkdtemp(join(tmpdir(), 'audit-export-')));
				const file = join(directory, `${files.length}.ndjson`);
				await toDisk(writeRun(file, sorted(run)));
				files.push(file);
				run = [];
				characters = 0;
			}
		}
		const last = sorted(run);
		if (files.length === 0) {
			for (let start = 0; start < last.length; start += recordsPerBatch) yield last.slice(start, start + recordsPerBatch);
			return;
		}
		yield* merge([...files.map(file => readRun(file)), inMemory(last)]);
	} finally {
		if (directory !== undefined) await rm(directory, {recursive: true, force: true});
	}
}

function sorted(records: AuditRecord[]): AuditRecord[] {
	return records.toSorted((a, b) => timeOf(a) === timeOf(b) ? 0 : timeOf(a) - timeOf(b));
}

async function toDisk<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw writeFailure(`temporary files in ${tmpdir()}`, error, 'make room there, name another place with TMPDIR, or leave --order time out');
	}
}

async function writeRun(file: string, records: readonly AuditRecord[]): Promise<void> {
	const stream: WriteStream = createWriteStream(file, {mode: 0o600, flags: 'wx'});
	for (const {time, id, text} of records) {
		if (!stream.write(`${JSON.stringify([time ?? null, id ?? null])}\n${text}\n`)) await once(stream, 'drain');
	}
	stream.end();
	await once(stream, 'finish');
}

async function* readRun(file: string): AsyncGenerator<AuditRecord, void, undefined> {
	let head: string | undefined;
	for await (const line of readLines(file)) {
		if (head === undefined) {
			head = line;
			continue;
		}
		const [time, id]: [number | null, string | null] = JSON.parse(head);
		head = undefined;
		yield {text: line, id: id ?? undefined, time: time ?? undefined};
	}
}

/** By line feeds only: `node:readline` also ends lines at U+2028, which may stand in an id. */
async function* readLines(file: string): AsyncGenerator<string, void, undefined> {
	let rest = '';
	const chunks: AsyncIterable<string> = createReadStream(file, 'utf8');
	for await (const chunk of chunks) {
		const lines = `${rest}${chunk}`.split('\n');
		rest = lines.pop() ?? '';
		yield* lines;
	}
}

async function* inMemory(records: readonly AuditRecord[]): AsyncGenerator<AuditRecord, void, undefined> {
	yield* records;
}

/** Merges sorted runs; of equal times the earlier run goes first. */
async function* merge(runs: Array<AsyncGenerator<AuditRecord, void, undefined>>): AsyncGenerator<AuditRecord[], void, undefined> {
	try {
		const heads = await Promise.all(runs.map(async run => run.next()));
		let batch: AuditRecord[] = [];
		for (;;) {
			let least = -1;
			for (const [index, head] of heads.entries()) {
				if (head.done === true) continue;
				const best = least < 0 ? undefined : heads[least];
				if (best === undefined || best.done === true || timeOf(head.value) < timeOf(best.value)) least = index;
			}
			const head = heads[least];
			const run = runs[least];
			if (head === undefined || head.done === true || run === undefined) break;
			batch.push(head.value);
			heads[least] = await run.next();
			if (batch.length >= recordsPerBatch) {
				yield batch;
				batch = [];
			}
		}
		if (batch.length > 0) yield batch;
	} finally {
		// Closes the files of runs that were not read to their end.
		await Promise.all(runs.map(async run => run.return()));
	}
}
