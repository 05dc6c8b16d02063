import {gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {BodyCollector, readBody, requireParsable} from '../../src/http/body.ts';
import {formatSize, maxResponseProblem, parseSize} from '../../src/base/size.ts';
import {runCommand} from '../helpers/context.ts';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {noNetwork} from '../run/jobs/workspace.ts';
import {temporaryDirectory} from './hostile.ts';
import {fetches, serve} from './servers.ts';

const mebibyte = 2 ** 20;

async function readWith(fetch: Fetch, url: string, maxResponseBytes?: number): Promise<Uint8Array> {
	return readBody(await fetch(url, {maxResponseBytes, redirect: 'manual'}), 'test', maxResponseBytes);
}

/** Answers with `bytes` bytes as long as somebody takes them, and counts what was taken. */
async function endless({packed = false, piece = Buffer.alloc(mebibyte, 0x20)}: {packed?: boolean; piece?: Buffer} = {}): Promise<{url: string; sent: () => number}> {
	let sent = 0;
	const unit = packed ? gzipSync(Buffer.alloc(16 * mebibyte)) : piece;
	const url = await serve((request, response) => {
		if (request.url?.includes('tenant_access_token') === true) {
			response.end('{"code":0,"tenant_access_token":"t-1","expire":7200}');
			return;
		}
		response.writeHead(200, {'content-type': 'application/json', ...(packed ? {'content-encoding': 'gzip', 'content-length': 64 * unit.length} : {})});
		if (packed) {
			response.end(Buffer.concat(Array.from({length: 64}, () => unit)));
			return;
		}
		const go = () => {
			while (sent < 10 * 2 ** 30) {
				sent += unit.length;
				if (response.write(unit)) continue;
				response.once('drain', go);
				return;
			}
		};
		go();
	});
	return {url, sent: () => sent};
}

describe.each(fetches)('an endless answer, %s,', (_, create) => {
	it('is taken no further than allowed', async () => {
		const {url, sent} = await endless();
		await expect(readWith(create(), url, 4 * mebibyte)).rejects.toMatchObject({exitCode: 1, message: 'test: the answer is too large: more than 4 MiB (HTTP 200)', hint: expect.stringContaining('--max-response') as string});
		expect(sent()).toBeLessThan(64 * mebibyte);
	});

	it('is unpacked no further than allowed', async () => {
		const {url} = await endless({packed: true});
		const before = process.memoryUsage().arrayBuffers;
		await expect(readWith(create(), url, 4 * mebibyte)).rejects.toMatchObject({exitCode: 1, message: expect.stringContaining('too large') as string});
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * mebibyte);
	});

	it('may be as large as allowed', async () => {
		const url = await serve((_request, response) => response.end(Buffer.alloc(mebibyte, 0x20)));
		expect((await readWith(create(), url, mebibyte)).length).toBe(mebibyte);
	});
});

describe.each(fetches)('--max-response, %s,', (_, create) => {
	it('ends an export with exit code 1, and so does the configuration\'s', async () => {
		const {url} = await endless();
		const cwd = temporaryDirectory();
		writeFileSync(join(cwd, '.audit-exportrc.json'), JSON.stringify({sources: {'feishu-openapi': {max_response: '1MiB'}}}), {mode: 0o600});
		for (const [flags, said] of [[['--max-response', '2MiB'], '2 MiB'], [['--max-response', '1500kB'], '1500 kB'], [[], '1 MiB']] as const) {
			const ran = await runCommand(['feishu-openapi', '--since', '1m', '--base-url', url, ...flags], {fetch: create(), cwd});
			expect(ran).toMatchObject({code: 1, stdout: ''});
			expect(ran.stderr).toContain(`the answer is too large: more than ${said} (HTTP 200)\nhint: ask for fewer rows`);
		}
	});
});

it('sizes are read and written exactly', () => {
	expect(['64MiB', '200MB', '1.5 GiB', '10b', '1kb', '1 KiB', '64', '-1MB', '1e3MB', 'MB', '1TB', '64MiB '].map(text => parseSize(text)))
		.toEqual([64 * mebibyte, 200e6, 1.5 * 2 ** 30, 10, 1000, 1024, undefined, undefined, undefined, undefined, undefined, undefined]);
	expect([256 * mebibyte, 200e6, 2 ** 30, 1500, 1, 3 * mebibyte + 1].map(bytes => formatSize(bytes))).toEqual(['256 MiB', '200 MB', '1 GiB', '1500 bytes', '1 bytes', '3 MiB']);
	expect([maxResponseProblem('512MiB'), maxResponseProblem('0B'), maxResponseProblem('1GiB'), maxResponseProblem('256MiB')].map(problem => problem === undefined)).toEqual([false, false, false, true]);
});

it('a size beyond what a text can hold is refused before anything is asked', async () => {
	for (const size of ['2GiB', '0MB', 'a lot', '']) expect((await runCommand(['feishu-openapi', '--max-response', size], {fetch: noNetwork})).code).toBe(2);
});

describe('the pieces of a body', () => {
	it('come together whatever their sizes', () => {
		for (const sizes of [[], [1], [70_000], [1, 1, 1], [20_000, 1, 20_000], [1, 20_000, 1, 65_536, 3, 3], Array.from({length: 500}, (_, index) => (index * 7919) % 30_000)]) {
			const collector = new BodyCollector(Infinity);
			const pieces = sizes.map((size, index) => Buffer.alloc(size, index));
			for (const piece of pieces) expect(collector.add(piece)).toBe(true);
			expect(Buffer.from(collector.body()).equals(Buffer.concat(pieces))).toBe(true);
		}
	});

	it('take no more memory than they hold, be they single bytes', () => {
		const before = process.memoryUsage().arrayBuffers;
		const collector = new BodyCollector(Infinity);
		const wire = Buffer.alloc(64 * 1024);
		// Each single byte is cut out of a block of its own, as a socket may give it.
		for (let index = 0; index < 2000; index++) collector.add(Buffer.from(wire).subarray(index, index + 1));
		globalThis.gc?.();
		expect(collector.body().length).toBe(2000);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2000 * wire.length);
	});

	it('are let go once they are too many', () => {
		const collector = new BodyCollector(10);
		expect([collector.add(Buffer.alloc(10)), collector.add(Buffer.alloc(1)), collector.add(Buffer.alloc(1))]).toEqual([true, false, false]);
	});
});

it('more values than fit into memory are not parsed', () => {
	const large = Buffer.alloc(49 * mebibyte, '{},');
	expect(() => {
		requireParsable(large, 'test');
	}).toThrow('more than 16 million values');
	requireParsable(large.subarray(0, 16 * mebibyte), 'test');
	requireParsable(Buffer.alloc(49 * mebibyte, '"some text of a row"'), 'test');
});

it.each(fetches)('a body that was packed again and again is refused, %s', async (_, create) => {
	const url = await serve((_request, response) => response.writeHead(200, {'content-encoding': Array.from({length: 500}, () => 'gzip').join(',')}).end(gzipSync('{}')));
	const asked = async () => readWith(create(), url);
	await expect(asked()).rejects.toBeInstanceOf(Error);
});

it('headers without end are told of as what they are', async () => {
	const url = await serve((request, response) => {
		if (request.url?.includes('tenant_access_token') === true) response.end('{"code":0,"tenant_access_token":"t-1","expire":7200}');
		else response.writeHead(200, {'x-long': 'y'.repeat(100_000)}).end('{}');
	});
	const ran = await runCommand(['feishu-openapi', '--since', '1m', '--base-url', url, '--retries', '0'], {fetch: fetches[0]?.[1]() ?? noNetwork});
	expect(ran).toMatchObject({code: 4, stderr: expect.stringContaining('headers are too large') as string});
});
