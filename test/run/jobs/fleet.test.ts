import fc from 'fast-check';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {validateConfig} from '../../../src/access/config/schema.ts';
import {HOUR} from '../../../src/base/duration.ts';
import {jobsOf, selectJobs} from '../../../src/run/jobs/select-jobs.ts';
import {inShard, shardOf} from '../../../src/run/jobs/shard.ts';
import {fakeFeishu} from '../../helpers/fake-api.ts';
import {clockAt, createWorkspace, noNetwork, rowsOf} from './workspace.ts';

const app = (id: string) => ({feishu: {app_id: id, app_secret: {env: 'FEISHU_APP_SECRET'}}});

/** Jobs of a configuration that is nowhere. */
async function jobsIn(document: {profiles: Readonly<Record<string, object>>; jobs: Readonly<Record<string, object>>; default_profile?: string}) {
	const loaded = {config: validateConfig(document, '/c.json'), path: '/c.json', isTrusted: true, warnings: []};
	return {loaded, jobs: await jobsOf(loaded, {})};
}

describe('for_each', () => {
	const profiles = {'tenant-a': app('cli_a'), 'tenant-b': app('cli_b'), other: app('cli_o'), trae: {trae: {app_id: 't'}}};
	const calls = {source: 'feishu-openapi', dir: 'archive/{profile}/calls', since: '1d'};

	it.each([
		['profiles', ['calls@tenant-a', 'calls@tenant-b', 'calls@other']],
		['tenant-*', ['calls@tenant-a', 'calls@tenant-b']],
		[['other', 'tenant-?'], ['calls@other', 'calls@tenant-a', 'calls@tenant-b']],
		[['other', 'oth*'], ['calls@other']],
	])('%j makes a job of each', async (forEach, names) => {
		const {jobs} = await jobsIn({profiles, jobs: {calls: {...calls, for_each: forEach}}});
		expect(jobs.map(({name}) => name)).toEqual(names);
		expect(jobs.map(({dir}) => dir)).toEqual(names.map(name => `/archive/${name.slice(6)}/calls`));
		expect(jobs.map(({profile}) => `calls@${profile}`)).toEqual(names);
	});

	it.each([
		[{...calls, for_each: 'tenant-c'}, '/c.json: jobs.calls.for_each: "tenant-c" is no profile, did you mean "tenant-a"?'],
		[{...calls, for_each: 'x*'}, '/c.json: jobs.calls.for_each: no profile with feishu in it matches "x*"'],
		[{...calls, for_each: 'trae'}, '/c.json: jobs.calls.for_each: the profile trae says nothing of feishu'],
		[{...calls, for_each: 'profiles', dir: 'archive'}, '/c.json: jobs.calls.dir: expected {profile} in it'],
		[calls, '/c.json: jobs.calls.dir: expected no {profile} in a job without for_each'],
		[{...calls, for_each: 'profiles', profile: 'other'}, '/c.json: jobs.calls.profile: expected either this or for_each'],
		[{...calls, for_each: []}, '/c.json: jobs.calls.for_each: '],
	])('refuses %j', async (job, message) => {
		await expect(jobsIn({profiles, jobs: {calls: job}})).rejects.toThrow(message);
	});

	it('has its jobs found by name, key, profile, label and pattern', async () => {
		const {jobs} = await jobsIn({profiles, jobs: {
			calls: {...calls, for_each: 'profiles', labels: ['eu']}, single: {source: 'feishu-openapi', dir: 'single', profile: 'other'},
		}});
		const found = (...names: readonly string[]) => selectJobs(jobs, names).map(({name}) => name);
		expect(found('calls')).toHaveLength(3);
		expect(found('tenant-*')).toEqual(['calls@tenant-a', 'calls@tenant-b']);
		expect(found('calls@tenant-b', 'single')).toEqual(['calls@tenant-b', 'single']);
		expect(found('other')).toEqual(['calls@other']);
		expect(found('eu')).toHaveLength(3);
		expect(() => found('tenant-+')).toThrow('"tenant-+" is no job');
	});

	it('archives each tenant by itself', async () => {
		const feishu = fakeFeishu(rowsOf(6));
		const workspace = await createWorkspace({calls: {...calls, for_each: 'tenant-*', since: '6h'}}, {fetch: feishu.fetch, profiles});
		expect(await workspace.run(['run'], {clock: clockAt()})).toMatchObject({code: 0});
		expect(await workspace.ids('archive/tenant-a/calls')).toHaveLength(36);
		expect(await workspace.ids('archive/tenant-b/calls')).toHaveLength(36);
		expect((await workspace.run(['status', 'tenant-b'], {clock: clockAt(HOUR)})).stdout).toMatch(/calls@tenant-b/);
	});
});

describe('jobs.d', () => {
	const calls = {source: 'feishu-openapi', dir: 'calls', since: '6h'};

	async function withAdded(files: Readonly<Record<string, string>>, own: Readonly<Record<string, object>> = {}) {
		const workspace = await createWorkspace(own, {profiles: {main: app('cli_m')}, fetch: fakeFeishu(rowsOf(6)).fetch});
		await mkdir(join(workspace.dir, 'jobs.d'));
		for (const [name, text] of Object.entries(files)) await writeFile(join(workspace.dir, 'jobs.d', name), text, {mode: 0o600});
		return workspace;
	}

	it('adds jobs and profiles, in JSON and YAML; paths start at the configuration', async () => {
		const workspace = await withAdded({
			'a.json': JSON.stringify({profiles: {acme: app('cli_a')}, jobs: {acme: {...calls, dir: 'acme', profile: 'acme'}}}),
			'b.yaml': 'jobs:\n  main:\n    source: feishu-openapi\n    dir: main\n    since: 6h\n    profile: main\n',
			'README.md': 'not a configuration',
		});
		expect(await workspace.run(['run'], {clock: clockAt()})).toMatchObject({code: 0});
		expect(await workspace.ids('acme')).toHaveLength(36);
		expect(await workspace.ids('main')).toHaveLength(36);
	});

	it.each([
		['{"jobs": {"a": {"source": "feishu-openapi", "dirr": "x"}}}', 'jobs.d/a.json: jobs.a.dirr: unknown key, did you mean "dir"?'],
		['{"jobs": {"calls": {"source": "feishu-openapi", "dir": "x"}}}', 'jobs.d/a.json: jobs.calls: another file has one of this name'],
		['{"profiles": {"main": {}}}', 'jobs.d/a.json: profiles.main: another file has one of this name'],
		['{"sources": {}}', 'jobs.d/a.json: sources: unknown key'],
		['{', 'jobs.d/a.json:1: not valid JSON'],
		['', 'jobs.d/a.json: the file is empty'],
	])('names file and place of what is wrong: %s', async (text, message) => {
		const workspace = await withAdded({'a.json': text}, {calls});
		const {code, stderr} = await workspace.run(['run'], {fetch: noNetwork});
		expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining(message)});
	});

	it('names the file of a job whose options are wrong', async () => {
		const workspace = await withAdded({'a.json': JSON.stringify({jobs: {acme: {...calls, options: {format: 'csv'}}}})});
		const {code, stderr} = await workspace.run(['run'], {fetch: noNetwork});
		expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining('jobs.d/a.json: jobs.acme.options.format')});
	});
});

describe('shards', () => {
	const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), {minLength: 1, maxLength: 40});

	it('hold every job once, and all jobs of one app together', async () => {
		await fc.assert(fc.asyncProperty(names, fc.integer({min: 1, max: 30}), fc.nat(5), async (tenants, count, apps) => {
			const {loaded, jobs} = await jobsIn({
				profiles: Object.fromEntries(tenants.map((name, index) => [name, app(index < apps ? 'cli_same' : `cli_${name}`)])),
				jobs: {
					calls: {source: 'feishu-openapi', for_each: 'profiles', dir: 'calls/{profile}'},
					events: {source: 'feishu-behavior', for_each: 'profiles', dir: 'events/{profile}'},
				},
			});
			const shards = Array.from({length: count}, (_, index) => inShard(jobs, {index, count}, loaded));
			expect(shards.flat().map(({name}) => name).toSorted()).toEqual(jobs.map(({name}) => name).toSorted());
			const together = tenants.map((name, index) => index < apps ? 'cli_same' : name);
			const places = new Map<string, Set<number>>();
			for (const [index, shard] of shards.entries()) for (const {profile = ''} of shard) {
				const of = together[tenants.indexOf(profile)] ?? '';
				places.set(of, (places.get(of) ?? new Set()).add(index));
			}
			expect([...places.values()].every(({size}) => size === 1)).toBe(true);
		}), {numRuns: 50});
	});

	it('move one job in as many when one is added', async () => {
		const tenants = Array.from({length: 400}, (_, index) => `tenant-${index}`);
		const {loaded, jobs} = await jobsIn({
			profiles: Object.fromEntries(tenants.map(name => [name, app(`cli_${name}`)])),
			jobs: {calls: {source: 'feishu-openapi', for_each: 'profiles', dir: '{profile}'}},
		});
		const placesOf = (count: number) => new Map(Array.from({length: count}, (_, index) =>
			inShard(jobs, {index, count}, loaded).map(({name}) => [name, index] as const)).flat());
		const [before, after] = [placesOf(20), placesOf(21)];
		const moved = jobs.filter(({name}) => before.get(name) !== after.get(name));
		expect(moved.every(({name}) => after.get(name) === 20)).toBe(true);
		expect(moved.length).toBeGreaterThan(5);
		expect(moved.length).toBeLessThan(50);
	});

	it('are counted from 0, by the flag or by what Kubernetes says', () => {
		expect(shardOf({}, {JOB_COMPLETION_INDEX: '3'})).toBeUndefined();
		expect(shardOf({shard: '0/1'}, {})).toEqual({index: 0, count: 1});
		expect(shardOf({shards: '20'}, {JOB_COMPLETION_INDEX: '19'})).toEqual({index: 19, count: 20});
		for (const shard of ['20/20', '-1/20', '1', '1/0', '1/', '/3', '1.5/3', ' 1/3']) expect(() => shardOf({shard}, {})).toThrow('is no shard');
		expect(() => shardOf({shards: '20'}, {})).toThrow('is no shard');
		expect(() => shardOf({shards: '20', shard: '1/20'}, {})).toThrow('twice');
	});

	it('that are empty end well, and say so', async () => {
		const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '6h'}}, {fetch: fakeFeishu(rowsOf(6)).fetch});
		const ran = await Promise.all([0, 1, 2].map(async index => workspace.run(['run', '--shard', `${index}/3`], {clock: clockAt()})));
		expect(ran.map(({code}) => code)).toEqual([0, 0, 0]);
		expect(ran.filter(({stderr}) => stderr.includes('36 records'))).toHaveLength(1);
		expect(ran.filter(({stderr}) => stderr.includes('no job of shard'))).toHaveLength(2);
	});
});

it('asks for one token for all jobs of an app', async () => {
	const api = fakeFeishu(rowsOf(1));
	const profiles = {one: {feishu: {app_id: 'cli_one', app_secret: 's-1'}}, two: {feishu: {app_id: 'cli_two', app_secret: 's-2'}}};
	const job = (profile: string, index: number) => ({source: 'feishu-openapi', dir: `${profile}-${index}`, since: '1h', profile, options: {api_key: `GET/${index}`}});
	const jobs = Object.fromEntries(Array.from({length: 50}, (_, index) => [`job-${index}`, job(index < 48 ? 'one' : 'two', index)]));
	const workspace = await createWorkspace(jobs, {fetch: api.fetch, profiles});
	expect((await workspace.run(['run', '-q'], {clock: clockAt()})).code).toBe(0);
	expect(api.exchanges).toHaveLength(2);
	expect(new Set(api.exchanges.map(({parameters}) => parameters['app_id']))).toEqual(new Set(['cli_one', 'cli_two']));
	expect(new Set(api.seen.map(({authorization}) => authorization)).size).toBe(2);
});
