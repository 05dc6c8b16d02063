import {chmod, mkdir, open, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {existsSync, readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {systemCode, UsageError} from '../../src/base/errors.ts';
import {removeLeftovers, syncDirectory, writeFileAtomic} from '../../src/output/atomic.ts';
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

it('keeps the mode of the file it replaces, and lets nobody else read a new one, unless asked otherwise', async () => {
	const directory = await temporaryDirectory();
	const path = join(directory, 'summary.json');
	const modeOf = async (file: string) => (await stat(file)).mode & 0o777;
	await writeFileAtomic(path, '{}');
	expect(await modeOf(path)).toBe(0o600);
	await chmod(path, 0o640);
	await writeFileAtomic(path, '{}', {newMode: 0o600});
	expect(await modeOf(path)).toBe(0o640);
	await writeFileAtomic(path, '{}', {mode: 0o400});
	expect(await modeOf(path)).toBe(0o400);
	await writeFileAtomic(join(directory, 'metrics'), '', {newMode: 0o644});
	expect(await modeOf(join(directory, 'metrics'))).toBe(0o644 & ~process.umask());
});

it('adds to what stands behind a descriptor', async () => {
	const path = join(await temporaryDirectory(), 'log');
	await writeFile(path, 'before\n');
	const handle = await open(path, 'a');
	try {
		// Descriptors have names where the system has a list of them.
		if (existsSync('/proc/self/fd')) await writeFileAtomic(`/proc/self/fd/${handle.fd}`, 'after\n');
		else await handle.appendFile('after\n');
	} finally {
		await handle.close();
	}
	expect(await readFile(path, 'utf8')).toBe('before\nafter\n');
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
	const others = ['a.json', 'a.json.0123abcd.tmp.bak', 'a.json.0123abcg.tmp', 'a.json.old.0123abcd.tmp', 'a.json.tmp', 'a.json.xyz.tmp', 'b.json.0123abcd.tmp'];
	for (const name of [...others, 'a.json.0123abcd.tmp']) await writeFile(join(directory, name), '');
	await removeLeftovers(join(directory, 'a.json'));
	expect(await namesIn(directory)).toEqual(others);
});

it('leaves the file as it was, and nothing beside it, when the new one cannot be written', async () => {
	const directory = await temporaryDirectory();
	// As long as a name may be: the one of the new file, which is longer, cannot be made.
	const name = 'n'.repeat(255);
	await writeFile(join(directory, name), 'old');
	await expect(writeFileAtomic(join(directory, name), 'new')).rejects.toMatchObject({name: 'OutputError', message: expect.stringContaining('name too long') as string});
	expect(await readFile(join(directory, name), 'utf8')).toBe('old');
	expect(await namesIn(directory)).toEqual([name]);
});

it('says when the names in a directory cannot be made durable, unless the file system does not know how', async () => {
	await expect(syncDirectory(join(await temporaryDirectory(), 'missing'))).rejects.toMatchObject({code: 'ENOENT'});
	// Where the system has one that cannot be synced.
	if (existsSync('/proc/self')) await expect(syncDirectory('/proc/self')).resolves.toBeUndefined();
});

it('holds no file open', async () => {
	const directory = await temporaryDirectory();
	for (let count = 0; count < 3; count++) await writeFileAtomic(join(directory, 'state.json'), '{}');
	// Descriptors are listed where the system has a list of them.
	if (!existsSync('/proc/self/fd')) return;
	const held = readdirSync('/proc/self/fd').map(name => {
		try {
			return readlinkSync(`/proc/self/fd/${name}`);
		} catch (error) {
			// The descriptor that listed the directory is closed by now, and others come and go.
			expect(systemCode(error)).toBe('ENOENT');
			return '';
		}
	});
	expect(held.filter(path => path.startsWith(directory))).toEqual([]);
});
