import {promisify} from 'node:util';
import {brotliDecompress, gunzip, inflate, inflateRaw} from 'node:zlib';

type Unpack = (packed: Uint8Array, options: {maxOutputLength: number}) => Promise<Buffer>;

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

const mostEncodings = 3;

/**
 * A body without its content encodings. One whose encoding is not known stays as it is, as with `fetch`.
 * @throws ERR_BUFFER_TOO_LARGE beyond `mostBytes`, and zlib's error when it is damaged or cut off
 */
export async function decompress(body: Uint8Array, contentEncoding: string, mostBytes: number): Promise<Uint8Array> {
	const names = contentEncoding.toLowerCase().split(',').map(name => name.trim()).filter(name => name !== '' && name !== 'identity');
	// No server packs a body again and again; each time it could grow a thousandfold.
	if (names.length > mostEncodings) throw new Error(`a body that was packed ${names.length} times`);
	let bytes = body;
	for (const name of names.toReversed()) {
		const unpack = unpackers.get(name);
		if (unpack === undefined) return body;
		bytes = await unpack(bytes, {maxOutputLength: mostBytes});
	}
	return bytes;
}
