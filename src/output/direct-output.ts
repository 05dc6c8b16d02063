import {constants, open} from 'node:fs/promises';
import {BlockWriter} from './block-writer.ts';
import type {Compress} from './compression.ts';
import {openFailure, writeFailure} from './failure.ts';
import type {Output} from './output.ts';
import {writeFully} from './write-fully.ts';

/**
 * An output into a pipe or a device that has a name: /dev/null, a FIFO, a terminal. What is written there cannot be
 * taken back, so there is no partial file, no checkpoint and no renaming.
 * @param name how messages name it
 */
export async function openDirectOutput(path: string, compress: Compress | undefined, name: string): Promise<Output> {
	// Appending, because a descriptor (/dev/fd/3) may lead to a file that others write to as well.
	const handle = await open(path, constants.O_WRONLY | constants.O_APPEND).catch((error: unknown) => {
		throw openFailure(name, error);
	});
	const writer = new BlockWriter(compress, async bytes => writeFully(handle, bytes, null));
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
		write: async text => guarded(async () => {
			await writer.write(text);
			// Whoever reads a pipe waits for each record; compressed ones come in blocks.
			if (compress === undefined) await writer.cut();
		}),
		checkpoint: async () => {},
		commit: async () => guarded(async () => {
			await writer.cutEvenEmpty();
			await close();
		}),
		async abandon() {
			await close().catch(() => undefined);
			return undefined;
		},
	};
}
