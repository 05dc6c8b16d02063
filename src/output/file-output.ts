import {constants, open, rename, rm, stat, type FileHandle} from 'node:fs/promises';
import {dirname} from 'node:path';
import {systemCode} from '../errors.ts';
import {formatUtc} from '../query/timezone.ts';
import {removeLeftovers, syncDirectory, writeFileAtomic} from './atomic.ts';
import {BlockWriter} from './block-writer.ts';
import {createCompress, type Compress} from './compression.ts';
import {openDirectOutput} from './direct-output.ts';
import {openFailure, writeFailure} from './failure.ts';
import {compressionOf, type Compression} from './file-name.ts';
import {acquireLock, type Lock} from './lock.ts';
import type {Checkpoint, Output, ResumedRun} from './output.ts';
import {decideResume, formatRange, readIfThere, type OutputRange, type Sidecar} from './partial.ts';
import {resolveTarget, type Target} from './target.ts';
import {writeFully} from './write-fully.ts';

/** What a file output is opened with. */
export interface FileOutputOptions {
	/** Where the export goes; also how messages name it. */
	readonly path: string;
	/** Default: by the file's name. */
	readonly compression?: Compression;
	/** Whether an interrupted run is continued; `false` starts over. */
	readonly resume: boolean;
	/** Whether this export can be continued at all; a table, whose columns depend on all of its rows, cannot. */
	readonly resumable: boolean;
	/** Of everything that decides the bytes of the output, the range aside. */
	readonly fingerprint: string;
	readonly range: OutputRange;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** Told when an earlier run is continued, or given up and why. */
	readonly notice: (message: string) => void;
}

/**
 * Opens a file for an export. The text goes to `<path>.partial`, with what resuming needs in `<path>.partial.json`;
 * the file appears under its name when the export is complete. A pipe or a device is written to as it is.
 *
 * All files have the permissions that any program's output would have (the umask; those of the file that is replaced):
 * whoever may read the export may read its beginning, and the sidecar holds no secret.
 * @throws UsageError when the path cannot be written or belongs to another export, LockedError when another run writes it
 */
export async function openFileOutput(options: FileOutputOptions): Promise<Output> {
	const target = await resolveTarget(options.path);
	const compress = createCompress(options.compression ?? compressionOf(options.path), options.path);
	if (target.kind === 'stream') return openDirectOutput(target.path, compress, options.path);
	const lock = await acquireLock(target.path, options.path);
	try {
		return await openPartial(target, {options, compress, lock});
	} catch (error) {
		await lock.release();
		throw openFailure(options.path, error);
	}
}

interface Opening {
	readonly options: FileOutputOptions;
	readonly compress: Compress | undefined;
	readonly lock: Lock;
}

async function openPartial(target: Target, opening: Opening): Promise<Output> {
	const {options} = opening;
	const partial = `${target.path}.partial`;
	const sidecar = `${partial}.json`;
	await removeLeftovers(sidecar);
	const earlier = await findEarlier(partial, sidecar, options);
	if (earlier === undefined) {
		// First: it must never stand beside bytes that it does not describe.
		await rm(sidecar, {force: true});
		await syncDirectory(dirname(partial));
	}
	// O_NOFOLLOW: in a directory that others write to, the name could be a link to anything.
	const handle = await open(partial, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
	try {
		await handle.truncate(earlier?.bytes ?? 0);
		if (earlier === undefined && target.mode !== undefined) await handle.chmod(target.mode);
	} catch (error) {
		await handle.close();
		throw error;
	}
	return new FileOutput({...opening, handle, paths: {target: target.path, partial, sidecar}, earlier});
}

async function findEarlier(partial: string, sidecar: string, {path, range, fingerprint, resume, resumable, notice}: FileOutputOptions): Promise<Sidecar | undefined> {
	if (!resume) return undefined;
	const name = `${path}.partial`;
	const leftovers = {sidecar: await readIfThere(sidecar), partialBytes: await sizeOf(partial)};
	if (!resumable) {
		if (leftovers.partialBytes !== undefined) notice(`starting over: ${name} cannot be continued in this format`);
		return undefined;
	}
	const decision = decideResume(name, leftovers, {...range, fingerprint});
	if ('restart' in decision) {
		if (decision.restart !== undefined) notice(`starting over: ${name}: ${decision.restart}`);
		return undefined;
	}
	const {checkpoint: {records, nextFrom}} = decision.resume;
	notice(`resuming ${name}: ${records} ${records === 1 ? 'record' : 'records'} kept, continuing from ${formatUtc(nextFrom)} (range ${formatRange(decision.resume)})`);
	return decision.resume;
}

async function sizeOf(path: string): Promise<number | undefined> {
	try {
		return (await stat(path)).size;
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

interface FileOutputState extends Opening {
	readonly handle: FileHandle;
	readonly paths: {readonly target: string; readonly partial: string; readonly sidecar: string};
	readonly earlier: Sidecar | undefined;
}

class FileOutput implements Output {
	readonly resumed?: ResumedRun;
	readonly #state: FileOutputState;
	readonly #writer: BlockWriter;
	readonly #startedAt: number;
	/** Bytes written, and how many of them are known to be durable. */
	#bytes: number;
	#durableBytes: number;
	#hasCheckpoint: boolean;
	#phase: 'open' | 'published' | 'closed' = 'open';

	constructor(state: FileOutputState) {
		const {earlier, handle, compress, options} = state;
		this.#state = state;
		this.#bytes = earlier?.bytes ?? 0;
		this.#durableBytes = this.#bytes;
		this.#hasCheckpoint = earlier !== undefined;
		this.#startedAt = earlier?.startedAt ?? options.now();
		if (earlier !== undefined) {
			const {checkpoint, since, until, startedAt} = earlier;
			this.resumed = {checkpoint, since, until, startedAt};
		}
		this.#writer = new BlockWriter(compress, async bytes => {
			state.lock.lost.throwIfAborted();
			await writeFully(handle, bytes, this.#bytes);
			this.#bytes += bytes.length;
		});
	}

	async write(text: string): Promise<void> {
		await this.#guarded(async () => this.#writer.write(text));
	}

	async checkpoint(checkpoint: Checkpoint): Promise<void> {
		const {options: {resumable, fingerprint, range}, handle, lock, paths} = this.#state;
		if (!resumable) return;
		await this.#guarded(async () => {
			await this.#writer.cut();
			if (this.#bytes > this.#durableBytes) await handle.datasync();
			this.#durableBytes = this.#bytes;
			lock.lost.throwIfAborted();
			const {since, until} = this.resumed ?? range;
			const sidecar: Sidecar = {
				version: 1, fingerprint, since, until, slidingSince: range.slidingSince, slidingUntil: range.slidingUntil,
				startedAt: this.#startedAt, bytes: this.#bytes, checkpoint,
			};
			await writeFileAtomic(paths.sidecar, `${JSON.stringify(sidecar)}\n`);
			this.#hasCheckpoint = true;
		});
	}

	async commit(): Promise<void> {
		const {handle, lock, paths} = this.#state;
		await this.#guarded(async () => {
			if (this.#bytes === 0) await this.#writer.cutEvenEmpty();
			else await this.#writer.cut();
			await handle.sync();
			lock.lost.throwIfAborted();
			await rename(paths.partial, paths.target);
			this.#phase = 'published';
			await syncDirectory(dirname(paths.target));
			// After the rename is durable: until then the sidecar is what a power cut leaves to continue from.
			await rm(paths.sidecar, {force: true});
			await this.#close();
		});
	}

	async abandon(): Promise<string | undefined> {
		if (this.#phase === 'closed') return undefined;
		const isKept = this.#phase === 'open' && this.#hasCheckpoint;
		try {
			// What follows the checkpoint is written again by the run that continues; until then it is there to read.
			if (this.#phase === 'open' && !this.#state.lock.lost.aborted) await this.#flushOrRemove();
		} catch (error) {
			// The error that ended the export is the one to tell; a bug is told by the tests.
			if (!(error instanceof Error)) throw error;
		} finally {
			await this.#close().catch(() => undefined);
		}
		return isKept ? `${this.#state.options.path}.partial` : undefined;
	}

	async #flushOrRemove(): Promise<void> {
		await this.#writer.cut();
		if (this.#bytes === 0 && !this.#hasCheckpoint) await rm(this.#state.paths.partial, {force: true});
	}

	async #close(): Promise<void> {
		if (this.#phase === 'closed') return;
		this.#phase = 'closed';
		try {
			await this.#state.handle.close();
		} finally {
			await this.#state.lock.release();
		}
	}

	async #guarded(work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			const {path, resumable} = this.#state.options;
			throw writeFailure(path, error, `make room and run the same command again${resumable ? ': it continues where this one stopped' : ''}`);
		}
	}
}
