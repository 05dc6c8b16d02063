import {constants} from 'node:buffer';
import {ApiError} from '../errors.ts';

/** The most that surely fits into one string, in bytes: about 512 MiB. */
export const mostBodyBytes = constants.MAX_STRING_LENGTH;

/**
 * The whole body, decompressed. Stops at what a string can hold: a few kilobytes can decompress to more than any memory.
 * @param label what was asked, for messages
 * @throws ApiError when the body is longer
 */
export async function readBody(response: Response, label: string): Promise<Uint8Array> {
	if (response.body === null) return new Uint8Array();
	const chunks: Uint8Array[] = [];
	let size = 0;
	// Leaving the loop cancels the body.
	for await (const chunk of response.body) {
		size += chunk.byteLength;
		if (size > mostBodyBytes) throw tooLarge(label, response.status);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks, size);
}

/** The error for a body that no string can hold. */
export function tooLarge(label: string, status: number): ApiError {
	return new ApiError(`${label}: the answer is too large: more than ${Math.floor(mostBodyBytes / 2 ** 20)} MiB (HTTP ${status})`, {
		hint: 'ask for fewer rows at once with --page-size; if it stays, check --base-url: this does not look like the API',
	});
}
