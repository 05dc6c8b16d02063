import {rename, rm, type FileHandle} from 'node:fs/promises';
import {dirname} from 'node:path';
import {syncDirectory, writeFileAtomic} from './atomic.ts';
import {BlockWriter} from './block-writer.ts';
import type {Compress} from './compression.ts';
import {writeFailure} from './failure.ts';
import type {Lock} from './lock.ts';
import type {Checkpoint, Output, ResumedRun} from './output.ts';
import type {OutputRange, Sidecar} from './partial.ts';
import {writeFully} from './write-fully.ts';

/** What a partial file is written with; owned by it from then on. */
export interface PartialFileOptions {
	/** How messages name the target. */
	readonly path: string;
	readonly paths: {readonly target: string; readonly partial: string; readonly sidecar: string};
	/** The open partial file, as long as `earlier` says. */
	readonly handle: FileHandle;
	readonly compress: Compress | undefined;
	readonly lock: Lock;
	/** The run that is continued. */
	readonly earlier: Sidecar | undefined;
	readonly resumable: boolean;
	readonly fingerprint: string;
	readonly range: OutputRange;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
}

/** The output into `<path>.partial`, which gets its name when it is complete. */
export class PartialFile implements Output {
	readonly resumed?: ResumedRun;
	readonly keepsUnfinished = true;
	readonly #options: PartialFileOptions;
	readonly #writer: BlockWriter;
	readonly #startedAt: number;
	/** Bytes written, and how many of them are known to be durable. */
	#bytes: number;
	#durableBytes: number;
	#hasCheckpoint: boolean;
	#failure: unknown;
	#phase: 'open' | 'published' | 'closed' = 'open';

	constructor(options: PartialFileOptions) {
		const {earlier, handle, compress, lock, now} = options;
		this.#options = options;
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

	async write(text: string): Promise<void> {
		await this.#guarded(async () => this.#writer.write(text));
	}

	async checkpoint(checkpoint: Checkpoint): Promise<void> {
		const {resumable, fingerprint, range, handle, lock, paths, earlier} = this.#options;
		if (!resumable) return;
		await this.#guarded(async () => {
			await this.#writer.cut();
			if (this.#bytes > this.#durableBytes) await handle.datasync();
			this.#durableBytes = this.#bytes;
			lock.lost.throwIfAborted();
			const {since, until, slidingSince, slidingUntil} = earlier ?? range;
			const sidecar: Sidecar = {
				version: 1, fingerprint, since, until, slidingSince, slidingUntil,
				startedAt: this.#startedAt, bytes: this.#bytes, checkpoint,
			};
			await writeFileAtomic(paths.sidecar, `${JSON.stringify(sidecar)}\n`, {mode: 0o600});
			this.#hasCheckpoint = true;
		});
	}

	async commit(): Promise<void> {
		const {handle, lock, paths} = this.#options;
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
		const isOurs = this.#phase === 'open' && !this.#options.lock.lost.aborted;
		// Failures here are told to nobody: the error that ended the export is the one to tell.
		if (isOurs) await Promise.allSettled([this.#flushOrRemove()]);
		await Promise.allSettled([this.#close()]);
		return isOurs && this.#hasCheckpoint ? `${this.#options.path}.partial` : undefined;
	}

	/** What follows the checkpoint is written again by the run that continues; until then it is there to read. */
	async #flushOrRemove(): Promise<void> {
		if (this.#failure === undefined) await this.#writer.cut();
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
			this.#failure = writeFailure(path, error, `run the same command again${resumable ? ': it continues where this one stopped' : ''}`);
			throw this.#failure;
		}
	}
}
