import {execFileSync} from 'node:child_process';
import {chmod, link, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {namesIn, openTestOutput, since, temporaryDirectory} from './helpers.ts';

/** Leaves a partial file of one record, or of none, with a checkpoint at its end. */
async function interrupted(text: string): Promise<{directory: string; path: string; partial: string}> {
	const directory = await temporaryDirectory();
	const path = join(directory, 'out');
	const {output} = await openTestOutput(path);
	if (text !== '') await output.write(text);
	await output.checkpoint({nextFrom: since + 1000, records: 1});
	await output.abandon();
	return {directory, path, partial: `${path}.partial`};
}

const refusalOf = async (path: string, options?: Parameters<typeof openTestOutput>[1]): Promise<unknown> => openTestOutput(path, options).then(() => undefined, (error: unknown) => error);

describe('what stands where the partial file goes', () => {
	it('is not continued where it has another name as well, and keeps its text', async () => {
		const {directory, path, partial} = await interrupted('a\n');
		await link(partial, join(directory, 'other'));
		await writeFile(partial, 'a\nprecious\n');
		expect(await refusalOf(path)).toBeInstanceOf(UsageError);
		expect(await refusalOf(path)).toMatchObject({message: `${partial} cannot be continued: it is linked to from elsewhere`, hint: 'start over with --no-resume'});
		expect(await readFile(join(directory, 'other'), 'utf8')).toBe('a\nprecious\n');
		const {output} = await openTestOutput(path, {resume: false});
		await output.write('b\n');
		await output.commit();
		expect(await readFile(join(directory, 'other'), 'utf8')).toBe('a\nprecious\n');
	});

	it('is not continued where it is no file', async () => {
		const {path, partial} = await interrupted('');
		await rm(partial);
		execFileSync('mkfifo', [partial]);
		expect(await refusalOf(path)).toMatchObject({message: `${partial} cannot be continued: it is no regular file`, hint: 'start over with --no-resume'});
	});

	it('is not removed where it is no file, although the run starts over', async () => {
		const {path, partial, directory} = await interrupted('a\n');
		await rm(partial);
		await symlink('elsewhere', partial);
		expect(await refusalOf(path, {resume: false})).toMatchObject({message: `cannot write ${partial}: it is no regular file`, hint: 'see what it is, and move it away'});
		expect(await namesIn(directory)).toContain('out.partial');
	});

	it('has the permissions of the file that it will replace, and otherwise none for anybody else', async () => {
		const path = join(await temporaryDirectory(), 'out');
		const modeOfPartial = async () => {
			const {output} = await openTestOutput(path, {resume: false});
			await output.write('a\n');
			const {mode} = await stat(`${path}.partial`);
			await output.commit();
			return mode & 0o777;
		};
		expect(await modeOfPartial()).toBe(0o600);
		await chmod(path, 0o640);
		expect(await modeOfPartial()).toBe(0o640);
		expect((await stat(path)).mode & 0o777).toBe(0o640);
	});
});
