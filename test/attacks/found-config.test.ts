import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, lchownSync, mkdirSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {runCommand} from '../helpers/context.ts';
import {noNetwork} from '../run/jobs/workspace.ts';
import {baseUrl as consoleUrl, session, shapes} from '../console/consoles.ts';
import {temporaryDirectory} from './hostile.ts';

const evil = 'https://evil.example';

/** A directory in which somebody has left a configuration. */
function directoryWith(config: unknown, mode = 0o600): string {
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify(config));
	chmodSync(join(cwd, 'audit-export.config.json'), mode);
	return cwd;
}

const profile = (section: unknown, vendor = 'feishu') => ({profiles: {p: {[vendor]: section}}});
const job = (options: unknown, source = 'feishu-openapi') => ({jobs: {a: {source, dir: 'a', options}}});

describe('a configuration that merely lay in the current directory', () => {
	it.each<[string, unknown, string[]]>([
		['a base URL', profile({base_url: evil}), ['feishu-openapi']],
		['a base URL of a user', profile({base_url: evil}), ['feishu-apaas', '--namespace', 'a']],
		['a base URL to sign in at', profile({base_url: evil}), ['auth', 'login', 'feishu', '--no-browser']],
		['a base URL for the doctor', profile({base_url: evil}), ['doctor', 'feishu-openapi']],
		['a base URL of another vendor', profile({base_url: evil}, 'trae'), ['trae-openapi']],
		['a vendor\'s host with another port', profile({base_url: 'https://open.feishu.cn:8443'}), ['feishu-openapi']],
		['a host that only begins like a vendor\'s', profile({base_url: 'https://open.feishu.cn.evil.example'}), ['feishu-openapi']],
		['a listener on this machine', profile({base_url: 'http://127.0.0.1:8787'}), ['feishu-openapi']],
		['a listener on this machine by name', profile({base_url: 'http://localhost:8787'}, 'trae'), ['trae-openapi', '--dry-run']],
		['a token path on this machine', profile({base_url: 'http://[::1]:8787', token_path: '/t'}, 'trae'), ['trae-openapi']],
		['a job on this machine', job({base_url: 'http://127.0.0.1:8787'}), ['run', '--dry-run']],
		['a token path', profile({token_path: '/hook'}, 'trae'), ['trae-openapi']],
		['a base URL with a variable of the user\'s', profile({base_url: evil, app_id: 'x', app_secret: {env: 'OTHER_SECRET'}}), ['feishu-openapi']],
		['a base URL with a file of the user\'s', profile({base_url: evil, app_id: 'x', app_secret: {file: '/etc/hostname'}}), ['feishu-openapi']],
		['a job with a base URL', job({base_url: evil}), ['run']],
		['a job with a base URL in another spelling', job({'base-url': evil}), ['run']],
		['a job that is only planned', job({baseUrl: evil}), ['run', '--dry-run']],
	])('sends nothing anywhere by %s', async (_, config, args) => {
		const ran = await runCommand(args, {fetch: noNetwork, cwd: directoryWith(config), env: {OTHER_SECRET: 'other-secret-value', XDG_DATA_HOME: temporaryDirectory()}});
		expect(ran.code).toBe(2);
		expect(`${ran.stderr}${ran.stdout}`).toContain('only found in the current directory');
		expect(`${ran.stderr}${ran.stdout}`).toContain('--config');
	});

	it('says not how the console is asked with the user\'s session', async () => {
		const cwd = directoryWith(job({request_profile: 'theirs.yaml'}, 'feishu-app-log event'));
		for (const url of [evil, 'https://open.feishu.cn', consoleUrl]) {
			writeFileSync(join(cwd, 'theirs.yaml'), JSON.stringify({...shapes.page, base_url: url}));
			const ran = await runCommand(['run'], {fetch: noNetwork, cwd, env: session});
			expect(ran).toMatchObject({code: 2, stderr: expect.stringContaining('request_profile says where credentials go') as string});
		}
	});

	it.each([
		{env: 'OTHER_SECRET'}, {env: 'HOME'}, {file: '/etc/hostname'}, {file: '~/secret'}, {file: '../outside'}, {file: 'link'}, {file: '.'},
		{file: 'linked/outside'},
	])('reads nothing of the user\'s: %j', async reference => {
		const config = profile({app_id: 'x', app_secret: reference});
		const cwd = directoryWith(config);
		const elsewhere = temporaryDirectory();
		for (const name of ['outside', 'secret']) writeFileSync(join(elsewhere, name), 'elsewhere-secret', {mode: 0o600});
		symlinkSync(join(elsewhere, 'outside'), join(cwd, 'link'));
		symlinkSync(elsewhere, join(cwd, 'linked'));
		const env = {FEISHU_APP_SECRET: '', OTHER_SECRET: 'other-secret-value', HOME: elsewhere};
		const ran = await runCommand(['feishu-openapi', '--since', '1h'], {fetch: noNetwork, cwd, env});
		expect(ran.code).toBe(3);
		expect(ran.stderr).toContain('was not read: its configuration was only found in the current directory');
	});

	it.each([
		{env: 'FEISHU_SECOND_SECRET'}, {file: 'beside'}, {file: 'below/beside'},
	])('has what is this program\'s own, and the files beside it: %j', async reference => {
		const cwd = directoryWith(profile({app_id: 'x', app_secret: reference}));
		mkdirSync(join(cwd, 'below'));
		for (const name of ['beside', 'below/beside']) writeFileSync(join(cwd, name), 'own-secret-value\n', {mode: 0o600});
		const asked: unknown[] = [];
		const env = {FEISHU_APP_SECRET: '', FEISHU_SECOND_SECRET: 'own-secret-value'};
		await runCommand(['feishu-openapi', '--since', '1h', '--retries', '0'], {cwd, env, fetch: async (input, init) => {
			asked.push(await new Request(input, init).text());
			throw new TypeError('no network');
		}});
		expect(asked).toEqual([expect.stringContaining('own-secret-value')]);
	});

	it('runs no command', async () => {
		const cwd = directoryWith(profile({app_id: 'x', app_secret: {command: ['touch', 'was-run']}}));
		expect((await runCommand(['feishu-openapi'], {fetch: noNetwork, cwd, env: {FEISHU_APP_SECRET: ''}})).code).toBe(3);
		expect(existsSync(join(cwd, 'was-run'))).toBe(false);
	});

	it.each<[string, unknown, string[]]>([
		['the vendors\' own hosts', profile({base_url: 'https://open.larksuite.com'}), ['feishu-openapi', '--dry-run']],
		['a base URL that the command line replaces', profile({base_url: evil}), ['feishu-openapi', '--host', 'lark', '--dry-run']],
		['a job\'s base URL that the command line replaces', job({base_url: evil}), ['run', '--dry-run', '--base-url', 'https://open.feishu.cn']],
	])('may name %s', async (_, config, args) => {
		const ran = await runCommand(args, {fetch: noNetwork, cwd: directoryWith(config)});
		expect(ran).toMatchObject({code: 0, stdout: expect.not.stringContaining('evil') as string});
	});

	it('does all of that once the user names it', async () => {
		const cwd = directoryWith({...profile({base_url: evil}), ...job({})});
		expect(await runCommand(['feishu-openapi', '--dry-run', '--config', 'audit-export.config.json'], {fetch: noNetwork, cwd})).toMatchObject({code: 0, stdout: expect.stringContaining(evil) as string});
		expect((await runCommand(['run', '--dry-run'], {fetch: noNetwork, cwd, env: {AUDIT_EXPORT_CONFIG: 'audit-export.config.json'}})).code).toBe(0);
	});

	it('is not read at all where everybody may change it', async () => {
		const cwd = directoryWith(profile({}), 0o666);
		expect(await runCommand(['feishu-openapi', '--dry-run'], {fetch: noNetwork, cwd})).toMatchObject({code: 2, stderr: expect.stringContaining('can be changed by other users') as string});
		expect(await runCommand(['feishu-openapi', '--dry-run', '--config', 'audit-export.config.json'], {fetch: noNetwork, cwd})).toMatchObject({code: 0, stderr: expect.stringContaining('can be changed by other users') as string});
	});

	it('is not read at all where it, or the link to it, belongs to another user', async () => {
		for (const isLink of [false, true]) {
			const cwd = directoryWith(profile({}));
			const path = join(cwd, 'audit-export.config.json');
			if (isLink) {
				renameSync(path, join(cwd, 'own.json'));
				symlinkSync('own.json', path);
			}
			if (process.getuid?.() === 0) lchownSync(path, 61_234, 61_234);
			else vi.spyOn(process, 'geteuid').mockReturnValue(61_234);
			onTestFinished(() => {
				vi.restoreAllMocks();
			});
			expect(await runCommand(['feishu-openapi', '--dry-run'], {fetch: noNetwork, cwd})).toMatchObject({code: 2, stderr: expect.stringContaining('belongs to another user') as string});
		}
	});

	it('keeps nobody waiting where it is a FIFO', async () => {
		const cwd = temporaryDirectory();
		execFileSync('mkfifo', [join(cwd, 'audit-export.config.json')]);
		expect((await runCommand(['feishu-openapi', '--dry-run'], {fetch: noNetwork, cwd})).code).toBe(2);
	});
});

describe('names in a configuration', () => {
	it.each(['../a', '/a', 'a/b', '..', '.', 'a\0', 'a b', '__proto__', '', '-a', 'a\n'])('%j is no job and no profile', async name => {
		const text = (key: string, member: unknown) => `{"${key}": {${JSON.stringify(name)}: ${JSON.stringify(member)}}}`;
		for (const content of [text('jobs', {source: 'feishu-openapi', dir: 'a'}), text('profiles', {})]) {
			const cwd = temporaryDirectory();
			writeFileSync(join(cwd, '.audit-exportrc.json'), content, {mode: 0o600});
			expect((await runCommand(['run'], {fetch: noNetwork, cwd})).code).toBe(2);
		}
	});
});
