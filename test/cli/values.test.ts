import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {day, run, serveApi, temporaryDirectory} from './exporter.ts';

describe('values as copying and editors leave them', () => {
	it.each<[string, (value: string) => {text: unknown; content?: Uint8Array; variable?: string}]>([
		['a variable of a vendor', value => ({text: undefined, variable: `\uFEFF${value}\u00A0\r\n`})],
		['a variable that is named', value => ({text: {env: 'VALUE'}, variable: `\t${value}\u3000\n`})],
		['a file with a mark and CR LF', value => ({text: {file: 'value'}, content: Buffer.from(`\uFEFF${value} \r\n`)})],
		['a command that writes CR LF', value => ({text: {command: ['printf', `${value}\\r\\n\\r\\n`]}})],
		['a literal', value => ({text: ` ${value}\u200B`})],
	])('sign in: %s', async (_, given) => {
		const api = await serveApi({recordsPerDay: 5});
		const cwd = temporaryDirectory();
		const {text, content, variable} = given(api.env['FEISHU_APP_SECRET'] ?? '');
		if (content !== undefined) writeFileSync(join(cwd, 'value'), content, {mode: 0o600});
		writeFileSync(join(cwd, 'c.json'), JSON.stringify({profiles: {p: {feishu: {base_url: `${api.url} `, app_id: `\n${api.env['FEISHU_APP_ID']}`, app_secret: text}}}}), {mode: 0o600});
		const named = {VALUE: variable ?? '', ...(text === undefined ? {FEISHU_APP_SECRET: variable ?? ''} : {})};
		const {code, stderr} = await run(['feishu-openapi', ...day, '--config', 'c.json', '--rate', '1000/1s'], {cwd, env: named});
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
	});

	it.each<[string, unknown]>([
		['a file', {file: 'value'}],
		['a command', {command: ['cat', 'value']}],
	])('say what is wrong with %s in UTF-16', async (_, text) => {
		const cwd = temporaryDirectory();
		writeFileSync(join(cwd, 'value'), Buffer.from('a-secret-value\r\n', 'utf16le'), {mode: 0o600});
		writeFileSync(join(cwd, 'c.json'), JSON.stringify({profiles: {p: {feishu: {app_id: 'cli_1', app_secret: text}}}}), {mode: 0o600});
		const {code, stderr} = await run(['feishu-openapi', ...day, '--config', 'c.json'], {cwd});
		expect(code).toBe(3);
		expect(stderr).toMatch(/^error: .*app_secret \(.*\) is written in UTF-16 rather than UTF-8\nhint: write it in UTF-8\n$/);
	});
});

it('refuses a key that stands twice in --filter-json, however it is spelled', async () => {
	const filter = '{"items": [{"left": "a", "operator": "=", "right": [1], "l\\u0065ft": "b"}]}';
	const {code, stderr} = await run(['feishu-apaas', '--namespace', 'package_a', ...day, '--filter-json', filter, '--dry-run']);
	expect({code, stderr}).toEqual({code: 2, stderr: 'error: --filter-json: the key "left" stands twice\nhint: only one of them would count: remove the other\n'});
});

describe('a FIFO that nobody writes to ends in an error at once', () => {
	const inHome = {XDG_CONFIG_HOME: 'home', XDG_DATA_HOME: 'home'};

	it.each<[string, string, string[], number, Record<string, string>?]>([
		['as a configuration', 'c.yaml', ['feishu-openapi', '--config', 'c.yaml', '--dry-run'], 2],
		['as a configuration by its variable', 'c.json', ['run'], 2, {AUDIT_EXPORT_CONFIG: 'c.json'}],
		['as the user\'s configuration', 'home/audit-export/config.json', ['status'], 2],
		['as a request profile', 'home/audit-export/feishu-app-log.yaml', ['feishu-app-log', 'event', '--app-id', 'cli_1', '--dry-run'], 2],
		['as a recording', 'a.har', ['feishu-app-log', 'learn', 'a.har'], 2],
		['as the store of sessions', 'home/audit-export/tokens.json', ['feishu-apaas', '--namespace', 'a', ...day], 2, {FEISHU_APP_ID: 'cli_1'}],
		['as the store of the console\'s sessions', 'home/audit-export/console-sessions.json', ['auth', 'status', 'console', '--base-url', 'https://open.feishu.cn'], 2],
		['as a state', 'state.json', ['feishu-openapi', '--since', '1h', '--state', 'state.json', '-o', 'out'], 2],
		['as a checkpoint', 'out.partial.json', ['feishu-openapi', ...day, '-o', 'out', '--base-url', 'http://127.0.0.1:1', '--retries', '0'], 2, {FEISHU_TENANT_ACCESS_TOKEN: 'a-token'}],
	])('%s', async (_, path, args, exitCode, env = {}) => {
		const cwd = temporaryDirectory();
		mkdirSync(join(cwd, 'home/audit-export'), {recursive: true, mode: 0o700});
		execFileSync('mkfifo', ['-m', '600', join(cwd, path)]);
		const places = Object.fromEntries(Object.entries(inHome).map(([name, place]) => [name, join(cwd, place)]));
		const {code, stderr} = await run(args, {cwd, env: {...places, ...env}});
		expect(stderr).toMatch(/^error: .*(?:is a FIFO and no|it is no) regular file\nhint: .+\n$/);
		expect(code).toBe(exitCode);
	});
});
