import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {expect, it} from 'vitest';
import {runCommand} from '../helpers/context.ts';
import {editManifest, hour, hours, pathOf, rowsOf, temporaryDirectory, writeArchive} from './tiny-archive.ts';

const noFetch = async () => {
	throw new Error('nobody is asked');
};
const script = resolve('deploy/check-archive.sh');
const check = (dir: string, ...kept: string[]) => {
	const {status, stdout, stderr} = spawnSync(script, [dir, ...kept], {encoding: 'utf8'});
	return {status, stdout, error: stderr.split('\n').at(-2)};
};

/** Days that were pruned, compacted, replaced and left as they were. */
async function lived(): Promise<string> {
	const dir = writeArchive([...hours(60), {...hour(59), rows: rowsOf(59).slice(2), replaces: pathOf(hour(59))}, {...hour(30), rows: rowsOf(30).slice(0, 1), completes: 'late'}]);
	rmSync(join(dir, pathOf(hour(59))));
	for (const command of [['compact', dir], ['prune', dir, '--before', '2026-11-21T12:00:00Z']]) expect((await runCommand(command, {fetch: noFetch})).code).toBe(0);
	expect((await runCommand(['verify', dir], {fetch: noFetch})).stdout).toContain('repeated');
	return dir;
}

it('proves with jq and sha256sum alone what verify proves of files and chain', async () => {
	const dir = await lived();
	const {stdout} = await runCommand(['verify', dir, '--format', 'json'], {fetch: noFetch});
	const {head, records} = JSON.parse(stdout) as {head: {line: number; sha256: string}; records: number};
	const {status, stdout: told} = check(dir, String(head.line - 3));
	expect({status, told: JSON.parse(told) as unknown}).toEqual({status: 0, told: {...head, records, gaps: []}});
	expect(check(dir, String(head.line), head.sha256).status).toBe(0);
});

it.each<[string, (dir: string, files: string[]) => void, RegExp, string[]?]>([
	['a file that is altered', (dir, [first = '']) => {
		const bytes = readFileSync(join(dir, first));
		writeFileSync(join(dir, first), Buffer.concat([bytes, bytes]));
	}, /files are missing or altered/],
	['a file that is gone', (dir, [first = '']) => {
		rmSync(join(dir, first));
	}, /files are missing or altered/],
	['a file that no line lists', (dir, [first = '']) => {
		cpSync(join(dir, first), join(dir, 'data', 'other.ndjson.gz'));
	}, /no line lists data\/other\.ndjson\.gz/],
	['a line that is altered', dir => {
		editManifest(dir, lines => lines.with(5, (lines[5] ?? '').replace('"records":10', '"records":11')));
	}, /line 6 of the manifest does not follow/],
	['a line that is gone', dir => {
		editManifest(dir, lines => lines.toSpliced(5, 1));
	}, /line 5 of the manifest does not follow/],
	['a line that cannot be read', dir => {
		editManifest(dir, lines => [...lines, '{']);
	}, /line \d+ of the manifest cannot be read/],
	['newest lines that were taken away', dir => {
		editManifest(dir, lines => lines.slice(0, -2));
	}, /the manifest ends before line 65/, ['65']],
	['a chain that was written anew', () => undefined, /line 9 is not the one that was kept/, ['9', 'f'.repeat(64)]],
])('tells of %s', async (_, damage, problem, kept = []) => {
	const dir = await lived();
	damage(dir, execFileSync('find', ['data', '-name', '*.gz'], {cwd: dir, encoding: 'utf8'}).split('\n'));
	const {status, error} = check(dir, ...kept);
	expect(status).toBe(6);
	expect(error).toMatch(problem);
});

it('says that an archive without a segment has none', () => {
	expect(check(writeArchive([], {since: hour(0).since})).status).toBe(0);
	expect(check(temporaryDirectory()).status).not.toBe(0);
});
