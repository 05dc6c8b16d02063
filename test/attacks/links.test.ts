import {execFileSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {chmodSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {isForeign} from '../../src/output/target.ts';
import {runCommand, type Ran} from '../helpers/context.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';
import {noNetwork} from '../run/jobs/workspace.ts';
import {temporaryDirectory} from './hostile.ts';
import {asStrangers} from './strangers.ts';

const range = ['--since', '2026-11-20T10:00:00Z', '--until', '2026-11-20T11:00:00Z'];
const rows = [{id: 'a', time: Date.UTC(2026, 10, 20, 10, 30) / 1000}];

/** A place in a directory that everybody may write into: names in it begin with a prefix of their own. */
function sharedPlace(): {cwd: string; prefix: string} {
	// Only root can make such a directory that belongs to somebody else than its files.
	const isRoot = process.getuid?.() === 0;
	const cwd = isRoot ? mkdtempSync(join('/tmp', 'audit-export-shared-')) : '/tmp';
	const prefix = isRoot ? '' : `audit-export-${randomUUID()}-`;
	if (isRoot) chmodSync(cwd, 0o1777);
	onTestFinished(() => {
		if (isRoot) rmSync(cwd, {recursive: true, force: true});
		else for (const name of readdirSync(cwd)) if (name.startsWith(prefix)) rmSync(join(cwd, name), {recursive: true, force: true});
	});
	return {cwd, prefix};
}

async function exportTo(cwd: string, ...flags: string[]): Promise<Ran> {
	return runCommand(['feishu-openapi', ...range, ...flags], {fetch: fakeFeishu(rows).fetch, cwd});
}

const text = '{"id":"a","event_time":1795170600,"log_detail":{"status_code":200}}\n';

describe('a link of the own', () => {
	it('at the output, the summary, the metrics and the state stays one, and what it leads to is replaced', async () => {
		const cwd = temporaryDirectory();
		mkdirSync(join(cwd, 'elsewhere'));
		for (const name of ['out.ndjson', 'summary.json', 'state']) symlinkSync(join('elsewhere', name), join(cwd, name));
		expect((await exportTo(cwd, '-o', 'out.ndjson', '--summary', 'summary.json', '--state', 'state')).code).toBe(0);
		expect(readFileSync(join(cwd, 'elsewhere/out.ndjson'), 'utf8')).toBe(text);
		for (const name of ['out.ndjson', 'summary.json', 'state']) {
			expect(lstatSync(join(cwd, name)).isSymbolicLink()).toBe(true);
			expect(lstatSync(join(cwd, 'elsewhere', name)).isFile()).toBe(true);
		}
	});

	it.each(['.partial', '.lock'])('at the output%s is refused, and nothing is written through it', async suffix => {
		const cwd = temporaryDirectory();
		mkdirSync(join(cwd, 'precious.d'));
		writeFileSync(join(cwd, 'precious'), 'text');
		symlinkSync(suffix === '.lock' ? 'precious.d' : 'precious', join(cwd, `out.ndjson${suffix}`));
		expect((await exportTo(cwd, '-o', 'out.ndjson')).code).toBe(2);
		expect(readFileSync(join(cwd, 'precious'), 'utf8')).toBe('text');
		expect(existsSync(join(cwd, 'precious.d'))).toBe(true);
	});

	it('in an archive is no manifest and no partition', async () => {
		const cwd = temporaryDirectory();
		mkdirSync(join(cwd, 'calls'));
		mkdirSync(join(cwd, 'elsewhere'));
		writeFileSync(join(cwd, 'precious'), 'text');
		writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({jobs: {calls: {source: 'feishu-openapi', dir: 'calls', since: '2026-11-20T10:00:00Z'}}}), {mode: 0o600});
		const run = async () => runCommand(['run'], {fetch: fakeFeishu(rows).fetch, cwd});
		symlinkSync('../precious', join(cwd, 'calls/manifest.ndjson'));
		expect((await run()).code).not.toBe(0);
		expect(readFileSync(join(cwd, 'precious'), 'utf8')).toBe('text');
		rmSync(join(cwd, 'calls'), {recursive: true});
		mkdirSync(join(cwd, 'calls/data'), {recursive: true});
		symlinkSync('../../elsewhere', join(cwd, 'calls/data/dt=2026-11-20'));
		expect((await run()).code).not.toBe(0);
		expect(execFileSync('ls', [join(cwd, 'elsewhere')], {encoding: 'utf8'})).toBe('');
	});
});

describe('another name of a file', () => {
	it('keeps its text when the output, its beginning, the state or the summary is replaced', async () => {
		const cwd = temporaryDirectory();
		for (const name of ['out.ndjson', 'out.ndjson.partial', 'summary.json']) {
			writeFileSync(join(cwd, `other-${name}`), 'text');
			linkSync(join(cwd, `other-${name}`), join(cwd, name));
		}
		expect((await exportTo(cwd, '-o', 'out.ndjson', '--summary', 'summary.json')).code).toBe(0);
		for (const name of ['out.ndjson', 'out.ndjson.partial', 'summary.json']) expect(readFileSync(join(cwd, `other-${name}`), 'utf8')).toBe('text');
		expect(readFileSync(join(cwd, 'out.ndjson'), 'utf8')).toBe(text);
	});

	it('keeps its text when an interrupted export would be continued in it', async () => {
		const cwd = temporaryDirectory();
		const stop = new AbortController();
		const api = fakeFeishu(rows, {intervene: () => {
			stop.abort(new Error('stopped'));
			return undefined;
		}});
		const args = ['feishu-openapi', '--since', '2026-11-20T08:00:00Z', '--until', '2026-11-20T12:00:00Z', '--window', '1h', '--concurrency', '1', '-o', 'out.ndjson'];
		await runCommand(args, {fetch: fakeFeishu(rows, {intervene: (_, index) => index < 3 ? undefined : new Response('', {status: 400})}).fetch, cwd});
		linkSync(join(cwd, 'out.ndjson.partial'), join(cwd, 'other'));
		const before = readFileSync(join(cwd, 'other'), 'utf8');
		const ran = await runCommand(args, {fetch: api.fetch, cwd});
		expect(ran).toMatchObject({code: 2, stderr: expect.stringContaining('linked to from elsewhere') as string});
		expect(readFileSync(join(cwd, 'other'), 'utf8')).toBe(before);
	});
});

describe('in a directory that everybody may write into', () => {
	it('what belongs neither to the user nor to the directory\'s owner is foreign', () => {
		const shared = {mode: 0o41777, uid: 0};
		expect(isForeign({mode: 0, uid: 7}, shared, 5)).toBe(true);
		expect(isForeign({mode: 0, uid: 7}, shared, 0)).toBe(true);
		expect(isForeign({mode: 0, uid: 5}, shared, 5)).toBe(false);
		expect(isForeign({mode: 0, uid: 0}, shared, 5)).toBe(false);
		expect(isForeign({mode: 0, uid: 7}, {mode: 0o40755, uid: 0}, 5)).toBe(false);
	});

	it.each(['out.ndjson', 'out.ndjson.partial', 'out.ndjson.partial.json', 'out.ndjson.lock', 'state', 'summary.json'])('a stranger\'s %s is neither followed, nor written to, nor believed', async name => {
		for (const kind of ['link', 'file', 'fifo', 'directory']) {
			const {cwd, prefix} = sharedPlace();
			const own = temporaryDirectory();
			const path = join(cwd, `${prefix}${name}`);
			writeFileSync(join(own, 'precious'), 'text');
			if (kind === 'link') symlinkSync(join(own, 'precious'), path);
			else if (kind === 'file') writeFileSync(path, 'theirs', {mode: 0o666});
			else if (kind === 'fifo') execFileSync('mkfifo', ['-m', '666', path]);
			else mkdirSync(path);
			asStrangers([path]);
			const ran = await exportTo(cwd, '-o', `${prefix}out.ndjson`, '--state', `${prefix}state`, '--summary', `${prefix}summary.json`);
			expect([1, 2]).toContain(ran.code);
			expect(ran.stderr).toMatch(/another user|is a directory/);
			expect(readFileSync(join(own, 'precious'), 'utf8')).toBe('text');
			if (kind === 'file') expect(readFileSync(path, 'utf8')).toBe('theirs');
		}
	});

	it('a stranger\'s archive is not written to', async () => {
		const {cwd, prefix} = sharedPlace();
		const own = temporaryDirectory();
		const dir = join(cwd, `${prefix}calls`);
		mkdirSync(dir, {mode: 0o777});
		writeFileSync(join(own, 'audit-export.config.json'), JSON.stringify({jobs: {calls: {source: 'feishu-openapi', dir, since: '2026-11-20T10:00:00Z'}}}), {mode: 0o600});
		asStrangers([dir]);
		const ran = await runCommand(['run', '--config', join(own, 'audit-export.config.json')], {fetch: fakeFeishu(rows).fetch});
		expect(ran).toMatchObject({code: 2, stderr: expect.stringContaining('of another user') as string});
	});
});

describe('pipes and devices', () => {
	it('take an export as they are', async () => {
		const cwd = temporaryDirectory();
		expect((await exportTo(cwd, '-o', '/dev/null')).code).toBe(0);
		const {code, stdout} = await exportTo(cwd, '-o', '/dev/stdout');
		expect({code, stdout}).toEqual({code: 0, stdout: text});
	});
});

it('a FIFO that lies where a lock names its owner keeps nobody waiting', async () => {
	const cwd = temporaryDirectory();
	mkdirSync(join(cwd, 'out.ndjson.lock'));
	execFileSync('mkfifo', [join(cwd, 'out.ndjson.lock/owner.json')]);
	expect((await exportTo(cwd, '-o', 'out.ndjson')).code).toBe(7);
});

describe('permissions', () => {
	it.each([0o022, 0o077, 0o027])('are for the user alone under umask %o, and no wider', async mask => {
		const cwd = temporaryDirectory();
		writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({jobs: {calls: {source: 'feishu-openapi', dir: 'archives/calls', since: '2026-11-20T10:00:00Z'}}}), {mode: 0o600});
		const before = process.umask(mask);
		onTestFinished(() => {
			process.umask(before);
		});
		await exportTo(cwd, '-o', 'out.ndjson', '--state', 'state', '--summary', 'summary.json');
		await runCommand(['feishu-openapi', '--since', '2026-11-20T08:00:00Z', '--until', '2026-11-20T12:00:00Z', '--window', '1h', '--concurrency', '1', '-o', 'cut.ndjson'], {
			fetch: fakeFeishu(rows, {intervene: (_, index) => index < 3 ? undefined : new Response('', {status: 400})}).fetch, cwd,
		});
		await runCommand(['run', '--metrics', 'metrics.prom'], {fetch: fakeFeishu(rows).fetch, cwd});
		const modes = execFileSync('find', ['.', '-mindepth', '1', '-printf', '%y %m %P\n'], {cwd, encoding: 'utf8'}).trim().split('\n');
		expect(modes.filter(line => line.startsWith('f')).length).toBeGreaterThan(7);
		for (const line of modes) {
			if (line.endsWith('metrics.prom')) expect(line).toBe(`f ${(0o644 & ~mask).toString(8)} metrics.prom`);
			else expect(line).toMatch(/^(?:f 600|d 700) /);
		}
	});

	it('of a file that is replaced stay', async () => {
		const cwd = temporaryDirectory();
		for (const name of ['out.ndjson', 'summary.json']) {
			writeFileSync(join(cwd, name), '');
			chmodSync(join(cwd, name), 0o640);
		}
		await exportTo(cwd, '-o', 'out.ndjson', '--summary', 'summary.json');
		for (const name of ['out.ndjson', 'summary.json']) expect(statSync(join(cwd, name)).mode & 0o777).toBe(0o640);
	});
});

describe('a manifest', () => {
	it.each(['../../../etc/passwd', '/etc/passwd', 'data/dt=2026-11-20/../../x.ndjson', 'data/dt=2026-11-20/a\u0000b', 'C:\\x', ''])('that lists %j has nothing opened by it', async file => {
		const {writeArchive} = await import('../archive/tiny-archive.ts');
		const dir = writeArchive([{since: '2026-11-20T10:00:00Z', until: '2026-11-20T11:00:00Z', rows: [{id: 'a', event_time: 1_795_170_600}], line: {file}}]);
		expect(await runCommand(['verify', dir], {fetch: noNetwork})).toMatchObject({code: 6, stdout: expect.stringContaining('no segment has such a name') as string});
		expect((await runCommand(['cat', dir], {fetch: noNetwork})).code).toBe(6);
	});

	it('does not say where a repair sends credentials', async () => {
		const {writeArchive} = await import('../archive/tiny-archive.ts');
		for (const key of ['base-url', 'baseUrl', 'request_profile', 'host', 'profile', 'timeout']) {
			const dir = writeArchive([{since: '2026-11-20T10:00:00Z', until: '2026-11-20T11:00:00Z', rows: [{id: 'a', event_time: 1_795_170_600}]}], {query: {app: 'cli_test', [key]: 'https://evil.example'}});
			rmSync(join(dir, 'data/dt=2026-11-20'), {recursive: true});
			const ran = await runCommand(['verify', '--repair', dir], {fetch: noNetwork});
			expect(ran.code).toBe(2);
			expect(ran.stderr).toMatch(/unknown option|not an option/);
		}
	});
});
