import {createWriteStream, fstatSync} from 'node:fs';
import type {OutputStream} from '../base/context.ts';

/**
 * A stream over an open descriptor that leads to a regular file (`> records.ndjson`), or undefined when it leads
 * elsewhere. `process.stdout` must not be used there: it ignores that the system wrote only a part of the text, so
 * on a disk that fills up the last records would be missing and nobody would be told. Of a directory it takes all, and
 * writes nothing; this stream fails.
 */
export function openDescriptorStream(descriptor: number): OutputStream | undefined {
	const stat = fstatSync(descriptor);
	if (!stat.isFile() && !stat.isDirectory()) return undefined;
	return createWriteStream('', {fd: descriptor, autoClose: false});
}
