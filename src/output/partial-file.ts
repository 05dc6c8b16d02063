import type {BigIntStats} from 'node:fs';
import {lstat, rm, type FileHandle} from 'node:fs/promises';
import {dirname} from 'node:path';
import {OutputError, systemCode, UsageError} from '../base/errors.ts';
import type {Account} from './account.ts';
import {syncDirectory, writeFileAtomic} from './atomic.ts';
import {BlockWriter, writeFully} from './block-writer.ts';
import type {Compress} from './compression.ts';
import {writeFailure} from './failure.ts';
import type {Lock} from './lock.ts';
import type {Checkpoint, Chunk, Output, ResumedRun} from './output.ts';
import type {OutputRange, Sidecar} from './partial.ts';
import {renameFile} from './windows.ts';

/** As long as the work took, times this, it is not due again: it takes a tenth of the time at most. */
const pauses = 9;

/** Keeps work that is done again and again, and may be put off, to a share of the time. The first is due at once. */
class Pace {
	readonly #monotonic: () => number;
	#endedAt = -Infinity;
	#tookMs = 0;

	/** @param monotonic milliseconds of a clock that never steps back */
	constructor(monotonic: () => number) {
		this.#monotonic = monotonic;
	}

	/** Whether the work is worth doing again by now. */
	get isDue(): boolean {
		return this.#monotonic() - this.#endedAt >= pauses * this.#tookMs;
	}

	/** Does the work, and measures it. */
	async run(work: () => Promise<void>): Promise<void> {
		const startedAt = this.#monotonic();
		await work();
		this.#endedAt = this.#monotonic();
		this.#tookMs = this.#endedAt - startedAt;
	}
}

/** What a partial file is written with; owned by it from then on. */
export interface PartialFileOptions {
	/** How messages name the target. */
	readonly path: string;
	readonly paths: {readonly target: string; readonly partial: string; readonly sidecar: string};
	/** The open partial file, as long as `earlier` says. */
	readonly handle: FileHandle;
	readonly compress: Compress | undefined;
	readonly lock: Lock;
	/** A file of the target's name is there already. */
	readonly replaces: boolean;
	/** The run that is continued. */
	readonly earlier: Sidecar | undefined;
	readonly resumable: boolean;
	readonly fingerprint: string;
	/** Whose rows they are. */
	readonly account: Account;
	readonly range: OutputRange;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** Milliseconds of a clock that never steps back. */
	readonly monotonic: () => number;
}

/**
 * The output into `<path>.partial`, which gets its name when it is complete. Making a checkpoint durable may take longer
 * than a window: those that come too soon after one another are saved by the next, or when the output is given up.
 */
export class PartialFile implements Output {
	readonly resumed?: ResumedRun;
	readonly replaces: boolean;
	readonly keepsUnfinished = true;
	readonly #options: PartialFileOptions;
	readonly #writer: BlockWriter;
	readonly #startedAt: number;
	/** Bytes written, and how many of them are known to be durable. */
	#bytes: number;
	#durableBytes: number;
	#hasCheckpoint: boolean;
	readonly #pace: Pace;
	/** The last checkpoint, and how many bytes it stands for, while it is not saved. */
	#unsaved: {readonly bytes: number; readonly checkpoint: Checkpoint} | undefined;
	/** What has the partial file's name is none of this output's business any more. */
	#isReplaced = false;
	#failure: unknown;
	/** What a later run continues, once this one was given up. */
	#kept: string | undefined;
	#phase: 'open' | 'published' | 'closed' = 'open';

	constructor(options: PartialFileOptions) {
		const {earlier, handle, compress, lock, now, monotonic} = options;
		this.#options = options;
		this.replaces = options.replaces;
		this.#pace = new Pace(monotonic);
		this.#bytes = earlier?.bytes ?? 0;
		this.#durableBytes = this.#bytes;
		this.#hasCheckpoint = earlier !== undefined;
		this.#startedAt = earlier?.startedAt ?? now();
		if (earlier !== undefined) {
			const {checkpoint, since, until, startedAt} = earlier;
			this.resumed = {checkpoint, since, until, startedAt};
		}
		this.#writer = new BlockWriter(compress, async bytes => {
			lock.lost.throwIfAborted();
			await writeFully(handle, bytes, this.#bytes);
			this.#bytes += bytes.length;
		});
	}

	async write(chunk: Chunk): Promise<void> {
		await this.#guarded(async () => this.#writer.write(chunk));
	}

	async checkpoint(checkpoint: Checkpoint): Promise<void> {
		if (!this.#options.resumable) return;
		await this.#guarded(async () => {
			await this.#writer.cut();
			this.#unsaved = {bytes: this.#bytes, checkpoint};
			if (this.#pace.isDue) await this.#pace.run(async () => this.#save());
		});
	}

	async commit(): Promise<void> {
		const {handle, lock, paths} = this.#options;
		await this.#guarded(async () => {
			if (this.#bytes === 0) await this.#writer.cutEvenEmpty();
			else await this.#writer.cut();
			await handle.sync();
			lock.lost.throwIfAborted();
			await this.#requireInPlace();
			await renameFile(paths.partial, paths.target);
			this.#phase = 'published';
			await syncDirectory(dirname(paths.target));
			// After the rename is durable: until then the sidecar is what a power cut leaves to continue from.
			await rm(paths.sidecar, {force: true});
			await this.#close();
		});
	}

	async abandon(): Promise<string | undefined> {
		const isOurs = this.#phase === 'open' && !this.#options.lock.lost.aborted && !this.#isReplaced;
		// Failures here are told to nobody: the error that ended the export is the one to tell.
		if (isOurs) await Promise.allSettled([this.#flushOrRemove()]);
		await Promise.allSettled([this.#close()]);
		if (isOurs && this.#hasCheckpoint) this.#kept = `${this.#options.path}.partial`;
		return this.#kept;
	}

	/**
	 * What has the partial file's name must be what was written: another file that was moved there meanwhile would be
	 * published as the export.
	 */
	async #requireInPlace(): Promise<void> {
		const {handle, path, paths} = this.#options;
		const [written, named] = await Promise.all([handle.stat({bigint: true}), statsOf(paths.partial)]);
		if (named !== undefined && isSame(written, named)) return;
		this.#isReplaced = true;
		this.#hasCheckpoint = false;
		// It would describe what is not there, or what somebody else made.
		await rm(paths.sidecar, {force: true});
		const what = named === undefined ? 'removed' : 'replaced';
		throw new OutputError(`cannot write ${path}: ${path}.partial was ${what} while it was written`, {
			hint: 'see what else removes or writes files there, then run the same command again',
		});
	}

	/** Makes the last checkpoint durable. */
	async #save(): Promise<void> {
		if (this.#unsaved === undefined) return;
		const {fingerprint, account, range, handle, lock, paths, earlier} = this.#options;
		const {bytes, checkpoint} = this.#unsaved;
		if (bytes > this.#durableBytes) await handle.datasync();
		this.#durableBytes = bytes;
		lock.lost.throwIfAborted();
		await this.#requireInPlace();
		const {since, until, slidingSince, slidingUntil} = earlier ?? range;
		const sidecar: Sidecar = {
			version: 1, fingerprint, account, since, until, slidingSince, slidingUntil,
			startedAt: this.#startedAt, bytes, checkpoint,
		};
		await writeFileAtomic(paths.sidecar, `${JSON.stringify(sidecar)}\n`, {mode: 0o600});
		this.#hasCheckpoint = true;
		this.#unsaved = undefined;
	}

	/** What follows the checkpoint is written again by the run that continues; until then it is there to read. */
	async #flushOrRemove(): Promise<void> {
		if (this.#failure === undefined) {
			await this.#save();
			await this.#writer.cut();
		}
		if (this.#bytes === 0 && !this.#hasCheckpoint) await rm(this.#options.paths.partial, {force: true});
	}

	async #close(): Promise<void> {
		if (this.#phase === 'closed') return;
		this.#phase = 'closed';
		try {
			await this.#options.handle.close();
		} finally {
			await this.#options.lock.release();
		}
	}

	async #guarded(work: () => Promise<void>): Promise<void> {
		// After a failure nobody knows which part of the text was taken in: writing on would alter the export.
		if (this.#failure !== undefined) throw this.#failure;
		try {
			await work();
		} catch (error) {
			const {path, resumable} = this.#options;
			this.#failure = writeFailure(
				path, duringRun(error), `run the same command again${resumable ? ': it continues where this one stopped' : ''}`,
			);
			throw this.#failure;
		}
	}
}

/** Of what has this name, a link not followed; undefined where nothing has. */
async function statsOf(path: string): Promise<BigIntStats | undefined> {
	try {
		return await lstat(path, {bigint: true});
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/** Some network file systems number a file anew whenever it is looked up; then its size and time tell. */
function isSame(a: BigIntStats, b: BigIntStats): boolean {
	return a.ino === b.ino || (a.size === b.size && a.mtimeNs === b.mtimeNs);
}

/** What would have been wrong usage before the first request is a failure to write after it: a directory that went away. */
function duringRun(error: unknown): unknown {
	return error instanceof UsageError ? new OutputError(error.message, {hint: error.hint, cause: error}) : error;
}
