import {constants, open, stat, type FileHandle} from 'node:fs/promises';
import {systemCode} from '../base/errors.ts';
import {BlockWriter} from './block-writer.ts';
import type {Compress} from './compression.ts';
import {openFailure, writeFailure} from './failure.ts';
import {graceMs, type Interruption} from './stream-output.ts';
import type {Output} from './output.ts';

/** How long to wait, in milliseconds, before looking again whether a FIFO has a reader, and whether that takes more. */
const readerPauseMs = 100;
const longestRoomPauseMs = 50;

/**
 * An output into a pipe or a device that has a name: /dev/null, a FIFO, a terminal. What is written there cannot be
 * taken back, so there is no partial file, no checkpoint and no renaming.
 * @param name how messages name it
 * @throws the signal's reason while a FIFO has no reader, and from `write` soon after when its reader takes nothing
 */
export async function openDirectOutput(
	path: string, compress: Compress | undefined, {name, ...interruption}: {readonly name: string} & Interruption,
): Promise<Output> {
	// Appending, because a descriptor (/dev/fd/3) may lead to a file that others write to as well.
	const handle = await openStream(path, constants.O_WRONLY | constants.O_APPEND, interruption).catch((error: unknown) => {
		throw openFailure(name, error);
	});
	const writer = new BlockWriter(compress, async bytes => writeAsTaken(handle, bytes, interruption));
	let isOpen = true;
	let failure: unknown;

	const guarded = async (work: () => Promise<void>) => {
		if (failure !== undefined) throw failure;
		try {
			await work();
		} catch (error) {
			failure = writeFailure(name, error);
			throw failure;
		}
	};
	const close = async () => {
		if (!isOpen) return;
		isOpen = false;
		await handle.close();
	};

	return {
		write: async chunk => guarded(async () => {
			await writer.write(chunk);
			// Whoever reads a pipe waits for each record; compressed ones come in blocks.
			if (compress === undefined) await writer.cut();
		}),
		checkpoint: async () => {},
		commit: async () => guarded(async () => {
			await writer.cutEvenEmpty();
			await close();
		}),
		async abandon() {
			// The error that ended the export is the one to tell; there is nothing here to keep.
			await Promise.allSettled([close()]);
			return undefined;
		},
	};
}

/** A FIFO is opened without blocking: a call that waits for its reader could be ended by nothing, not even by the process. */
async function openStream(path: string, flags: number, {signal, sleep}: Interruption): Promise<FileHandle> {
	if (!(await stat(path)).isFIFO()) return open(path, flags);
	for (;;) {
		try {
			return await open(path, flags | constants.O_NONBLOCK);
		} catch (error) {
			// There is no reader yet.
			if (systemCode(error) !== 'ENXIO') throw error;
			await sleep(readerPauseMs, signal);
		}
	}
}

/** Writes all of the bytes as the reader makes room; once the run was asked to stop, it has `graceMs` for that. */
async function writeAsTaken(handle: FileHandle, bytes: Uint8Array, {signal, sleep}: Interruption): Promise<void> {
	let pauseMs = 1;
	let overtimeMs = 0;
	for (let written = 0; written < bytes.length;) {
		try {
			const {bytesWritten} = await handle.write(bytes, written);
			written += bytesWritten;
			pauseMs = 1;
		} catch (error) {
			if (systemCode(error) !== 'EAGAIN') throw error;
			if (overtimeMs >= graceMs) throw signal.reason;
			if (signal.aborted) overtimeMs += pauseMs;
			await sleep(pauseMs);
			pauseMs = Math.min(longestRoomPauseMs, pauseMs * 2);
		}
	}
}
