import {chmod, mkdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {UsageError} from '../../src/errors.ts';
import {removeLeftovers, writeFileAtomic} from '../../src/output/atomic.ts';
import {namesIn, temporaryDirectory} from './helpers.ts';

it('replaces a file and leaves nothing else', async () => {
	const directory = await temporaryDirectory();
	const path = join(directory, 'summary.json');
	await writeFile(path, 'old and longer');
	await writeFileAtomic(path, 'new');
	expect(await readFile(path, 'utf8')).toBe('new');
	expect(await namesIn(directory)).toEqual(['summary.json']);
});

it('gives the file the mode asked for', async () => {
	const path = join(await temporaryDirectory(), 'state.json');
	await writeFileAtomic(path, '{}', {mode: 0o600});
	await chmod(path, 0o644);
	await writeFileAtomic(path, '{}', {mode: 0o600});
	expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('keeps a symbolic link and writes what it leads to', async () => {
	const directory = await temporaryDirectory();
	await mkdir(join(directory, 'real'));
	await symlink('real/state.json', join(directory, 'link'));
	await writeFileAtomic(join(directory, 'link'), 'one');
	await writeFileAtomic(join(directory, 'link'), 'two');
	expect(await readFile(join(directory, 'real', 'state.json'), 'utf8')).toBe('two');
	expect(await readFile(join(directory, 'link'), 'utf8')).toBe('two');
});

it('writes to a device directly and reports that it is full', async () => {
	await writeFileAtomic('/dev/null', 'text');
	await expect(writeFileAtomic('/dev/full', 'text')).rejects.toThrow('cannot write /dev/full: no space left on device');
});

it('names a missing directory', async () => {
	const directory = await temporaryDirectory();
	await expect(writeFileAtomic(join(directory, 'no', 'summary.json'), '{}')).rejects.toBeInstanceOf(UsageError);
});

it('removes what a killed run left of this file and of no other', async () => {
	const directory = await temporaryDirectory();
	const others = ['a.json', 'a.json.tmp', 'a.json.xyz.tmp', 'b.json.0123abcd.tmp'];
	for (const name of [...others, 'a.json.0123abcd.tmp']) await writeFile(join(directory, name), '');
	await removeLeftovers(join(directory, 'a.json'));
	expect(await namesIn(directory)).toEqual(others);
});
