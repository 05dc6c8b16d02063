import {mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, it} from 'vitest';
import {makeDirectory} from '../../src/output/atomic.ts';

const directory = mkdtempSync(join(tmpdir(), 'directories-'));
writeFileSync(join(directory, 'file'), '');
symlinkSync('nowhere/at-all', join(directory, 'dangling'));
symlinkSync('loop', join(directory, 'loop'));

afterAll(() => {
	rmSync(directory, {recursive: true});
});

it('makes what is missing, for its owner alone, and leaves what is there', async () => {
	mkdirSync(join(directory, 'shared'), 0o755);
	const path = join(directory, 'shared/a/b/../c');
	await Promise.all([makeDirectory(path), makeDirectory(path), makeDirectory(join(directory, 'shared'))]);
	expect(['shared', 'shared/a', 'shared/a/c'].map(name => statSync(join(directory, name)).mode & 0o777)).toEqual([0o755, 0o700, 0o700]);
});

it.each([
	['a file', 'file', 'EEXIST'], ['a file in its way', 'file/a/b', 'ENOTDIR'], ['a link to nowhere', 'dangling', 'EEXIST'], ['a link to itself', 'loop/a', 'ELOOP'],
	['a name that is too long', `a/${'n'.repeat(300)}`, 'ENAMETOOLONG'],
])('fails with the system\'s error where %s is', async (_, name, code) => {
	await expect(makeDirectory(join(directory, name))).rejects.toMatchObject({code: expect.stringMatching(code === 'EEXIST' ? /EEXIST|ENOENT/ : code)});
});

it.runIf(process.platform === 'linux')('ends below a file system that takes no directories', async () => {
	await expect(makeDirectory('/proc/archives/of/jobs')).rejects.toMatchObject({code: 'ENOENT'});
	await expect(makeDirectory('/proc/self/fd/archives')).rejects.toMatchObject({syscall: 'mkdir'});
});
