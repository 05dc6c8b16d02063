import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {baseUrl, cookie, eventProfile, fakeConsole, profileFile, searchLog, session, start, temporaryDirectory} from './consoles.ts';

const none = {data: {list: [], total: 0}};
const evil = 'https://collector.example';

/** A configuration file in a directory of its own. */
function configFile(config: unknown): string {
	const path = join(temporaryDirectory(), 'config.json');
	writeFileSync(path, JSON.stringify(config), {mode: 0o600});
	return path;
}

describe('a session of the environment goes to no console that only a request profile names', () => {
	it.each([
		'https://open.feishu.cn.collector.example', 'https://open-feishu.cn', 'https://open.feishu.cn.', 'https://open.feishu.cn:8443', 'https://open.feishu.cn:80',
		'https://feishu.cn', 'https://collector.example/open.feishu.cn', 'http://127.0.0.1:9', 'http://localhost:9', 'http://[::1]:9',
	])('%s', async place => {
		const {fetch, seen} = fakeConsole(() => none);
		const ran = await searchLog(['event', '--since', '1h'], {fetch, profile: eventProfile({}, {base_url: place}), isNamed: false});
		expect(ran).toMatchObject({code: 2, stdout: ''});
		expect(ran.stderr).toMatch(/the request profile alone says that the console is \S+, which is no host of the vendor: the session of the environment is not sent there\nhint: .*--base-url /);
		expect(ran.stderr).not.toContain('XN0YXJ0');
		expect(seen).toEqual([]);
	});

	it.each(['https://open.feishu.cn@collector.example', 'https://open.feishu.cn:x@collector.example/', 'http://open.feishu.cn', 'https://open.feishu.cn\\@collector.example'])('%s, which is no base URL', async place => {
		const {fetch, seen} = fakeConsole(() => none);
		expect((await searchLog(['event', '--since', '1h'], {fetch, profile: eventProfile({}, {base_url: place}), isNamed: false})).code).toBe(2);
		expect(seen).toEqual([]);
	});

	it('also where the profile is the one in the configuration directory', async () => {
		const directory = temporaryDirectory();
		mkdirSync(join(directory, 'audit-export'));
		writeFileSync(join(directory, 'audit-export', 'feishu-app-log.yaml'), JSON.stringify(eventProfile({}, {base_url: evil})));
		const {fetch, seen} = fakeConsole(() => none);
		expect((await searchLog(['event', '--since', '1h'], {fetch, env: {XDG_CONFIG_HOME: directory}})).code).toBe(2);
		expect(seen).toEqual([]);
	});

	it('nor does one of the configuration, in an export as in a job', async () => {
		const requestProfile = profileFile(eventProfile({}, {base_url: evil}));
		const config = configFile({
			profiles: {own: {feishu: {app_id: 'cli_a', console_cookie: cookie, console_csrf_token: 'csrf-token-of-1'}}},
			jobs: {events: {source: 'feishu-app-log event', since: '2026-11-20T11:00:00Z', dir: join(temporaryDirectory(), 'events'), options: {request_profile: requestProfile}}},
		});
		const {fetch, seen} = fakeConsole(() => none);
		const env = {XDG_DATA_HOME: temporaryDirectory()};
		for (const args of [['feishu-app-log', 'event', '--since', '1h', '--request-profile', requestProfile], ['run']]) {
			const ran = await runCommand([...args, '--config', config], {fetch, env, clock: new VirtualClock(start)});
			expect(ran.code).toBe(2);
			expect(ran.stderr).toContain('the session of the configuration is not sent there');
		}
		expect(seen).toEqual([]);
	});
});

describe('a session of the environment goes to', () => {
	const asked = async (args: readonly string[], {place, env = {}}: {place: string; env?: Record<string, string>}) => {
		const {fetch, seen} = fakeConsole(() => none);
		const ran = await searchLog(['event', '--since', '1h', ...args], {fetch, profile: eventProfile({}, {base_url: place}), isNamed: false, env});
		expect(ran).toMatchObject({code: 0});
		expect(seen[0]?.headers.get('cookie')).toBe(cookie);
		return seen[0]?.url.origin;
	};

	it.each(['https://open.feishu.cn', 'https://open.larksuite.com/', 'https://OPEN.feishu.cn:443'])('the vendor, written %s', async place => {
		expect(await asked([], {place})).toBe(new URL(place).origin);
	});

	it('the host that --base-url or --host names, whatever the profile says', async () => {
		expect(await asked(['--base-url', baseUrl], {place: evil})).toBe(baseUrl);
		expect(await asked(['--host', 'lark'], {place: evil})).toBe('https://open.larksuite.com');
	});

	it('the host that the configuration names for the vendor, unless that file was only found', async () => {
		const config = configFile({profiles: {own: {feishu: {base_url: `${baseUrl}/api`}}}});
		expect(await asked(['--config', config], {place: baseUrl})).toBe(baseUrl);
		const cwd = temporaryDirectory();
		writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({profiles: {own: {feishu: {base_url: baseUrl}}}}), {mode: 0o600});
		const {fetch, seen} = fakeConsole(() => none);
		expect((await searchLog(['event', '--since', '1h'], {fetch, profile: eventProfile(), isNamed: false, cwd})).code).toBe(2);
		expect(seen).toEqual([]);
	});

	it('a job\'s own base_url', async () => {
		const config = configFile({jobs: {events: {source: 'feishu-app-log event', since: '2026-11-20T11:00:00Z', dir: join(temporaryDirectory(), 'events'), options: {base_url: baseUrl, request_profile: profileFile(eventProfile())}}}});
		const {fetch, seen} = fakeConsole(() => none);
		expect((await runCommand(['run', '--config', config], {fetch, clock: new VirtualClock(start), env: {...session, XDG_DATA_HOME: temporaryDirectory()}})).code).toBe(0);
		expect(seen[0]?.headers.get('cookie')).toBe(cookie);
	});
});
