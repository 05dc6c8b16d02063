import {describe, expect, it} from 'vitest';
import {readProcess} from '../../src/output/lock-file-system.ts';
import {comparablePath, renameFile, requireFileName} from '../../src/output/windows.ts';

const failing = (code: string) => Object.assign(new Error(code), {code});

describe('a rename', () => {
	/** How often it was tried where the first so many times fail, and what it ended by. */
	async function tried(platform: NodeJS.Platform, code: string, failures: number) {
		let count = 0;
		let slept = 0;
		const ended = renameFile('a', 'b', {
			platform,
			move: async () => {
				count += 1;
				if (count <= failures) throw failing(code);
			},
			sleep: async ms => {
				slept += ms;
			},
		});
		const error = await ended.then(() => undefined, (reason: unknown) => (reason as Error).message);
		return {count, slept, error};
	}

	it.each(['EPERM', 'EBUSY', 'EACCES'])('is tried again under Windows, for two seconds, where something has the file open (%s)', async code => {
		expect(await tried('win32', code, 3)).toEqual({count: 4, slept: 80, error: undefined});
		expect(await tried('win32', code, 100)).toEqual({count: 9, slept: 1980, error: code});
	});

	it('is tried once elsewhere, and where waiting helps nothing', async () => {
		expect(await tried('linux', 'EPERM', 1)).toEqual({count: 1, slept: 0, error: 'EPERM'});
		expect(await tried('win32', 'ENOSPC', 1)).toEqual({count: 1, slept: 0, error: 'ENOSPC'});
	});
});

describe('a name under Windows', () => {
	it.each([
		['CON', 'has a device of that name'], ['C:\\logs\\nul', 'has a device of that name'], ['aux.ndjson', 'has a device of that name'], ['COM1.csv.gz', 'has a device of that name'],
		['calls.ndjson:hidden', 'takes none of'], ['a?.csv', 'takes none of'], ['D:calls.csv', 'takes none of'], ['calls.', 'takes the dots and blanks at the end away'], ['calls ', 'takes the dots and blanks at the end away'],
	])('is refused where it means something else: %s', (path, problem) => {
		expect(() => {
			requireFileName(path, 'win32');
		}).toThrow(`cannot write ${path}: Windows ${problem}`);
		expect(requireFileName(path, 'linux')).toBeUndefined();
	});

	it.each(['C:\\logs\\calls.ndjson', 'console.csv', 'com10.csv', 'nullable.ndjson'])('is taken where it is one: %s', path => {
		expect(requireFileName(path, 'win32')).toBeUndefined();
	});
});

it('takes directories for one where the file system does', () => {
	const composed = '/Archive/Caf\u00e9';
	const decomposed = '/archive/Cafe\u0301';
	for (const platform of ['darwin', 'win32'] as const) expect(comparablePath(composed, platform)).toBe(comparablePath(decomposed, platform));
	expect(comparablePath(composed, 'linux')).not.toBe(comparablePath(decomposed, 'linux'));
});

describe('who holds a lock', () => {
	it('is asked of ps where there is no /proc, and of nobody under Windows', () => {
		const start = 'Mon Nov 30 09:41:25 2026';
		expect(readProcess(17, {platform: 'darwin', ask: pid => pid === 17 ? `S+   ${start}    \n` : ''})).toEqual({state: 'S', start});
		expect(readProcess(18, {platform: 'darwin', ask: () => ''})).toBeUndefined();
		expect(readProcess(process.pid, {platform: 'win32'})).toBeUndefined();
	});

	it('has the same start each time that ps is really asked, and another one than a process that has gone', () => {
		const found = readProcess(process.pid, {platform: 'freebsd'});
		expect(found?.start).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
		expect(readProcess(process.pid, {platform: 'freebsd'})?.start).toBe(found?.start);
		expect(readProcess(2 ** 22 + 1, {platform: 'freebsd'})).toBeUndefined();
	});
});
