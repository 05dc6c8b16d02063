import {existsSync, readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {validateConfig} from '../../../src/access/config/schema.ts';
import {Masker} from '../../../src/json/secrets/masker.ts';
import {secretVariables} from '../../../src/access/config/own-variables.ts';
import {runOnFailure, type OnFailureOptions} from '../../../src/run/jobs/on-failure.ts';

const failure = {exitCode: 6, jobs: ['calls', 'events'], summary: '{"status":"incomplete"}\n'};

async function tell(command: string, options: Partial<OnFailureOptions> = {}) {
	const cwd = await mkdtemp(join(tmpdir(), 'audit-export-told-'));
	onTestFinished(async () => rm(cwd, {recursive: true, force: true}));
	const told = await runOnFailure(command, failure, {env: {PATH: process.env['PATH']}, masker: new Masker(), secretVariables: new Set(), ...options, cwd});
	return {...told, cwd};
}

it('hands over the summary, the exit code and the failed jobs', async () => {
	expect(await tell('cat; echo "$AUDIT_EXPORT_EXIT_CODE $AUDIT_EXPORT_FAILED_JOBS"; echo warned >&2')).toMatchObject({output: '{"status":"incomplete"}\n6 calls events\nwarned\n', problem: undefined});
});

it('says how the command failed', async () => {
	expect(await tell('exit 3')).toMatchObject({problem: 'failed with exit status 3'});
	expect(await tell('kill -TERM $$')).toMatchObject({problem: 'was ended by SIGTERM'});
	expect((await tell('no-such-program-here')).problem).toBe('failed with exit status 127');
});

it('does not mind a command that leaves its stdin unread, however long the summary', async () => {
	expect(await runOnFailure('true', {...failure, summary: 'x'.repeat(1_000_000)}, {env: {}, cwd: tmpdir(), masker: new Masker(), secretVariables: new Set()})).toEqual({output: '', problem: undefined});
});

it('stops a command that does not end, with what it started', async () => {
	const {problem, cwd} = await tell('sleep 600 & echo $! > child.pid; wait', {timeoutMs: 200});
	expect(problem).toBe('did not end within 200ms and was stopped');
	const pid = readFileSync(join(cwd, 'child.pid'), 'utf8').trim();
	// Gone, or a zombie that nobody has asked for yet.
	await vi.waitFor(() => {
		expect(existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] : 'Z').toBe('Z');
	});
});

it.each([['before it starts', 0], ['while it runs', 50]])('gives a command a second when the run is asked to stop %s', async (_, afterMs) => {
	const stop = new AbortController();
	if (afterMs === 0) stop.abort();
	else setTimeout(() => {
		stop.abort();
	}, afterMs);
	expect((await tell('trap "" INT TERM HUP; sleep 600; sleep 600', {signal: stop.signal})).problem).toBe('did not end within 1s of the interruption and was stopped');
	expect((await tell('echo told', {signal: stop.signal})).output).toBe('told\n');
});

it('says that a command cannot be started, also when it is refused at once', async () => {
	const jobs = Array.from({length: 100_000}, (_, index) => `job-${index}`);
	expect((await runOnFailure('true', {...failure, jobs}, {env: {}, cwd: tmpdir(), masker: new Masker(), secretVariables: new Set()})).problem).toMatch(/^could not be started: argument list too long/);
});

it('keeps every credential out of its environment: by name, by reference, and by value', async () => {
	const masker = new Masker();
	masker.add('a-secret-read-from-a-file');
	const config = validateConfig({profiles: {a: {feishu: {app_secret: {env: 'MY_SECRET'}}}}}, 'c.json');
	const env = {
		PATH: process.env['PATH'], FEISHU_APP_SECRET: '1', FEISHU_TENANT_ACCESS_TOKEN: '1', FEISHU_USER_ACCESS_TOKEN: '1', FEISHU_CONSOLE_COOKIE: '1',
		TRAE_APP_SECRET: '1', TRAE_ACCESS_TOKEN: '1', MY_SECRET: '1', COPIED: 'x=a-secret-read-from-a-file', FEISHU_APP_ID: 'cli_a', OTHER: 'kept',
	};
	const {output} = await tell('env', {env, masker, secretVariables: secretVariables(config)});
	const names = output.split('\n').map(line => line.split('=')[0]);
	for (const name of ['FEISHU_APP_ID', 'OTHER', 'AUDIT_EXPORT_EXIT_CODE']) expect(names).toContain(name);
	for (const name of ['FEISHU_APP_SECRET', 'FEISHU_TENANT_ACCESS_TOKEN', 'FEISHU_USER_ACCESS_TOKEN', 'FEISHU_CONSOLE_COOKIE', 'TRAE_APP_SECRET', 'TRAE_ACCESS_TOKEN', 'MY_SECRET', 'COPIED']) expect(names).not.toContain(name);
});
