import {chmod, readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {LockedError, UsageError} from '../../src/base/errors.ts';
import {openState} from '../../src/output/state.ts';
import {namesIn, temporaryDirectory, until} from './helpers.ts';

const query = {source: 'trae-openapi', fingerprint: 'query-1', now: () => until + 1};

describe('openState', () => {
	it('gives back what the run before saved', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'state.json');
		const first = await openState({path, ...query});
		expect(first.until).toBeUndefined();
		await first.save(until);
		await first.release();
		const second = await openState({path, ...query});
		expect(second.until).toBe(until);
		await second.release();
		expect(await namesIn(directory)).toEqual(['state.json']);
		expect((await stat(path)).mode & 0o777).toBe(0o600);
		expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
			version: 1, source: 'trae-openapi', fingerprint: 'query-1', account: {}, until: '2026-11-02T00:00:00Z', updated_at: '2026-11-02T00:00:00.001Z',
		});
	});

	it('keeps it from everybody else, whoever could read it before', async () => {
		const path = join(await temporaryDirectory(), 'state.json');
		const state = await openState({path, ...query});
		await state.save(until);
		await chmod(path, 0o644);
		await state.save(until + 1000);
		await state.release();
		expect((await stat(path)).mode & 0o777).toBe(0o600);
	});

	it('leaves the file as it was when nothing is saved', async () => {
		const directory = await temporaryDirectory();
		const state = await openState({path: join(directory, 'state.json'), ...query});
		await state.release();
		expect(await namesIn(directory)).toEqual([]);
	});

	it('keeps other runs out for the whole run', async () => {
		const path = join(await temporaryDirectory(), 'state.json');
		const state = await openState({path, ...query});
		await state.save(until);
		await expect(openState({path, ...query})).rejects.toBeInstanceOf(LockedError);
		await state.release();
	});

	it.each([
		['another source', JSON.stringify({version: 1, source: 'feishu-openapi', fingerprint: 'query-1', until: '2026-11-02T00:00:00Z', updated_at: '2026-11-02T00:00:00Z'}), 'its source is feishu-openapi, not trae-openapi'],
		['another query', JSON.stringify({version: 1, source: 'trae-openapi', fingerprint: 'query-2', until: '2026-11-02T00:00:00Z', updated_at: '2026-11-02T00:00:00Z'}), 'its filters'],
		['a later version', JSON.stringify({version: 2}), 'not a state file'],
		['no JSON', 'precious notes', 'not a state file'],
		['nothing', '', 'not a state file'],
	])('refuses a file with %s in it and does not touch it', async (_, text, message) => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'state.json');
		await writeFile(path, text);
		await chmod(path, 0o640);
		const error: unknown = await openState({path, ...query}).then(() => undefined, (reason: unknown) => reason);
		expect(error).toBeInstanceOf(UsageError);
		expect(error).toMatchObject({message: expect.stringContaining(message) as string, hint: 'name another file for --state; to export the range of --since anew, remove this one'});
		expect(await readFile(path, 'utf8')).toBe(text);
		expect((await stat(path)).mode & 0o777).toBe(0o640);
		expect(await namesIn(directory)).toEqual(['state.json']);
	});

	it.each(['/dev/null', '/dev', '/no/such/directory/state.json'])('refuses %s', async path => {
		await expect(openState({path, ...query})).rejects.toBeInstanceOf(UsageError);
	});

	it('says what cannot keep a state', async () => {
		await expect(openState({path: '/dev/null', ...query})).rejects.toMatchObject({message: '/dev/null cannot keep a state: it is no regular file', hint: 'name a file for --state'});
	});

	it('writes one member a line, for people', async () => {
		const path = join(await temporaryDirectory(), 'state.json');
		const state = await openState({path, ...query});
		await state.save(until);
		await state.release();
		expect((await readFile(path, 'utf8')).split('\n').slice(0, 3)).toEqual(['{', '\t"version": 1,', '\t"source": "trae-openapi",']);
	});
});
