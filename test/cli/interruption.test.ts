import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {day, idsOf, run, serveApi, start, temporaryDirectory, until} from './exporter.ts';

const codes = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const;
const summaryOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('%s in mid-run', signal => {
	it('ends the run after whole lines, and the summary says so', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		api.hold(8);
		const running = start([...api.flags, ...day, '--summary', 'summary.json'], {env: api.env, cwd});
		await api.held();
		await until(running.stdout);
		running.process.kill(signal);
		const {code, stdout, stderr} = await running.ended;
		expect(code).toBe(codes[signal]);
		expect(stderr).toMatch(new RegExp(`^error: interrupted by ${signal}\n`));
		const records = idsOf(stdout).length;
		expect(records).toBeGreaterThan(0);
		expect(summaryOf(join(cwd, 'summary.json'))).toMatchObject({status: 'interrupted', records, resume: null});
	});

	it('keeps a file that the same command continues, to the same bytes as in one go', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		const command = [...api.flags, ...day, '-o', 'records.ndjson', '--summary', 'summary.json'];
		api.hold(12);
		const running = start(command, {env: api.env, cwd});
		await api.held();
		await until(() => existsSync(join(cwd, 'records.ndjson.partial.json')));
		running.process.kill(signal);
		const {code, stderr} = await running.ended;
		expect(code).toBe(codes[signal]);
		expect(stderr).toContain('records.ndjson.partial');
		expect(existsSync(join(cwd, 'records.ndjson'))).toBe(false);
		expect(summaryOf(join(cwd, 'summary.json'))).toMatchObject({status: 'interrupted', resume: {partial: expect.stringContaining('records.ndjson.partial') as string}});

		api.release();
		const requestsBefore = api.requests.length;
		const resumed = await run(command, {env: api.env, cwd});
		expect(resumed.code).toBe(0);
		expect(resumed.stderr).toMatch(/resuming .*records\.ndjson\.partial/);
		expect(api.requests.length - requestsBefore).toBeLessThan(24);
		expect(summaryOf(join(cwd, 'summary.json'))).toMatchObject({status: 'complete', records: 1000});
		expect(readdirSync(cwd).toSorted()).toEqual(['records.ndjson', 'summary.json']);
		expect(readFileSync(join(cwd, 'records.ndjson'), 'utf8')).toBe((await run([...api.flags, ...day], {env: api.env})).stdout);
	});
});

it('a second signal ends the run at once', async () => {
	const api = await serveApi();
	api.hold();
	const running = start([...api.flags, ...day], {env: api.env});
	await api.held();
	running.process.kill('SIGINT');
	running.process.kill('SIGTERM');
	// null: the first had ended it already, so that the second met no listener any more; a shell shows 143 for that.
	expect([130, 143, null]).toContain((await running.ended).code);
});

it.skipIf(process.platform === 'win32').each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('%s ends a run even where the system keeps it waiting for ever, by the signal itself', async signal => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	// Nobody reads it.
	execFileSync('mkfifo', [join(cwd, 'summary')]);
	const running = start([...api.flags, ...day, '--summary', 'summary'], {env: api.env, cwd});
	await until(() => running.stdout().split('\n').length > 1000);
	running.process.kill(signal);
	const {code, stderr} = await running.ended;
	expect([code, running.process.signalCode]).toEqual([null, signal]);
	expect(stderr).toContain(`interrupted by ${signal}, and ended before all was put in order`);
});

it.each(['csv.gz', 'ndjson.gz', 'json', 'csv'])('a killed run into .%s is continued by the same command to the same bytes as in one go', async ending => {
	const api = await serveApi({recordsPerDay: 5000});
	const cwd = temporaryDirectory();
	const commandFor = (name: string) => [...api.flags, ...day, '-o', `${name}.${ending}`];
	expect(await run(commandFor('whole'), {env: api.env, cwd})).toEqual({code: 0, stdout: '', stderr: ''});

	api.hold(30);
	const killed = start(commandFor('killed'), {env: api.env, cwd});
	await api.held();
	await until(() => existsSync(join(cwd, `killed.${ending}.partial.json`)));
	killed.process.kill('SIGKILL');
	expect((await killed.ended).code).toBeNull();
	expect(existsSync(join(cwd, `killed.${ending}`))).toBe(false);

	api.release();
	const resumed = await run(commandFor('killed'), {env: api.env, cwd});
	expect(resumed).toEqual({code: 0, stdout: '', stderr: expect.stringMatching(/^feishu-openapi: resuming .*\n$/) as string});
	expect(readFileSync(join(cwd, `killed.${ending}`)).equals(readFileSync(join(cwd, `whole.${ending}`)))).toBe(true);
	expect(readdirSync(cwd).toSorted()).toEqual([`killed.${ending}`, `whole.${ending}`]);
});

it('SIGINT ends a run whose output nobody reads, and the line under way is finished when the reader goes on in time', async () => {
	const api = await serveApi({recordsPerDay: 20_000});
	for (const isRead of [false, true]) {
		const running = start([...api.flags, ...day], {env: api.env});
		running.process.stdout?.pause();
		await until(() => (running.process.stdout?.readableLength ?? 0) > 0);
		// Nothing is asked any more once the pipe is full and what was read ahead waits.
		let last = -1;
		await vi.waitFor(() => {
			const isStill = api.requests.length === last;
			last = api.requests.length;
			expect(isStill).toBe(true);
		}, {timeout: 20_000, interval: 300});
		running.process.kill('SIGINT');
		if (isRead) running.process.stdout?.resume();
		const code = await new Promise(resolve => {
			running.process.once('exit', resolve);
		});
		expect(code).toBe(130);
		running.process.stdout?.resume();
		const {stdout} = await running.ended;
		if (isRead) expect(idsOf(stdout).length).toBeGreaterThan(0);
	}
});

it('SIGINT ends a run that waits for the reader of a FIFO', async () => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	execFileSync('mkfifo', [join(cwd, 'fifo')]);
	const running = start([...api.flags, ...day, '-o', 'fifo', '--state', 'state.json'], {env: api.env, cwd});
	// The lock of the state is taken just before.
	await until(() => existsSync(join(cwd, 'state.json.lock')));
	running.process.kill('SIGINT');
	expect((await running.ended).code).toBe(130);
	expect(readdirSync(cwd)).toEqual(['fifo']);
});

it('SIGINT ends a run that waits for the command of a secret', async () => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'config.json'), JSON.stringify({profiles: {default: {feishu: {app_id: 'cli_test', app_secret: {command: ['sh', '-c', 'touch started; sleep 25']}}}}}));
	const running = start([...api.flags, ...day, '--config', 'config.json', '--profile', 'default'], {cwd});
	await until(() => existsSync(join(cwd, 'started')));
	running.process.kill('SIGINT');
	const {code, stderr} = await running.ended;
	expect(code).toBe(130);
	expect(stderr).toMatch(/^error: interrupted by SIGINT\n/);
});
