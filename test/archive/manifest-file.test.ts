import {appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseLine, readManifest, readManifestBackward, readTail, refuseOtherVersion} from '../../src/archive/manifest-file.ts';
import type {RawLine} from '../../src/archive/lines.ts';
import {openManifest, type LineBody} from '../../src/archive/manifest-writer.ts';
import {readHeader} from '../../src/archive/open-archive.ts';
import {archiveDirectory, beginning, modelClock} from './archive-run.ts';
import {readArchive} from './read-archive.ts';

const standing = {until: '2026-11-20T21:00:00Z', segments: 0, records: 0, gaps: []};
const header: LineBody = {kind: 'archive', version: 2, source: 'feishu-openapi', since: '2026-11-20T21:00:00Z', query: {}, standing};
const gap = (minute: number, reason = 'x'): LineBody => {
	const until = new Date(beginning + minute * 60_000).toISOString();
	return {kind: 'gap', since: new Date(beginning + (minute - 1) * 60_000).toISOString(), until, reason, standing: {...standing, until}};
};

/** A manifest with so many gap lines after its first. */
async function manifest(gaps: number): Promise<{dir: string; path: string}> {
	const dir = archiveDirectory();
	mkdirSync(dir);
	const writer = await openManifest({dir, tail: undefined, now: modelClock().now});
	await writer.append(header);
	for (let minute = 1; minute <= gaps; minute++) await writer.append(gap(minute));
	await writer.close();
	return {dir, path: join(dir, 'manifest.ndjson')};
}

async function all(lines: AsyncIterable<RawLine>): Promise<Array<[offset: number, text: string, complete: boolean]>> {
	const found: Array<[number, string, boolean]> = [];
	for await (const {offset, bytes, complete} of lines) found.push([offset, Buffer.from(bytes).toString('latin1'), complete]);
	return found;
}

describe('a manifest', () => {
	it('is read the same from either end, however long its lines are', async () => {
		const {dir, path} = await manifest(0);
		const line = fc.oneof(fc.nat({max: 50}), fc.integer({min: 65_000, max: 66_000}), fc.constantFrom(65_535, 65_536, 65_537, 131_071, 131_072)).map(length => 'y'.repeat(length));
		await fc.assert(fc.asyncProperty(fc.array(line, {maxLength: 6}), fc.boolean(), async (lines, torn) => {
			const text = lines.map(entry => `${entry}\n`).join('');
			writeFileSync(path, torn ? `${text}z` : text);
			const forward = await all(readManifest(dir));
			expect(forward.map(([, entry, complete]) => complete ? `${entry}\n` : entry).join('')).toBe(torn ? `${text}z` : text);
			expect((await all(readManifestBackward(dir))).toReversed()).toEqual(forward);
		}), {numRuns: 60});
	});

	it('goes on after a line that was cut off at any byte, or is zeros from there on', async () => {
		const {dir, path} = await manifest(2);
		const whole = readFileSync(path);
		const start = whole.subarray(0, -1).lastIndexOf('\n') + 1;
		for (let kept = start; kept < whole.length; kept += 7) for (const zeros of [0, 1, 500]) {
			writeFileSync(path, Buffer.concat([whole.subarray(0, kept), Buffer.alloc(zeros)]));
			const tail = await readTail(dir);
			expect(tail).toMatchObject({committedBytes: start, tornBytes: kept - start + zeros, last: {line: {line: 1}}});
			const writer = await openManifest({dir, tail, now: modelClock().now});
			await writer.append(gap(2));
			await writer.close();
			expect(readArchive(dir)).toMatchObject({problems: [], lines: {length: 3}});
		}
	});

	it('forgives a last line that makes no sense only when the run before was cut off', async () => {
		const {dir, path} = await manifest(2);
		appendFileSync(path, `${'\0'.repeat(40)}"}}\n`);
		await expect(readTail(dir)).rejects.toMatchObject({name: 'DamagedManifestError', message: `${path}: its last line cannot be read`});
		expect(await readTail(dir, {cutOff: true})).toMatchObject({tornBytes: 44, last: {line: {line: 2}}});
		appendFileSync(path, `${'\0'.repeat(40)}"}}\n`);
		await expect(readTail(dir, {cutOff: true})).rejects.toMatchObject({name: 'DamagedManifestError'});
	});

	it('is not built upon where its last lines do not follow from one another', async () => {
		const {dir, path} = await manifest(3);
		writeFileSync(path, readFileSync(path, 'utf8').replace('"line":2', '"line":7'));
		await expect(readTail(dir)).rejects.toMatchObject({name: 'DamagedManifestError', message: `${path}: line 3 does not follow from the line before it`});
		writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(-2).join('\n'));
		await expect(readTail(dir)).rejects.toMatchObject({message: `${path}: its first line is missing`});
	});

	it('may be missing, empty or a line that never was', async () => {
		const {dir, path} = await manifest(0);
		expect(await readTail(join(dir, 'elsewhere'))).toBeUndefined();
		writeFileSync(path, '');
		expect(await readTail(dir)).toEqual({committedBytes: 0, tornBytes: 0, last: undefined});
		writeFileSync(path, '{"kind":"arch');
		expect(await readTail(dir)).toEqual({committedBytes: 0, tornBytes: 13, last: undefined});
	});

	it('is not a link', async () => {
		const {dir, path} = await manifest(0);
		const other = join(dirname(dir), 'other');
		mkdirSync(other);
		symlinkSync(path, join(other, 'manifest.ndjson'));
		await expect(readTail(other)).rejects.toMatchObject({message: expect.stringContaining('cannot read') as string});
	});
});

it('takes nothing for a line that is not one', async () => {
	const {path} = await manifest(1);
	const [first = ''] = readFileSync(path, 'utf8').split('\n');
	expect(parseLine(first)).toMatchObject({kind: 'archive'});
	for (const text of ['', 'null', '{}', first.slice(1), first.replace('"version":2', '"version":3'), `\u{feff}${first}`]) expect(parseLine(text)).toBeUndefined();
	expect(parseLine(Buffer.from(first.replace('feishu', '\u{ff}'), 'latin1'))).toBeUndefined();
});

describe('an archive of another version', () => {
	it.each([
		[9, 'use the release of audit-export that wrote it, or a later one'],
		[1, 'its segments lie beside the manifest, and now below data/: name another directory, and export into it anew'],
	])('is named as such by every way in: %i', async (version, hint) => {
		const dir = archiveDirectory();
		mkdirSync(dir);
		writeFileSync(join(dir, 'manifest.ndjson'), `{"kind":"archive","version":${version},"tables":[]}\n`);
		const told = {message: expect.stringContaining(`is an archive of version ${version}`) as string, hint};
		await expect(readTail(dir)).rejects.toMatchObject(told);
		await expect(readHeader(dir)).rejects.toMatchObject(told);
		await expect(refuseOtherVersion(dir)).rejects.toMatchObject(told);
	});

	it('is not what a damaged first line makes of this one', async () => {
		const {dir, path} = await manifest(2);
		writeFileSync(path, readFileSync(path, 'utf8').replace('"version":2', '"version":9'));
		await expect(refuseOtherVersion(dir)).resolves.toBeUndefined();
	});
});
