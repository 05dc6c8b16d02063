import {ApiError} from '../errors.ts';
import {formatSize} from '../query/size.ts';
import {BodyCollector} from './body-collector.ts';

/** The most bytes of a body where nobody says otherwise. A page of log rows is a thousand times smaller. */
export const defaultMaxResponseBytes = 256 * 2 ** 20;

const askForLess = 'ask for fewer rows at once with --page-size, or allow more with --max-response; if it stays, check --base-url: this does not look like the API';

/**
 * The whole body, decompressed. Stops at `maxBytes`: a few kilobytes can decompress to more than any memory.
 * @param label what was asked, for messages
 * @throws ApiError when the body is longer
 */
export async function readBody(response: Response, label: string, maxBytes = defaultMaxResponseBytes, hint = askForLess): Promise<Uint8Array> {
	if (response.body === null) return new Uint8Array();
	const collector = new BodyCollector(maxBytes);
	// Leaving the loop cancels the body.
	for await (const chunk of response.body) if (!collector.add(chunk)) throw tooLarge(label, response.status, maxBytes, hint);
	return collector.body();
}

/** The error for a body of more than `maxBytes`. */
export function tooLarge(label: string, status: number, maxBytes: number, hint = askForLess): ApiError {
	return new ApiError(`${label}: the answer is too large: more than ${formatSize(maxBytes)} (HTTP ${status})`, {hint});
}

const [comma, openArray, openObject] = [0x2c, 0x5b, 0x7b];
/** Bodies up to this size cannot hold too many values. */
const unsuspectedBytes = 16 * 2 ** 20;
/** Millions of empty objects take a gigabyte of memory when they are parsed. */
const mostValues = 16_000_000;

/**
 * Makes sure that a JSON body can be parsed in the memory there is: `{},{},{},…` takes twenty times its size, and running
 * out of memory ends the process without a word.
 * @throws ApiError
 */
export function requireParsable(body: Uint8Array, label: string): void {
	if (body.length <= unsuspectedBytes) return;
	let values = 0;
	for (let index = 0; index < body.length; index++) {
		const byte = body[index];
		if (byte === comma || byte === openArray || byte === openObject) values++;
	}
	if (values > mostValues) {
		throw new ApiError(`${label}: the answer is too large: more than ${mostValues / 1e6} million values`, {
			hint: 'ask for fewer rows at once with --page-size; if it stays, check --base-url: this does not look like the API',
		});
	}
}
