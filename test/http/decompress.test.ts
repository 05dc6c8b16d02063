import {gzipSync} from 'node:zlib';
import {expect, it} from 'vitest';
import {decompress} from '../../src/http/fetch.ts';

it('gives back no more than it may', async () => {
	const bomb = gzipSync(Buffer.alloc(1_000_000));
	expect(await decompress(bomb, 'gzip', 1_000_000)).toHaveLength(1_000_000);
	await expect(decompress(bomb, 'gzip', 999_999)).rejects.toMatchObject({code: 'ERR_BUFFER_TOO_LARGE'});
	await expect(decompress(gzipSync(bomb), 'gzip, gzip', 999_999)).rejects.toMatchObject({code: 'ERR_BUFFER_TOO_LARGE'});
});

it('takes what breaks off for damaged', async () => {
	const packed = gzipSync('{"code":0}');
	await expect(decompress(packed.subarray(0, -9), 'gzip', 1000)).rejects.toMatchObject({code: 'Z_BUF_ERROR'});
});

it('leaves what is not packed, or in an unknown way', async () => {
	for (const encoding of ['', 'identity', 'constructor', 'gzip, zip']) expect((await decompress(Buffer.from('text'), encoding, 10)).toString()).toBe('text');
});
