import {spawn} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {binary, temporaryDirectory} from './exporter.ts';

const isRoot = process.getuid?.() === 0;

/** A directory with one job, for whose server nothing listens, that any user may write to. */
function workspace(): string {
	const dir = temporaryDirectory();
	mkdirSync(join(dir, 'open'), {mode: 0o777});
	writeFileSync(join(dir, 'open/audit-export.config.json'), JSON.stringify({jobs: {calls: {source: 'feishu-openapi', dir: 'archive', since: '2h', options: {retries: 0}}}}));
	return dir;
}

const commands = {
	version: ['--version'],
	sources: ['sources'],
	plan: ['feishu-openapi', '--since', 'yesterday', '--until', 'today', '--dry-run'],
	run: ['run', '--config', 'audit-export.config.json', '--base-url', 'http://127.0.0.1:9', '--metrics', 'metrics.prom'],
	status: ['status'],
	auth: ['auth', 'status'],
	doctor: ['doctor', '--base-url', 'http://127.0.0.1:9'],
};

/** Runs commands beside each other through a shell that may do something first; how each ended by its name. */
async function outcomes(names: ReadonlyArray<keyof typeof commands>, {env = {}, shell = '"$@"', uid}: {env?: Readonly<Record<string, string | undefined>>; shell?: string; uid?: number}): Promise<string[]> {
	return Promise.all(names.map(async name => {
		const dir = workspace();
		const child = spawn('/bin/sh', ['-c', shell, 'sh', process.execPath, binary, ...commands[name]], {
			cwd: join(dir, 'open'), stdio: ['ignore', 'pipe', 'pipe'], ...(uid === undefined ? {} : {uid, gid: uid}),
			env: {PATH: process.env['PATH'], HOME: dir, TZ: 'UTC', FEISHU_APP_ID: 'cli_x', FEISHU_APP_SECRET: 'secret-of-it', ...env},
		});
		let said = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				said += text;
			});
		}
		const deadline = setTimeout(() => child.kill('SIGKILL'), 30_000);
		const code = await new Promise<number | null>(resolve => child.once('close', resolve));
		clearTimeout(deadline);
		// A signal, a bug, and what a shell makes of a crash.
		return code === null || code === 5 || code >= 124 || /this is a bug|\n {4}at /.test(said) ? `${name} ended with ${code}: ${said}` : `${name} ended`;
	}));
}

const all = Object.keys(commands) as Array<keyof typeof commands>;
const fine = (names: ReadonlyArray<keyof typeof commands>) => names.map(name => `${name} ended`);

it.each([
	{TZ: undefined, LANG: undefined, HOME: undefined, PATH: undefined}, {TZ: '', LANG: '', TERM: '', COLUMNS: '', HOME: '', TMPDIR: '', XDG_CONFIG_HOME: '', XDG_DATA_HOME: '', PATH: ''},
	{TZ: 'nonsense', LANG: 'xx_YY.none', LC_ALL: 'x', TERM: 'none', COLUMNS: 'x', HOME: '/nonexistent', TMPDIR: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent', XDG_DATA_HOME: '/nonexistent'},
	{TZ: ':/etc/localtime', COLUMNS: '0', HOME: '/dev/null', TMPDIR: '/dev/null', XDG_CONFIG_HOME: '/dev/null', XDG_DATA_HOME: '/dev/null'},
	{TZ: 'CST-8', COLUMNS: '-1', HOME: '/proc/home', TMPDIR: '/proc', XDG_CONFIG_HOME: '/proc/config', XDG_DATA_HOME: '/proc/data'},
	{TZ: '<+08>-8', COLUMNS: '1e99', HOME: 'relative', TMPDIR: 'relative', XDG_CONFIG_HOME: 'relative', XDG_DATA_HOME: `/${'n'.repeat(5000)}`},
])('is no bug and no hang in the environment %j', async env => {
	const names = all.filter(name => name !== 'version');
	expect(await outcomes(names, {env})).toEqual(fine(names));
}, 60_000);

it.each(['<&-', '>&-', '2>&-', '<&- >&- 2>&-', '</', '1</', '2</', '1</dev/null', '>/dev/full', '2>/dev/full'])('is no bug and no hang with descriptors %s', async redirections => {
	const names = ['sources', 'run'] as const;
	expect(await outcomes(names, {shell: `"$@" ${redirections}`})).toEqual(fine(names));
}, 60_000);

it('does not take a directory as stdout for a place where anything was written', async () => {
	const child = spawn('/bin/sh', ['-c', '"$@" 1</', 'sh', process.execPath, binary, 'sources'], {stdio: 'ignore'});
	expect(await new Promise(resolve => child.once('close', resolve))).toBe(1);
});

it.each(['20', '28'])('is no bug and no hang with %s descriptors', async limit => {
	expect(await outcomes(all, {shell: `ulimit -n ${limit}; "$@"`})).toEqual(fine(all));
}, 60_000);

it.runIf(isRoot)('is no bug and no hang without a home and an account', async () => {
	expect(await outcomes(all, {env: {HOME: undefined}, uid: 54_321})).toEqual(fine(all));
}, 60_000);

it('is no bug and no hang where the current directory is gone', async () => {
	expect(await outcomes(all, {shell: 'mkdir gone; cd gone; rmdir ../gone; "$@"'})).toEqual(fine(all));
}, 60_000);
