import {Buffer} from 'node:buffer';
import type {FileHandle} from 'node:fs/promises';

/** The text of a file, a pipe or a device, or undefined when it is longer than `maxBytes`: some never end. */
export async function readAtMost(file: FileHandle, maxBytes: number): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of file.createReadStream({autoClose: false, end: maxBytes})) {
		const read: unknown = chunk;
		if (!Buffer.isBuffer(read)) continue;
		chunks.push(read);
		bytes += read.length;
	}
	return bytes > maxBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}
