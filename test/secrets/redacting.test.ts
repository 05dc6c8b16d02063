import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {runCommand} from '../helpers/context.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';
import {clockAt, createWorkspace, start} from '../run/jobs/workspace.ts';

const payload = '{"app_id":"cli_1","app_secret":"s3cr3t-value","n":9007199254740993}';
const rowCount = 12;

/** Every third row carries two secrets. */
function api(): Fetch {
	const times = Array.from({length: rowCount}, (_, index) => ({id: `row-${String(index).padStart(2, '0')}`, time: start / 1000 - 3600 + index * 60}));
	const inner = fakeFeishu(times);
	return async (input, init) => {
		const response = await inner.fetch(input, init);
		const text = await response.text();
		return new Response(text.replaceAll(/\{"id":"row-(\d+)".*?\}\}/g, (row, number: string) => Number(number) % 3 === 0
			? row.replace(/"log_detail":\{.*/, `"log_detail":{"payload":${JSON.stringify(payload)},"query_param":"token=abc&x=1"}}`) : row));
	};
}

const range = ['--since', '2h', '--until', 'now'];
const exported = async (...flags: string[]) => runCommand(['feishu-openapi', ...range, ...flags], {fetch: api(), clock: clockAt()});
const redacted = payload.replace('s3cr3t-value', '[REDACTED]');

describe('--redact-secrets', () => {
	it.each([[[]], [['--order', 'time']], [['--page-size', '2', '--window', '10m']], [['--format', 'csv']]])('takes them out and says how many, with %j', async flags => {
		const {code, stdout, stderr} = await exported('--redact-secrets', ...flags);
		expect({code, stderr}).toEqual({code: 0, stderr: 'feishu-openapi: 8 values in 4 records were redacted\n'});
		expect(stdout).not.toMatch(/s3cr3t|token=abc/);
		expect(stdout).toContain('token=[REDACTED]&x=1');
		expect(stdout).toContain('9007199254740993');
		if (flags[1] !== 'csv') expect(stdout).toContain(JSON.stringify(redacted));
	});

	it('counts what is written, not what was read', async () => {
		expect((await exported('--redact-secrets', '--limit', '2', '--order', 'time')).stderr).toBe('feishu-openapi: 2 values in 1 record were redacted\n');
	});

	it('goes with --redact, and changes nothing without being asked', async () => {
		expect((await exported()).stdout).toContain('s3cr3t-value');
		const {stdout, stderr} = await exported('--redact-secrets', '--redact', 'log_detail.payload');
		expect(stdout).not.toContain('cli_1');
		expect(stderr).toContain('4 values in 4 records were redacted');
	});

	it('says nothing where there was nothing, and with --quiet', async () => {
		expect((await runCommand(['feishu-openapi', ...range, '--redact-secrets'], {fetch: fakeFeishu([{id: 'a', time: start / 1000 - 60}]).fetch, clock: clockAt()})).stderr).toBe('');
		expect((await exported('--redact-secrets', '--quiet')).stderr).toBe('');
	});

	it('is an option of jobs and of the configuration, and of what an archive is', async () => {
		const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '2h', compress: 'none', options: {redact_secrets: true}}}, {fetch: api()});
		const first = await workspace.run(['run'], {clock: clockAt()});
		expect({code: first.code, stderr: first.stderr}).toMatchObject({code: 0, stderr: expect.stringContaining('calls: 8 values in 4 records were redacted\n') as string});
		const manifest = await workspace.read('calls/manifest.ndjson');
		expect(JSON.parse(manifest.split('\n')[0] ?? '')).toMatchObject({query: {redact_secrets: true}});
		const texts = await Promise.all((await workspace.files()).filter(file => file.startsWith('calls/data/dt=')).map(async file => workspace.read(file)));
		expect(texts.join('')).not.toContain('s3cr3t');
		// The rows are known again, and nothing is told of what is not written once more.
		const second = await workspace.run(['run'], {clock: clockAt(60_000)});
		expect({code: second.code, stderr: second.stderr}).toMatchObject({code: 0, stderr: expect.not.stringContaining('redacted') as string});
		expect(await workspace.ids('calls')).toHaveLength(rowCount);
		// A lost segment is exported again as it was, by the options in the manifest.
		const [lost = ''] = (await workspace.files()).filter(file => file.startsWith('calls/data/dt='));
		const before = await workspace.read(lost);
		await writeFile(join(workspace.dir, lost), 'damaged');
		const repaired = await workspace.run(['verify', 'calls', '--repair'], {clock: clockAt(60_000)});
		expect({code: repaired.code, stderr: repaired.stderr}).toEqual({code: 0, stderr: '8 values in 4 records were redacted\n'});
		expect(await workspace.read(lost)).toBe(before);

		await writeFile(join(workspace.dir, 'audit-export.config.json'), JSON.stringify({sources: {'feishu-openapi': {redact_secrets: true}}}));
		expect((await workspace.run(['feishu-openapi', ...range], {clock: clockAt()})).stdout).not.toContain('s3cr3t');
	});

	it('is taken back for one export and for one job where the configuration asks for it', async () => {
		const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '2h', compress: 'none', options: {redact_secrets: false}}}, {
			fetch: api(), sources: {'feishu-openapi': {redact_secrets: true}},
		});
		expect((await workspace.run(['feishu-openapi', ...range], {clock: clockAt()})).stdout).not.toContain('s3cr3t');
		expect((await workspace.run(['feishu-openapi', ...range, '--no-redact-secrets'], {clock: clockAt()})).stdout).toContain('s3cr3t-value');
		expect((await workspace.run(['run'], {clock: clockAt()})).stderr).not.toContain('redacted');
		expect((await workspace.run(['cat', 'calls'])).stdout).toContain('s3cr3t-value');
	});

	it('is not done to what a repair brings back into an archive that holds everything', async () => {
		const job = {calls: {source: 'feishu-openapi', dir: 'calls', since: '2h', compress: 'none'}};
		const workspace = await createWorkspace(job, {fetch: api()});
		await workspace.run(['run'], {clock: clockAt()});
		const [lost = ''] = (await workspace.files()).filter(file => file.startsWith('calls/data/dt='));
		const before = await workspace.read(lost);
		await writeFile(join(workspace.dir, lost), 'damaged');
		await writeFile(join(workspace.dir, 'audit-export.config.json'), JSON.stringify({jobs: job, sources: {'feishu-openapi': {redact_secrets: true, redact: ['api_key']}}}));
		expect((await workspace.run(['verify', 'calls', '--repair'], {clock: clockAt(60_000)})).code).toBe(0);
		expect(await workspace.read(lost)).toBe(before);
	});

	it('redacts what cat reads out of an archive that holds them', async () => {
		const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '2h'}}, {fetch: api()});
		await workspace.run(['run'], {clock: clockAt()});
		expect((await workspace.run(['cat', 'calls'])).stdout).toContain('s3cr3t-value');
		const {code, stdout, stderr} = await workspace.run(['cat', 'calls', '--redact-secrets']);
		expect({code, stderr}).toEqual({code: 0, stderr: '8 values in 4 records were redacted\n'});
		expect(stdout).not.toContain('s3cr3t');
	});

	it('starts a file over that was begun without', async () => {
		const workspace = await createWorkspace({}, {fetch: api()});
		let asked = 0;
		const failing: Fetch = async (input, init) => {
			if (String(input instanceof Request ? input.url : input).includes('list_data') && ++asked > 2) return new Response('', {status: 400});
			return api()(input, init);
		};
		expect((await workspace.run(['feishu-openapi', ...range, '--window', '20m', '--concurrency', '1', '-o', 'out.ndjson'], {fetch: failing, clock: clockAt()})).code).toBe(1);
		expect((await readdir(workspace.dir)).some(name => name.includes('partial'))).toBe(true);
		const {code} = await workspace.run(['feishu-openapi', ...range, '--window', '20m', '-o', 'out.ndjson', '--redact-secrets', '--no-resume'], {clock: clockAt()});
		expect(code).toBe(0);
		expect(await readFile(join(workspace.dir, 'out.ndjson'), 'utf8')).not.toContain('s3cr3t');
	});
});
