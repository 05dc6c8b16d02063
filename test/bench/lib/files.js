import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';

/**
 * Line feeds in a file, and the SHA-256 of its bytes: proof that two programs wrote the same.
 * @param {string} path
 * @returns {Promise<{lines: number, sha256: string}>}
 */
export async function readBack(path) {
	const hash = createHash('sha256');
	let lines = 0;
	/** @type {AsyncIterable<Buffer>} */
	const chunks = createReadStream(path, {highWaterMark: 1024 * 1024});
	for await (const chunk of chunks) {
		hash.update(chunk);
		for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
	}
	return {lines, sha256: hash.digest('hex')};
}
