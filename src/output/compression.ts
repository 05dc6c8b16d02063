import {promisify} from 'node:util';
import * as zlib from 'node:zlib';
import {UsageError} from '../base/errors.ts';
import type {Compression} from '../query/format-names.ts';

/**
 * Packs one block into a whole gzip member or Zstandard frame. Files of several members are as valid as files of one,
 * so each can end where resuming may cut. The same block always gives the same bytes: the header holds no time.
 */
export type Compress = (block: Uint8Array) => Promise<Uint8Array>;

/** Zstandard, in Node.js 22.15 and newer. */
interface ZstdModule {
	zstdCompress(
		block: Uint8Array, options: {params: Record<number, number>}, callback: (error: Error | null, packed: Uint8Array) => void,
	): void;
}

function hasZstd(module: object): module is ZstdModule {
	return 'zstdCompress' in module;
}

/** `ZSTD_c_checksumFlag`: a frame has no checksum unless asked for, a gzip member always has one. */
const zstdChecksumFlag = 201;

/**
 * The packer of a compression, or undefined when there is nothing to pack.
 * @param name the file, for messages
 * @throws UsageError when this runtime has no Zstandard
 */
export function createCompress(compression: Compression, name: string): Compress | undefined {
	if (compression === 'none') return undefined;
	if (compression === 'gzip') {
		const gzip = promisify<Uint8Array, Uint8Array>(zlib.gzip);
		return async block => gzip(block);
	}
	const module: object = zlib;
	if (!hasZstd(module)) {
		throw new UsageError(`cannot write ${name}: this Node.js has no Zstandard compression`, {
			hint: 'name the file .gz, or run with Node.js 22.15 or newer',
		});
	}
	return async block => new Promise((resolve, reject) => {
		module.zstdCompress(block, {params: {[zstdChecksumFlag]: 1}}, (error, packed) => {
			if (error) reject(error);
			else resolve(packed);
		});
	});
}
