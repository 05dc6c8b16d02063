import {chmod, mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {requireDistinctFiles} from '../../src/output/target.ts';
import {temporaryDirectory} from './helpers.ts';

async function check(names: {output?: string; state?: string; summary?: string; config?: string}, prepare: (directory: string) => Promise<unknown> = async () => undefined): Promise<unknown> {
	const directory = await temporaryDirectory();
	await prepare(directory);
	const file = (option: string, name: string | undefined) => ({option, path: name === undefined ? undefined : join(directory, name)});
	return requireDistinctFiles({
		output: file('--output', names.output),
		others: [file('--state', names.state), file('--summary', names.summary)],
		config: file('the configuration', names.config),
	}).catch((error: unknown) => error);
}

it('accepts files of their own, there already or not, and a configuration that is only read', async () => {
	expect(await check({output: 'a', state: 'b', summary: 'c', config: 'd'}, async directory => {
		await writeFile(join(directory, 'a'), '');
		await writeFile(join(directory, 'd'), '');
		await chmod(join(directory, 'd'), 0o400);
	})).toBeUndefined();
	expect(await check({})).toBeUndefined();
});

it.each([
	[{output: 'a', summary: 'a'}, '--summary and --output'],
	[{output: 'a', state: 'a'}, '--state and --output'],
	[{state: 'a', summary: './a'}, '--summary and --state'],
	[{output: 'a', config: 'a'}, '--output and the configuration'],
	[{summary: 'a', config: 'a'}, '--summary and the configuration'],
	[{output: 'a', state: 'a.partial'}, '--state and --output'],
	[{output: 'a', summary: 'a.partial.json'}, '--summary and --output'],
])('refuses %j', async (names, message) => {
	const error = await check(names);
	expect(error).toBeInstanceOf(UsageError);
	expect(error).toMatchObject({message: expect.stringContaining(`${message} name the same file`) as string});
});

it('follows links of files and of directories', async () => {
	const error = await check({output: 'link', summary: 'linked/a'}, async directory => {
		await mkdir(join(directory, 'real'));
		await symlink('real', join(directory, 'linked'));
		await symlink('real/a', join(directory, 'link'));
	});
	expect(error).toBeInstanceOf(UsageError);
});

it('lets pipes and devices be shared', async () => {
	const shared = requireDistinctFiles({output: {option: '-o', path: '/dev/null'}, others: [{option: '--summary', path: '/dev/null'}], config: {option: 'the configuration', path: undefined}});
	await expect(shared).resolves.toBeUndefined();
});

it('names a directory that is not there', async () => {
	expect(await check({summary: 'no/x'})).toMatchObject({exitCode: 2, message: expect.stringContaining('there is no directory') as string});
});
