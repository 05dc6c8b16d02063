import {join} from 'node:path';
import {ExportError, LockedError, OutputError} from '../base/errors.ts';
import {formatSize} from '../base/size.ts';
import {writeFailure} from '../output/failure.ts';
import {formatUtc} from '../base/timezone.ts';
import {diskFiles, type ArchiveFiles, type WritableFile} from './file-system.ts';
import {manifestName} from './layout.ts';
import {chainStart, hashLine, type ManifestLine} from './manifest.ts';
import {longestLineBytes, type ManifestTail} from './manifest-file.ts';

/** A line before it has its place in the chain: without what the writer adds to every line. */
export type LineBody = BodyOf<ManifestLine>;

type BodyOf<L> = L extends ManifestLine ? Omit<L, 'line' | 'at' | 'prev'> : never;

/** The end of a manifest, where lines are added. */
export interface ManifestWriter {
	/** The number that the next line gets. */
	readonly nextLine: number;
	/**
	 * Adds a line and makes it durable: what it lists must be durable already. When that fails, the manifest is as it was
	 * before, or what was added is cut off by the next run.
	 * @throws OutputError when the system cannot write; LockedError when something else has written to the file
	 */
	append(body: LineBody): Promise<ManifestLine>;
	/** Whether a line may stand there that this writer does not know of: a failure could not be undone. */
	readonly unsettled: boolean;
	/** May be called again. */
	close(): Promise<void>;
}

export interface ManifestWriterOptions {
	/** The archive's directory, which is there. */
	readonly dir: string;
	/** Where the manifest ends as `readTail` found it: bytes after its last line are cut off first. Undefined creates one. */
	readonly tail: ManifestTail | undefined;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	readonly files?: ArchiveFiles;
}

/**
 * Opens a manifest for adding lines. Only for whoever holds the archive's lock.
 * @throws OutputError when the system cannot write
 */
export async function openManifest({dir, tail, now, files = diskFiles}: ManifestWriterOptions): Promise<ManifestWriter> {
	const path = join(dir, manifestName);
	try {
		const file = await (tail === undefined ? files.create(path) : files.open(path));
		const writer = new Writer({path, file, now, tail});
		try {
			if (tail === undefined) await files.syncDirectory(dir);
			else if (tail.tornBytes > 0) await writer.cutBack();
		} catch (error) {
			await file.close();
			throw error;
		}
		return writer;
	} catch (error) {
		throw writeFailure(path, error);
	}
}

class Writer implements ManifestWriter {
	nextLine: number;
	unsettled = false;
	#prev: string;
	#bytes: number;
	#closed: Promise<void> | undefined;
	readonly #path: string;
	readonly #file: WritableFile;
	readonly #now: () => number;

	constructor({path, file, now, tail}: {path: string; file: WritableFile; now: () => number; tail: ManifestTail | undefined}) {
		this.#path = path;
		this.#file = file;
		this.#now = now;
		this.#bytes = tail?.committedBytes ?? 0;
		this.nextLine = tail?.last === undefined ? 0 : tail.last.line.line + 1;
		this.#prev = tail?.last?.hash ?? chainStart;
	}

	async append(body: LineBody): Promise<ManifestLine> {
		if (this.unsettled) throw new Error(`${this.#path} takes no more lines after a failure`);
		const {standing, ...rest} = body;
		const line = {...rest, line: this.nextLine, at: formatUtc(this.#now()), prev: this.#prev, standing};
		const text = JSON.stringify(line);
		const bytes = Buffer.from(`${text}\n`);
		if (bytes.length > longestLineBytes) {
			throw new OutputError(`${this.#path}: a line of ${formatSize(bytes.length)} could not be read back`, {
				hint: 'audit-export compact makes fewer segments of that time',
			});
		}
		try {
			if ((await this.#file.size()) !== this.#bytes) {
				throw new LockedError(`${this.#path} was written to by something else during this run`, {
					hint: 'see what else uses this archive, then run the same command again',
				});
			}
			this.unsettled = true;
			await this.#file.write(bytes, this.#bytes);
			await this.#file.sync();
		} catch (error) {
			if (error instanceof ExportError) throw error;
			await this.#undo();
			throw writeFailure(this.#path, error);
		}
		this.unsettled = false;
		this.#bytes += bytes.length;
		this.#prev = hashLine(text);
		this.nextLine++;
		return line;
	}

	/** Cuts off what stands after the last line. */
	async cutBack(): Promise<void> {
		await this.#file.truncate(this.#bytes);
		await this.#file.sync();
	}

	async close(): Promise<void> {
		await (this.#closed ??= this.#file.close());
	}

	/** Leaves the manifest as it was before a line that could not be added, if the system lets it. */
	async #undo(): Promise<void> {
		try {
			await this.cutBack();
			this.unsettled = false;
		} catch {
			// Told by `unsettled`; the next run finds the rest of the line and cuts it off.
		}
	}
}
