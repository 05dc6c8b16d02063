import {mkdir, mkdtemp, rm, symlink} from 'node:fs/promises';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, it, onTestFinished} from 'vitest';
import type {LoadedConfig} from '../../../src/access/config/load.ts';
import {validateConfig} from '../../../src/access/config/schema.ts';
import {jobsOf, selectJobs} from '../../../src/run/jobs/select-jobs.ts';

let dir = '';

beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), 'audit-export-jobs-'));
	const made = dir;
	onTestFinished(async () => rm(made, {recursive: true, force: true}));
});

function config(dirs: Readonly<Record<string, string>>): LoadedConfig {
	const jobs = Object.fromEntries(Object.entries(dirs).map(([name, path]) => [name, {source: 'feishu-openapi', dir: path}]));
	return {config: validateConfig({jobs}, 'c.json'), path: join(dir, 'c.json'), isTrusted: true, warnings: []};
}

it('finds directories from the configuration file on, and the home directory', async () => {
	const jobs = await jobsOf(config({near: 'archive/near', home: '~/far', root: '/srv/far'}), {});
	expect(jobs.map(job => job.dir)).toEqual([join(dir, 'archive/near'), join(homedir(), 'far'), '/srv/far']);
});

it('keeps the defaults: gzip, a day back, no lag, 100,000 records a segment', async () => {
	const [job] = await jobsOf(config({calls: 'a'}), {});
	expect(job).toMatchObject({compression: 'gzip', since: '24h', lagMs: 0, overlapMs: undefined, maxRecords: 100_000});
});

it.each([['a', 'a'], ['a', './b/../a'], ['a', 'a/'], ['a', 'link']])('refuses two jobs with one directory: %s and %s', async (first, second) => {
	await mkdir(join(dir, 'a'));
	await symlink('a', join(dir, 'link'));
	const jobs = await jobsOf(config({calls: first, others: second, apart: 'b'}), {});
	expect(jobs.map(({problem}) => problem?.message)).toEqual([...Array<unknown>(2).fill(expect.stringContaining('jobs calls and others have the same directory')), undefined]);
});

it.each([['a', 'a/b'], ['a/b/c', 'a'], ['link/x', 'a']])('refuses a directory within another: %s and %s', async (first, second) => {
	await mkdir(join(dir, 'a'));
	await symlink('a', join(dir, 'link'));
	const jobs = await jobsOf(config({calls: first, others: second, apart: 'b'}), {});
	expect(jobs.map(({problem}) => problem?.message)).toEqual([...Array<unknown>(2).fill(expect.stringContaining("one's directory is in the other's")), undefined]);
});

it('takes directories whose names begin alike for two', async () => {
	expect((await jobsOf(config({calls: 'a', others: 'ab'}), {})).map(({problem}) => problem)).toEqual([undefined, undefined]);
});

it('picks jobs by name, in the order of the configuration', async () => {
	const jobs = await jobsOf(config({calls: 'a', others: 'b', third: 'c'}), {});
	expect(selectJobs(jobs, ['third', 'calls', 'third']).map(({name}) => name)).toEqual(['calls', 'third']);
	expect(selectJobs(jobs, [])).toHaveLength(3);
	expect(() => selectJobs(jobs, ['calls', 'thrid'])).toThrow('"thrid" is no job of');
});
