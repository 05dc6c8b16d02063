import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {readRange} from '../../src/archive/cat.ts';
import {mergeParts, type Part} from '../../src/archive/merge.ts';
import {InterruptedError} from '../../src/base/errors.ts';
import type {AuditRecord} from '../../src/base/record.ts';
import {memoryStream, runCommand} from '../helpers/context.ts';
import {editManifest, hour, hours, pathOf, rowsOf, sha256, start, temporaryDirectory, writeArchive, type TinyLine, type TinyRow} from './tiny-archive.ts';

const noFetch = async () => {
	throw new Error('cat asks nobody');
};
const cat = async (dir: string, ...flags: string[]) => runCommand(['cat', dir, ...flags], {fetch: noFetch});
const textOf = (rows: readonly TinyRow[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('');
const late = (index: number, ...minutes: number[]): TinyRow[] => minutes.map(minute => ({id: `late-${index}-${minute}`, event_time: start + index * 3600 + minute * 60 + 1}));
const byTime = (rows: readonly TinyRow[]) => rows.toSorted((a, b) => a.event_time - b.event_time);

describe('a whole archive', () => {
	it('comes out byte for byte, oldest first, late rows and filled gaps in their places', async () => {
		const lines: TinyLine[] = [
			...hours(2), {...hour(2), kind: 'gap'}, {...hour(3), rows: rowsOf(3)},
			{...hour(0), rows: late(0, 5, 59), completes: 'late'},
			{since: hour(0).since, until: hour(1).until, rows: late(0, 6, 70), completes: 'late'},
			{...hour(2), rows: rowsOf(2), completes: 'gap'},
		];
		const {code, stdout, stderr} = await cat(writeArchive(lines));
		expect(stderr).toBe('');
		expect(code).toBe(0);
		expect(stdout).toBe(textOf(byTime([...rowsOf(0), ...rowsOf(1), ...rowsOf(2), ...rowsOf(3), ...late(0, 5, 59), ...late(0, 6, 70)])));
	});

	it('may have been written unpacked, and may be empty', async () => {
		expect((await cat(writeArchive(hours(3), {compress: false}))).stdout).toBe(textOf([0, 1, 2].flatMap(index => rowsOf(index))));
		expect(await cat(writeArchive([]))).toMatchObject({code: 0, stdout: '', stderr: ''});
	});

	it('has replaced segments left out, and rows without a time where they stand', async () => {
		const rows = [...rowsOf(0, 3), {id: 'untimed', event_time: 'soon' as unknown as number}];
		const dir = writeArchive([{...hour(0), rows: rowsOf(0)}, {...hour(1), rows: rowsOf(1)}, {...hour(0), rows, replaces: pathOf(hour(0))}]);
		expect((await cat(dir)).stdout).toBe(textOf([...rows, ...rowsOf(1)]));
	});
});

it('stops reading when it is interrupted, also before a record has come out', async () => {
	const dir = writeArchive([hour(0)]);
	const text = '{"id":"only"}\n';
	writeFileSync(join(dir, 'segment.ndjson'), text);
	const segment = {line: 1, file: 'segment.ndjson', from: 0, to: 1, records: 1, bytes: text.length, sha256: sha256(text), completes: undefined};
	const signal = AbortSignal.abort(new InterruptedError('SIGINT'));
	const reading = readRange(dir, {segments: [segment], range: {from: 0, to: Infinity}, source: undefined, signal});
	await expect(reading.next()).rejects.toThrow('interrupted by SIGINT');
});

describe('a range', () => {
	it('is half-open, and cuts through windows', async () => {
		const dir = writeArchive(hours(4));
		const {stdout} = await cat(dir, '--since', '2026-11-20T22:30:00Z', '--until', '2026-11-21T00:06:00Z');
		expect(stdout).toBe(textOf([...rowsOf(0).slice(5), ...rowsOf(1), ...rowsOf(2).slice(0, 1)]));
	});

	it('reads dates in the time zone given', async () => {
		const dir = writeArchive(hours(4));
		expect((await cat(dir, '--since', '2026-11-21', '--timezone', 'Europe/Berlin')).stdout).toBe(textOf([1, 2, 3].flatMap(index => rowsOf(index))));
	});

	it('touches no file outside of it', async () => {
		const dir = writeArchive(hours(4));
		rmSync(join(dir, pathOf(hour(0))));
		rmSync(join(dir, pathOf(hour(3))));
		const {code, stdout} = await cat(dir, '--since', hour(1).since, '--until', hour(2).until);
		expect(code).toBe(0);
		expect(stdout).toBe(textOf([...rowsOf(1), ...rowsOf(2)]));
	});

	it('that reaches into what was not read yet says so and exits 6', async () => {
		const dir = writeArchive([...hours(2), {...hour(2), kind: 'gap', reason: 'code 1663'}, {...hour(3), rows: rowsOf(3)}]);
		const {code, stdout, stderr} = await cat(dir, '--since', '2026-11-21T00:30:00Z');
		expect(code).toBe(6);
		expect(stdout).toBe(textOf(rowsOf(3)));
		expect(stderr).toContain('2026-11-21T00:30:00Z to 2026-11-21T01:00:00Z is not complete: code 1663');
		expect((await cat(dir, '--until', hour(1).until)).code).toBe(0);
	});

	it('that was asked for beyond what is covered says so and exits 6, and one without an end does not', async () => {
		const dir = writeArchive(hours(2));
		const {code, stdout, stderr} = await cat(dir, '--since', '2026-11-20T20:00:00Z', '--until', '2026-11-21T00:30:00Z');
		expect({code, stdout}).toEqual({code: 6, stdout: textOf([...rowsOf(0), ...rowsOf(1)])});
		expect(stderr).toContain('2026-11-21T00:00:00Z to 2026-11-21T00:30:00Z was not read yet');
		expect(stderr).toContain('warning: the archive begins at 2026-11-20T22:00:00Z');
		expect(await cat(dir, '--since', '2026-11-20T23:00:00Z')).toMatchObject({code: 0, stderr: ''});
	});

	it('that ends before it begins is refused', async () => {
		expect(await cat(writeArchive(hours(1)), '--since', '2026-11-21', '--until', '2026-11-20')).toMatchObject({code: 2});
	});
});

describe('a damaged archive', () => {
	it.each<[name: string, damage: (path: string) => void]>([
		['missing', path => {
			rmSync(path);
		}],
		['altered', path => {
			const bytes = readFileSync(path);
			bytes[30] = (bytes[30] ?? 0) ^ 4;
			writeFileSync(path, bytes);
		}],
		['short', path => {
			writeFileSync(path, readFileSync(path).subarray(0, 60));
		}],
	])('ends with exit code 6 at a segment that is %s, before a row of it is written', async (_, damage) => {
		const dir = writeArchive(hours(3));
		damage(join(dir, pathOf(hour(1))));
		const {code, stdout, stderr} = await cat(dir);
		expect(code).toBe(6);
		expect(stderr).toContain(pathOf(hour(1)));
		expect(textOf([...rowsOf(0), ...rowsOf(1)]).startsWith(stdout)).toBe(true);
		expect(stdout).not.toContain(rowsOf(1)[0]?.id);
	});

	it('is not read past a manifest line that is gone, altered or none, unless the range lies after it', async () => {
		const edits: Array<(lines: string[]) => string[]> = [lines => lines.toSpliced(2, 1), lines => lines.with(2, (lines[2] ?? '').replace('"total":null', '"total":12')), lines => lines.with(2, '{}')];
		for (const edit of edits) {
			const dir = writeArchive(hours(4));
			editManifest(dir, edit);
			const {code, stdout, stderr} = await cat(dir);
			expect([code, stdout]).toEqual([6, '']);
			expect(stderr).toMatch(/line 3/);
			expect(await cat(dir, '--since', hour(3).since)).toMatchObject({code: 0, stdout: textOf(rowsOf(3))});
		}
	});

	it('never has files opened that are no segments', async () => {
		const outside = join(temporaryDirectory(), 'outside.ndjson');
		writeFileSync(outside, 'secret\n');
		const dir = writeArchive([{...hour(0), rows: rowsOf(0), line: {file: `../../..${outside}`}}]);
		const {code, stdout} = await cat(dir);
		expect([code, stdout]).toEqual([6, '']);
	});

	it('is none at all without a manifest', async () => {
		const {code, stderr} = await cat(temporaryDirectory());
		expect(code).toBe(2);
		expect(stderr).toMatch(/is no archive/);
	});
});

describe('what is written', () => {
	it('takes fields, formats, labels and redactions as an export does', async () => {
		const dir = writeArchive(hours(1));
		expect((await cat(dir, '--fields', 'app_id,log_detail.path', '--until', '2026-11-20T22:06:00Z')).stdout).toBe('{"app_id":"cli_0","log_detail":{"path":"/x"}}\n');
		const {stdout: csv} = await cat(dir, '--format', 'csv');
		expect(csv.split('\r\n')[0]).toBe('time,id,api_key,event_time,app_id,ip,log_detail.method,log_detail.path,log_detail.status_code,log_detail.query_param,log_detail.payload,log_detail.response,log_detail.response.code,extra');
		expect(csv.split('\r\n')[1]).toMatch(/^2026-11-20T22:00:00Z,7123456789012000000,/);
		expect(JSON.parse((await cat(dir, '-f', 'json')).stdout)).toEqual(rowsOf(0));
		expect((await cat(dir, '--redact', 'log_detail.payload')).stdout).not.toContain('发布');
	});

	it('names fields that no record has, with the nearest known one, and reads lists with blanks', async () => {
		const {stdout, stderr} = await cat(writeArchive(hours(1)), '--fields', ' app_id , evnt_time', '--redact', '?added.later', '--until', '2026-11-20T22:06:00Z');
		expect(stdout).toBe('{"app_id":"cli_0"}\n');
		expect(stderr).toMatch(/--fields evnt_time: no record has this field; the nearest known one is event_time/);
		expect(stderr).toMatch(/--redact added\.later: no record has this field/);
		expect(stderr).not.toMatch(/--fields app_id/);
	});

	it('is a table on a terminal, with times in the time zone given', async () => {
		const stdout = memoryStream({isTTY: true, columns: 100});
		const ran = await runCommand(['cat', writeArchive(hours(1)), '--timezone', 'Asia/Shanghai'], {fetch: noFetch, stdout});
		expect(ran.stdout).toMatch(/^time +status +api_key/);
		expect(ran.stdout).toContain('2026-11-21 06:00:00');
		expect(ran.stderr).toBe('10 rows, 0 failed\n');
	});

	it('goes to a file by its name, packed, but never into the archive', async () => {
		const dir = writeArchive(hours(2));
		const elsewhere = temporaryDirectory();
		const path = join(elsewhere, 'out.ndjson.gz');
		expect(await cat(dir, '-o', path)).toMatchObject({code: 0, stdout: ''});
		expect(gunzipSync(readFileSync(path)).toString()).toBe(textOf([...rowsOf(0), ...rowsOf(1)]));
		for (const inside of ['manifest.ndjson', 'data/dt=2026-11-20/x.ndjson']) {
			expect(await cat(dir, '-o', join(dir, inside))).toMatchObject({code: 2});
		}
		expect(existsSync(join(dir, 'data/dt=2026-11-20/x.ndjson'))).toBe(false);
		expect((await cat(dir)).code).toBe(0);
	});

	it('ends quietly when its reader goes away', async () => {
		const ran = await runCommand(['cat', writeArchive(hours(3))], {fetch: noFetch, stdout: memoryStream({breakAfter: 1})});
		expect(ran).toMatchObject({code: 0, stderr: ''});
	});
});

describe('a source that is not known', () => {
	it('has its windows one after the other, whole, and says so', async () => {
		const dir = writeArchive([...hours(2), {...hour(0), rows: late(0, 5), completes: 'late'}], {source: 'another-log'});
		const {code, stdout, stderr} = await cat(dir, '--since', '2026-11-20T22:30:00Z', '--until', '2026-11-20T23:00:00Z');
		expect(code).toBe(0);
		expect(stdout).toBe(textOf([...rowsOf(0), ...late(0, 5)]));
		expect(stderr).toMatch(/^warning: times cannot be read, so whole windows come one after the other: the source another-log is not known here/);
	});

	it('needs fields for a table', async () => {
		const dir = writeArchive(hours(1), {source: 'another-log'});
		expect(await cat(dir, '--format', 'csv')).toMatchObject({code: 2});
		expect((await cat(dir, '--format', 'csv', '--fields', 'id', '-q')).stdout).toBe(`id\r\n${rowsOf(0).map(({id}) => `${id}\r\n`).join('')}`);
	});
});

describe('merging', () => {
	const recordAt = (time: number, text: string): AuditRecord => ({text, id: undefined, time});

	it('gives the order of a sort by time and part, whatever the parts and batches', async () => {
		await fc.assert(fc.asyncProperty(
			fc.array(fc.record({from: fc.nat(30), times: fc.array(fc.nat(20), {maxLength: 30}), batch: fc.integer({min: 1, max: 7})}), {maxLength: 8}),
			async shapes => {
				const parts = shapes.map(({from, times, batch}, part): Part & {records: AuditRecord[]} => {
					const records = times.map(time => from + time).toSorted((a, b) => a - b).map((time, index) => recordAt(time, `${part}.${index}`));
					return {
						from, to: from + 21, records,
						async* read() {
							for (let at = 0; at < records.length; at += batch) yield records.slice(at, at + batch);
						},
					};
				});
				const merged: string[] = [];
				for await (const batch of mergeParts(parts)) merged.push(...batch.map(({record}) => record.text));
				expect(merged).toEqual(parts.flatMap(({records}) => records).toSorted((a, b) => (a.time ?? 0) - (b.time ?? 0)).map(({text}) => text));
			},
		));
	});

	it('keeps only those parts open whose windows have time in common', async () => {
		let open = 0;
		let most = 0;
		const parts = Array.from({length: 50}, (_, index): Part => ({
			from: index * 10, to: index * 10 + 10,
			async* read() {
				most = Math.max(most, ++open);
				try {
					yield [recordAt(index * 10, 'a'), recordAt(index * 10 + 9, 'b')];
				} finally {
					open--;
				}
			},
		}));
		for await (const _ of mergeParts(parts)) expect(open).toBeLessThan(2);
		expect(most).toBe(1);
	});

	it('hands on long rows in batches of about a mebibyte', async () => {
		const text = 'x'.repeat(400_000);
		const part: Part = {from: 0, to: 20, async* read() {
			yield Array.from({length: 20}, (_, at) => recordAt(at, text));
		}};
		const sizes: number[] = [];
		for await (const batch of mergeParts([part])) sizes.push(batch.length);
		expect(sizes).toEqual([3, 3, 3, 3, 3, 3, 2]);
	});

	it('closes what is open when its reader leaves', async () => {
		let closed = 0;
		const parts = [0, 0].map((): Part => ({
			from: 0, to: 10_000,
			async* read() {
				try {
					for (let at = 0; ; at++) yield [recordAt(at, 'x')];
				} finally {
					closed++;
				}
			},
		}));
		for await (const _ of mergeParts(parts)) break;
		expect(closed).toBe(2);
	});
});

it('reads an archive that a run is writing', async () => {
	const dir = writeArchive(hours(2));
	mkdirSync(join(dir, 'manifest.ndjson.lock'));
	writeFileSync(join(dir, 'manifest.ndjson'), `${readFileSync(join(dir, 'manifest.ndjson'), 'utf8')}{"kind":"segm`);
	expect((await cat(dir)).stdout).toBe(textOf([...rowsOf(0), ...rowsOf(1)]));
});
