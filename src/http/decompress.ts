import {promisify} from 'node:util';
import {brotliDecompress, gunzip, inflate, inflateRaw} from 'node:zlib';

type Unpack = (packed: Buffer, options: {maxOutputLength: number}) => Promise<Buffer>;

const unpackGzip: Unpack = promisify(gunzip);
const unpackBrotli: Unpack = promisify(brotliDecompress);
const unpackZlib: Unpack = promisify(inflate);
const unpackRaw: Unpack = promisify(inflateRaw);

const unpackers: ReadonlyMap<string, Unpack> = new Map([
	['gzip', unpackGzip],
	['x-gzip', unpackGzip],
	['br', unpackBrotli],
	// Several servers leave out the header that the standard asks for; the first byte tells.
	['deflate', async (packed, options) => ((packed[0] ?? 0) & 0x0f) === 8 ? unpackZlib(packed, options) : unpackRaw(packed, options)],
]);

/**
 * A body without its content encodings. One whose encoding is not known stays as it is, as with `fetch`.
 * @throws ERR_BUFFER_TOO_LARGE beyond `mostBytes`, and zlib's error when it is damaged or cut off
 */
export async function decompress(body: Buffer, contentEncoding: string, mostBytes: number): Promise<Buffer> {
	const names = contentEncoding.toLowerCase().split(',').map(name => name.trim()).filter(name => name !== '' && name !== 'identity');
	let bytes = body;
	for (const name of names.toReversed()) {
		const unpack = unpackers.get(name);
		if (unpack === undefined) return body;
		bytes = await unpack(bytes, {maxOutputLength: mostBytes});
	}
	return bytes;
}
