import {closeSync, openSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {binary, day, idsOf, run, serveApi, startProgram, temporaryDirectory} from './exporter.ts';

function open(path: string): number {
	const descriptor = openSync(path, 'w');
	onTestFinished(() => {
		closeSync(descriptor);
	});
	return descriptor;
}

/** A pipeline in a shell: in it, `"$@"` is the exporter. */
async function pipeline(script: string, args: readonly string[], options: {env: Readonly<Record<string, string>>; cwd: string}) {
	return startProgram('sh', ['-c', script, 'sh', process.execPath, binary, ...args], options).ended;
}

it('writes records and nothing else into a pipe, and nothing at all on stderr', async () => {
	const api = await serveApi();
	const {code, stdout, stderr} = await run([...api.flags, ...day], {env: api.env});
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(new Set(idsOf(stdout)).size).toBe(1000);
	expect(idsOf(stdout)).toHaveLength(1000);
});

it('writes the same into a file that a shell opened', async () => {
	const api = await serveApi();
	const path = join(temporaryDirectory(), 'records.ndjson');
	const piped = await run([...api.flags, ...day], {env: api.env});
	expect(await run([...api.flags, ...day], {env: api.env, stdout: open(path)})).toEqual({code: 0, stdout: '', stderr: ''});
	expect(readFileSync(path, 'utf8')).toBe(piped.stdout);
});

it('hands every record to the next program of a pipeline', async () => {
	const api = await serveApi();
	const reader = `let ids = new Set(); require('readline').createInterface({input: process.stdin}).on('line', line => ids.add(JSON.parse(line).id)).on('close', () => console.log(ids.size));`;
	expect(await pipeline('"$@" | "$1" -e "$READER"', [...api.flags, ...day], {env: {...api.env, READER: reader}, cwd: temporaryDirectory()})).toEqual({code: 0, stdout: '1000\n', stderr: ''});
});

it.each(['ndjson', 'csv', 'json'])('ends quietly with exit 0 when the reader of %s has enough', async format => {
	// Far more than a pipe holds: the exporter does meet the closed end.
	const api = await serveApi({recordsPerDay: 40_000});
	const cwd = temporaryDirectory();
	const {stdout, stderr} = await pipeline('{ "$@"; echo $? > code; } | head -1', [...api.flags, ...day, '--format', format, '--state', 'state.json'], {env: api.env, cwd});
	expect(stderr).toBe('');
	expect(stdout.split('\n')).toHaveLength(2);
	expect(readFileSync(join(cwd, 'code'), 'utf8')).toBe('0\n');
	// What nobody read is not exported.
	expect(() => readFileSync(join(cwd, 'state.json'))).toThrow('ENOENT');
	expect(api.requests.length).toBeLessThan(400);
});

it('ends with exit 1 and one clear line when stdout cannot take more', async () => {
	const api = await serveApi();
	const {code, stderr} = await run([...api.flags, ...day], {env: api.env, stdout: open('/dev/full')});
	expect(code).toBe(1);
	expect(stderr).toMatch(/^error: cannot write stdout: no space left on device\nhint: .*\n$/);
});

it('ends with exit 1 and one clear line when the output device is full', async () => {
	const api = await serveApi();
	const {code, stdout, stderr} = await run([...api.flags, ...day, '-o', '/dev/full'], {env: api.env});
	expect({code, stdout}).toEqual({code: 1, stdout: ''});
	expect(stderr).toMatch(/^error: cannot write \/dev\/full: no space left on device\nhint: .*\n$/);
});
