import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {SegmentCompression} from '../../src/archive/layout.ts';
import {draftSegment, writeSegment} from '../../src/archive/segment-draft.ts';
import {readSegment} from '../../src/archive/segment-file.ts';
import {HOUR} from '../../src/base/duration.ts';
import {archiveDirectory, beginning} from './archive-run.ts';

const name = (compression: SegmentCompression, to = beginning + HOUR) => ({from: beginning, to, compression});

async function* batches(lines: readonly string[], size: number): AsyncGenerator<string[]> {
	for (let start = 0; start < lines.length; start += size) yield lines.slice(start, start + size);
}

async function linesOf(dir: string, file: string): Promise<{lines: string[]; bytes: number; sha256: string}> {
	const hash = createHash('sha256');
	const lines: string[] = [];
	let bytes = 0;
	for await (const batch of readSegment(dir, file, {onBytes(chunk) {
		hash.update(chunk);
		bytes += chunk.length;
	}})) {
		expect(batch).not.toHaveLength(0);
		lines.push(...batch);
	}
	return {lines, bytes, sha256: hash.digest('hex')};
}

function archive(): string {
	const dir = archiveDirectory();
	mkdirSync(dir);
	return dir;
}

describe('a segment', () => {
	it('comes back as it was written, with its size and hash', async () => {
		const dir = archive();
		const line = fc.string({unit: 'grapheme', maxLength: 40}).map(text => JSON.stringify({text, big: 1}).replace('1}', '12345678901234567890}'));
		await fc.assert(fc.asyncProperty(fc.array(line, {minLength: 1, maxLength: 50}), fc.integer({min: 1, max: 50}), fc.constantFrom<SegmentCompression>('gzip', 'none'), async (lines, size, compression) => {
			const written = await writeSegment(dir, name(compression), batches(lines, size));
			expect(written).toMatchObject({records: lines.length, file: `data/dt=2026-11-20/20261120T210000Z_20261120T220000Z.ndjson${compression === 'gzip' ? '.gz' : ''}`});
			expect(await linesOf(dir, written.file)).toEqual({lines, bytes: written.bytes, sha256: written.sha256});
		}), {numRuns: 30});
	});

	it('is the same file however its rows are batched, and on whatever system', async () => {
		const lines = Array.from({length: 60_000}, (_, index) => `{"id":"${index}","text":"${'\u2028日本'.repeat(index % 7)}"}`);
		const dir = archive();
		const one = await writeSegment(dir, name('gzip'), batches(lines, 60_000));
		const other = await writeSegment(dir, name('gzip', beginning + 2 * HOUR), batches(lines, 77));
		expect(other.sha256).toBe(one.sha256);
		const bytes = readFileSync(join(dir, one.file));
		expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
		expect(gunzipSync(bytes).toString('utf8')).toBe(`${lines.join('\n')}\n`);
		expect(statSync(join(dir, one.file)).mode & 0o777).toBe(0o600);
	});

	it('is not there before it is committed, nor after it was given up', async () => {
		const dir = archive();
		const draft = await draftSegment(dir, name('none'));
		await draft.write(['{}']);
		expect(readdirSync(join(dir, 'data/dt=2026-11-20'))).toEqual(['20261120T210000Z_20261120T220000Z.ndjson.tmp']);
		await draft.discard();
		await draft.discard();
		expect(readdirSync(join(dir, 'data/dt=2026-11-20'))).toEqual([]);
		await expect(writeSegment(dir, name('none'), (async function* () {
			yield ['{}'];
			throw new Error('the source failed');
		})())).rejects.toThrow('the source failed');
		expect(readdirSync(join(dir, 'data/dt=2026-11-20'))).toEqual([]);
	});

	it('that is damaged says so', async () => {
		const dir = archive();
		const lines = Array.from({length: 1000}, (_, index) => `{"id":"${index}"}`);
		const {file, bytes} = await writeSegment(dir, name('gzip'), batches(lines, 100));
		const path = join(dir, file);
		const damaged = {name: 'DamagedSegmentError', exitCode: 6, message: expect.stringContaining(file) as string};
		const whole = readFileSync(path);
		for (const kept of [0, 5, 12, bytes - 9, bytes - 1]) {
			truncateSync(path, kept);
			if (kept > 0) await expect(linesOf(dir, file)).rejects.toMatchObject(damaged);
			writeFileSync(path, whole);
		}
		writeFileSync(path, whole.with(40, (whole[40] ?? 0) ^ 1));
		await expect(linesOf(dir, file)).rejects.toMatchObject(damaged);
		const partition = join(dir, 'data/dt=2026-11-20');
		symlinkSync(path, join(partition, 'link.ndjson'));
		mkdirSync(join(partition, 'directory.ndjson'));
		execFileSync('mkfifo', [join(partition, 'fifo.ndjson')]);
		for (const other of ['gone', 'link', 'directory', 'fifo']) {
			await expect(linesOf(dir, `data/dt=2026-11-20/${other}.ndjson`)).rejects.toMatchObject({name: 'DamagedSegmentError', file: `data/dt=2026-11-20/${other}.ndjson`});
		}
	});

	it('gives its last line also where that lacks its line feed', async () => {
		const dir = archive();
		const {file} = await writeSegment(dir, name('none'), batches(['a', 'b'], 1));
		truncateSync(join(dir, file), 3);
		expect((await linesOf(dir, file)).lines).toEqual(['a', 'b']);
	});
});
