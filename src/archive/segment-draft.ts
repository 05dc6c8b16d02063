import {createHash} from 'node:crypto';
import {lstat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {ExportError, OutputError} from '../base/errors.ts';
import {BlockWriter} from '../output/block-writer.ts';
import {createCompress, type Compress} from '../output/compression.ts';
import {writeFailure} from '../output/failure.ts';
import {diskFiles, isThere, type ArchiveFiles, type WritableFile} from './file-system.ts';
import {segmentPath, type SegmentCompression, type SegmentName} from './layout.ts';
import {setAside} from './sweep.ts';

/** A segment as it lies in the archive. */
export interface WrittenSegment {
	/** Its path below the archive's directory. */
	readonly file: string;
	readonly records: number;
	/** Size and SHA-256 of the file. */
	readonly bytes: number;
	readonly sha256: string;
}

/** A segment on its way: nobody reads it before it is committed. */
export interface SegmentDraft {
	/** Records taken so far. */
	readonly records: number;
	/** Takes records, each as one line without its line feed. */
	write(lines: readonly string[]): Promise<void>;
	/**
	 * Makes it durable and gives it its name, in the partition it was drafted for. A file that has this name already
	 * is listed nowhere, or the name would not be given again: it is set aside.
	 */
	commit(name: SegmentName): Promise<WrittenSegment>;
	/**
	 * Removes what is there of it, also what a failed `commit` left. May be called in any state.
	 * @returns whether nothing of it is there: a committed one stays
	 */
	discard(): Promise<boolean>;
}

/**
 * Begins a segment. The same records give the same bytes, whatever the batches in which they come.
 * @param dir the archive's directory
 * @param name only the partition and the packing are settled by it; `commit` has the last word on the rest
 * @throws OutputError when the system cannot write, here and in every method
 */
export async function draftSegment(dir: string, name: SegmentName, files: ArchiveFiles = diskFiles): Promise<SegmentDraft> {
	const partition = dirname(join(dir, segmentPath(name)));
	const aside = `${join(dir, segmentPath(name))}.tmp`;
	const file = await toDisk(aside, async () => {
		await providePartition(partition, files);
		// Left by a run that could not clean up: only whoever holds the archive's lock gets here.
		await files.remove(aside);
		return files.create(aside);
	});
	return new Draft({dir, aside, file, files, compression: name.compression});
}

/** Writes a whole segment; see `draftSegment`. Nothing is left behind when it fails. */
export async function writeSegment(
	dir: string, name: SegmentName, batches: AsyncIterable<readonly string[]>, files: ArchiveFiles = diskFiles,
): Promise<WrittenSegment> {
	const draft = await draftSegment(dir, name, files);
	try {
		for await (const lines of batches) await draft.write(lines);
		return await draft.commit(name);
	} catch (error) {
		await draft.discard();
		throw error;
	}
}

class Draft implements SegmentDraft {
	records = 0;
	#bytes = 0;
	#open = true;
	/** Where it lies, until it is committed or discarded. */
	#place: string | undefined;
	#committed = false;
	readonly #hash = createHash('sha256');
	readonly #dir: string;
	readonly #aside: string;
	readonly #file: WritableFile;
	readonly #files: ArchiveFiles;
	readonly #blocks: BlockWriter;

	constructor({
		dir, aside, file, files, compression,
	}: {
		dir: string;
		aside: string;
		file: WritableFile;
		files: ArchiveFiles;
		compression: SegmentCompression;
	}) {
		this.#dir = dir;
		this.#aside = aside;
		this.#place = aside;
		this.#file = file;
		this.#files = files;
		this.#blocks = new BlockWriter(packer(compression, aside), async bytes => {
			await file.write(bytes, this.#bytes);
			this.#hash.update(bytes);
			this.#bytes += bytes.length;
		});
	}

	async write(lines: readonly string[]): Promise<void> {
		if (lines.length === 0) return;
		await toDisk(this.#aside, async () => this.#blocks.write(`${lines.join('\n')}\n`));
		this.records += lines.length;
	}

	async commit(name: SegmentName): Promise<WrittenSegment> {
		const path = segmentPath(name);
		const target = join(this.#dir, path);
		if (dirname(target) !== dirname(this.#aside)) throw new Error(`${path} belongs to another partition than ${this.#aside}`);
		await toDisk(target, async () => {
			await this.#blocks.cut();
			await this.#file.sync();
			this.#open = false;
			await this.#file.close();
			if (await isThere(target)) await setAside(this.#dir, path, this.#files);
			await this.#files.rename(this.#aside, target);
			this.#place = target;
			await this.#files.syncDirectory(dirname(target));
			this.#place = undefined;
			this.#committed = true;
		});
		return {file: path, records: this.records, bytes: this.#bytes, sha256: this.#hash.digest('hex')};
	}

	async discard(): Promise<boolean> {
		if (this.#open) {
			this.#open = false;
			await toDisk(this.#aside, async () => this.#file.close());
		}
		const place = this.#place;
		if (place === undefined) return !this.#committed;
		await toDisk(place, async () => {
			await this.#files.remove(place);
			await this.#files.syncDirectory(dirname(place));
		});
		this.#place = undefined;
		return true;
	}
}

/** Packs blocks as the same bytes on every platform: a gzip header names the system that it was made on. */
function packer(compression: SegmentCompression, name: string): Compress | undefined {
	const compress = createCompress(compression, name);
	if (compress === undefined) return undefined;
	return async block => {
		const packed = await compress(block);
		packed[systemByte] = unknownSystem;
		return packed;
	};
}

/** RFC 1952, 2.3.1: the byte that names the system, and its value for none in particular. */
const systemByte = 9;
const unknownSystem = 255;

/** Makes sure that a partition's directory is there, and will be after a power cut. */
async function providePartition(partition: string, files: ArchiveFiles): Promise<void> {
	for (const directory of [dirname(partition), partition]) {
		await files.makeDirectory(directory);
		// Also where it was there before: the run that made it may have ended before this step.
		await files.syncDirectory(dirname(directory));
		if ((await lstat(directory)).isDirectory()) continue;
		throw new OutputError(`cannot write into ${directory}: it is no directory`, {hint: 'move it away, then run the same command again'});
	}
}

async function toDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw error instanceof ExportError ? error : writeFailure(path, error);
	}
}
