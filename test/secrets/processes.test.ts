import {chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {run, serveApi, start, temporaryDirectory, until} from '../cli/exporter.ts';

const secret = 'only-in-the-environment-1';
const credentials = {FEISHU_APP_ID: 'cli_sandbox', TRAE_APP_SECRET: secret, FEISHU_CONSOLE_COOKIE: `session=${secret}`, FEISHU_USER_ACCESS_TOKEN: `u-${secret}`};

/** A directory with a program of this name that writes down how it was started. */
function recorder(name: string, then = ''): {dir: string; seen: () => string} {
	const dir = temporaryDirectory();
	const path = join(dir, name);
	writeFileSync(path, `#!/bin/sh\ntr '\\0' ' ' < /proc/$$/environ > ${dir}/seen.tmp\ntr '\\0' ' ' < /proc/$$/cmdline >> ${dir}/seen.tmp\nmv ${dir}/seen.tmp ${dir}/seen\n${then}\n`);
	chmodSync(path, 0o755);
	return {dir, seen: () => existsSync(join(dir, 'seen')) ? readFileSync(join(dir, 'seen'), 'utf8') : ''};
}

/** Everything that the system tells everybody about a process, and its environment. */
const commandLineOf = (pid: number | undefined) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

it.runIf(process.platform === 'linux')('stands in no command line, and in nothing that a program is started with which fetches a secret', async () => {
	const api = await serveApi({recordsPerDay: 10});
	const {dir, seen} = recorder('fetch-it', `echo leaked-on-stderr-${secret} >&2; echo ${api.env['FEISHU_APP_SECRET']}`);
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'c.json'), JSON.stringify({profiles: {one: {feishu: {app_id: 'cli_sandbox', app_secret: {command: [join(dir, 'fetch-it')]}}}}}), {mode: 0o600});
	api.hold();
	const running = start([...api.flags, '--since', '2026-03-04', '--until', '2026-03-05', '--config', 'c.json'], {cwd, env: {...credentials}});
	await api.held();
	expect(commandLineOf(running.process.pid)).not.toMatch(new RegExp(`${secret}|${api.env['FEISHU_APP_SECRET']}`));
	api.release();
	const {code, stderr} = await running.ended;
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(seen()).toContain('FEISHU_APP_ID=cli_sandbox');
	expect(seen()).not.toContain(secret);
});

it.runIf(process.platform === 'linux')('is not handed on where the configuration names its variable, for whichever profile and vendor', async () => {
	const [fetcher, browser] = [recorder('fetch-it', 'echo app-secret-value'), recorder('xdg-open')];
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'c.json'), JSON.stringify({default_profile: 'one', profiles: {
		one: {feishu: {app_id: {env: 'ONES_ID'}, app_secret: {command: [join(fetcher.dir, 'fetch-it')]}}},
		two: {trae: {access_token: {env: 'TWOS_TOKEN'}}},
	}}), {mode: 0o600});
	const running = start(['auth', 'login', 'feishu', '--port', '0', '--config', 'c.json', '--base-url', 'http://127.0.0.1:1'], {cwd, env: {
		ONES_ID: 'cli_of-one', TWOS_TOKEN: secret, KEPT: 'kept', DISPLAY: ':99', PATH: `${browser.dir}:${process.env['PATH']}`, XDG_DATA_HOME: cwd,
	}});
	await until(() => browser.seen() !== '');
	running.process.kill('SIGINT');
	expect((await running.ended).code).toBe(130);
	for (const {seen} of [fetcher, browser]) {
		expect(seen()).toContain('KEPT=kept');
		expect(seen()).not.toMatch(/TWOS_TOKEN|ONES_ID/);
		expect(seen()).not.toContain(secret);
	}
});

it.runIf(process.platform === 'linux')('says nothing of what a program that fails has said', async () => {
	const {dir} = recorder('fails', `echo ${secret}; echo ${secret} >&2; exit 3`);
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'c.json'), JSON.stringify({profiles: {one: {feishu: {app_id: 'cli_1', app_secret: {command: [join(dir, 'fails'), secret]}}}}}), {mode: 0o600});
	const {code, stdout, stderr} = await run(['feishu-openapi', '--debug', '--config', 'c.json'], {cwd, env: {FEISHU_CONSOLE_COOKIE: secret}});
	expect({code, stdout}).toEqual({code: 3, stdout: ''});
	expect(stderr).toContain('failed with exit status 3');
	expect(stderr).not.toContain(secret);
});

it.runIf(process.platform === 'linux')('is neither in the environment nor in the input of what is told of a failure, and masked in what that says', async () => {
	const {dir, seen} = recorder('tell', 'cat > stdin.txt; printf "told: only-in-the-"; sleep 0.2; echo "environment-1 and $0"');
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({profiles: {one: {trae: {app_id: 'x', app_secret: {env: 'OTHER_SECRET'}}}}, jobs: {one: {source: 'trae-openapi', dir: 'one', since: '1h', options: {retries: 0}}}}), {mode: 0o600});
	const {code, stderr} = await run(['run', '--debug', '--base-url', 'http://127.0.0.1:1', '--summary', 'summary.json', '--metrics', 'metrics.prom', '--on-failure', join(dir, 'tell')], {cwd, env: {...credentials, TRAE_APP_ID: 'x', OTHER_SECRET: secret}});
	expect(code).toBe(4);
	expect(stderr).toContain('on-failure: told: ***');
	expect(seen()).toContain('AUDIT_EXPORT_EXIT_CODE=4');
	expect(seen()).not.toContain(secret);
	expect(readFileSync(join(cwd, 'stdin.txt'), 'utf8')).toContain('"exit_code": 4');
});

it.runIf(process.platform === 'linux')('is not handed to the browser that a sign-in opens', async () => {
	const {dir, seen} = recorder('xdg-open');
	mkdirSync(join(dir, 'data'));
	const running = start(['auth', 'login', 'feishu', '--port', '0', '--debug', '--base-url', 'http://127.0.0.1:1'], {env: {...credentials, FEISHU_APP_SECRET: secret, DISPLAY: ':99', PATH: `${dir}:${process.env['PATH']}`, XDG_DATA_HOME: join(dir, 'data')}});
	await until(() => seen() !== '');
	running.process.kill('SIGINT');
	expect((await running.ended).code).toBe(130);
	expect(seen()).toContain('/open-apis/authen/v1/authorize');
	expect(seen()).not.toContain(secret);
});
