import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {filesBelow} from '../helpers/leaks.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf} from '../run/jobs/workspace.ts';
import {MINUTE} from '../../src/base/duration.ts';

const deploy = join(import.meta.dirname, '../../deploy');

function temporaryDirectory(): string {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-deploy-'));
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return path;
}

/** What a program of Debian's says, and how it ended. */
function run(program: string, args: readonly string[]) {
	const {status, stdout, stderr, error} = spawnSync(program, args, {encoding: 'utf8'});
	if (error !== undefined) throw error;
	return {status, said: `${stdout}${stderr}`};
}

/** Serves an empty S3 bucket in a process of its own until the test ends; its port. */
async function serveBucket(name: string): Promise<string> {
	const options = {directory: temporaryDirectory(), address: '127.0.0.1', port: 0, silent: true, configureBuckets: [{name}]};
	const script = `new (require('@20minutes/s3rver'))(${JSON.stringify(options)}).run().then(({port}) => console.log(port))`;
	const server = spawn(process.execPath, ['--eval', script], {cwd: deploy, stdio: ['ignore', 'pipe', 'ignore']});
	onTestFinished(() => {
		server.kill('SIGKILL');
	});
	for await (const text of server.stdout.setEncoding('utf8') as AsyncIterable<string>) {
		return text.trim();
	}
	throw new Error('the S3 server ended');
}

test('the units are valid, and their service is exposed by less than 3 of 10', () => {
	const units = temporaryDirectory();
	for (const kind of ['service', 'timer']) {
		const text = readFileSync(join(deploy, `systemd/audit-export@.${kind}`), 'utf8');
		// The program is not installed here; systemd asks whether it is there.
		for (const name of ['audit-export@', 'audit-export@acme']) {
			writeFileSync(join(units, `${name}.${kind}`), text.replace('/usr/bin/audit-export', '/bin/true'));
		}
	}
	const [service, timer] = ['service', 'timer'].map(kind => join(units, `audit-export@acme.${kind}`)) as [string, string];
	expect(run('systemd-analyze', ['verify', '--man=no', service, timer])).toEqual({status: 0, said: ''});
	expect(run('systemd-analyze', ['security', '--offline=true', '--threshold=30', service])).toMatchObject({status: 0});
});

test('the example for Airflow is Python', () => {
	expect(run('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())', join(deploy, 'airflow_audit_export.py')])).toEqual({status: 0, said: ''});
});

test('every copy of an archive that is published is whole, wherever copying is killed, and the last one equals it', async () => {
	const port = await serveBucket('logs');
	const env = {
		PATH: process.env['PATH'], HOME: temporaryDirectory(), RCLONE_CONFIG: '/dev/null', RCLONE_CONFIG_S3_TYPE: 's3', RCLONE_CONFIG_S3_PROVIDER: 'Other', RCLONE_CONFIG_S3_ACCESS_KEY_ID: 'S3RVER',
		RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: 'S3RVER', RCLONE_CONFIG_S3_ENDPOINT: `http://127.0.0.1:${port}`, RCLONE_CONFIG_S3_FORCE_PATH_STYLE: 'true',
	};
	// Rows of the twelve hours before the first run, and of the two in which it is run again.
	const feishu = fakeFeishu(rowsOf(12).concat(rowsOf(2, {name: 'later'}).map(({id, time}) => ({id, time: time + 2 * 3600}))));
	const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '2026-11-20T00:00:00Z', lag: '1m', overlap: '1h'}}, {fetch: feishu.fetch});
	const archive = join(workspace.dir, 'calls');
	/** Copies, and kills it after so many milliseconds; what it ended by. */
	const copy = async (milliseconds?: number) => {
		const child = spawn(join(deploy, 'copy-archive.sh'), [archive, 's3:logs/calls'], {env, detached: true, stdio: ['ignore', 'ignore', 'pipe']});
		let said = '';
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
		const closed = once(child, 'close');
		if (milliseconds !== undefined) {
			await Promise.race([closed, sleep(milliseconds)]);
			if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
		}
		const [code] = await closed as [number | null];
		return {code, said};
	};
	/** All that is at the target, or no more than the manifest there lists: what was copied ahead of the next one is not published. */
	const fetched = ({isPublished}: {isPublished: boolean}) => {
		const to = temporaryDirectory();
		expect(spawnSync('rclone', ['copy', '--fast-list', 's3:logs/calls', to], {env, encoding: 'utf8'})).toMatchObject({status: 0});
		if (isPublished) {
			const lines = readFileSync(join(to, 'manifest.ndjson'), 'utf8').trim().split('\n').map(line => JSON.parse(line) as {file?: string | null});
			const listed = new Set(lines.map(({file}) => file));
			for (const file of filesBelow([join(to, 'data')]).keys()) if (!listed.has(relative(to, file))) rmSync(file);
		}
		return to;
	};
	const isWhole = async (directory: string) => (await workspace.run(['verify', directory], {clock: clockAt(24 * 60 * MINUTE)})).code === 0;
	const runJobs = async (round: number) => (await workspace.run(['run'], {clock: clockAt(round * 15 * MINUTE)})).code;
	expect(await runJobs(0)).toBe(0);
	const started = Date.now();
	expect(await copy()).toEqual({code: 0, said: ''});
	const lasted = Date.now() - started;
	for (let round = 1; round <= 7; round += 1) {
		expect(await runJobs(round)).toBe(0);
		await copy(lasted * round / 7);
		expect(await isWhole(fetched({isPublished: true}))).toBe(true);
	}
	expect(await copy()).toEqual({code: 0, said: ''});
	const last = fetched({isPublished: false});
	expect(run('diff', ['-r', '--exclude=.*', '--exclude=last-run.json', archive, last])).toEqual({status: 0, said: ''});

	// What the manifest no longer lists goes, and what it lists and is not there stops the copy.
	mkdirSync(join(last, 'data/dt=2020-01-01'));
	cpSync(join(deploy, 'copy-archive.sh'), join(last, 'data/dt=2020-01-01/old.ndjson'));
	expect(spawnSync('rclone', ['copy', last, 's3:logs/calls'], {env}).status).toBe(0);
	expect(await copy()).toEqual({code: 0, said: ''});
	expect(run('diff', ['-r', '--exclude=.*', '--exclude=last-run.json', archive, fetched({isPublished: false})])).toEqual({status: 0, said: ''});
	rmSync(join(archive, 'data'), {recursive: true});
	expect(await copy()).toMatchObject({code: 1, said: expect.stringContaining('hint: audit-export verify') as string});
	expect(await isWhole(fetched({isPublished: true}))).toBe(true);
});
