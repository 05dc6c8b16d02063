import type {FileHandle} from 'node:fs/promises';

/** Writes all of the bytes; the system may take a part at a time, the last part before a full disk for one. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
	for (let written = 0; written < bytes.length;) {
		const {bytesWritten} = await handle.write(bytes, written, bytes.length - written, position + written);
		written += bytesWritten;
	}
}
