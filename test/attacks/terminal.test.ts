import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {createLog} from '../../src/base/log.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {writeArchive} from '../archive/tiny-archive.ts';
import {entry, har} from '../console/learn/recorder.ts';
import {memoryStream, runCommand} from '../helpers/context.ts';
import {everySource} from '../helpers/every-source.ts';
import {noNetwork} from '../run/jobs/workspace.ts';
import {escapes, expectHarmless, hostile, hostileName, temporaryDirectory} from './hostile.ts';

const wild = fc.string({unit: fc.oneof(fc.constantFrom(...escapes, 'error: ', 'hint: '), fc.string({unit: 'binary', minLength: 1, maxLength: 1})), maxLength: 60});

describe('a line of the log', () => {
	const logged = (format: 'text' | 'json', message: string) => {
		const stderr = memoryStream();
		createLog({stderr, masker: new Masker(), format, level: 'debug', now: () => 0}).error(message, message);
		return stderr.text();
	};

	it('shows what would act, whatever is quoted in it, and only its own beginning starts a line', () => {
		fc.assert(fc.property(wild, message => {
			const text = logged('text', message);
			expectHarmless(text);
			expect(text.split('\n').filter(line => /^(?:error|hint): /.test(line))).toHaveLength(2);
		}), {numRuns: 300});
	});

	it('as JSON is one harmless line that stands for the same message', () => {
		fc.assert(fc.property(wild, message => {
			const text = logged('json', message);
			expect(text.indexOf('\n')).toBe(text.length - 1);
			expectHarmless(text);
			expect(JSON.parse(text)).toMatchObject({message: message.toWellFormed() === message ? message : expect.any(String) as string});
		}), {numRuns: 300});
	});
});

describe('an answer of the API', () => {
	const body = {code: 12_345, msg: hostile, message: hostile, request_id: hostile, error: {log_id: hostile, permission_violations: [{subject: hostile, url: `https://x.example/${hostile}`}]}};
	const answering = (answer: () => Response): Fetch => async input => {
		const {url} = new Request(input);
		return /token/.test(url) ? Response.json({code: 0, tenant_access_token: 't-1', data: {access_token: 't-1'}, expire: 7200}) : answer();
	};

	it.each(everySource)('is quoted harmlessly in the errors of $source.name', async ({args}) => {
		for (const flags of [[], ['--debug', '--verbose'], ['--log-format', 'json'], ['--summary', '-']]) {
			const ran = await runCommand([...args, ...flags], {
				fetch: answering(() => Response.json(body, {status: 400, headers: {'x-tt-logid': '\u009B31m\u0085'}})), env: {FEISHU_USER_ACCESS_TOKEN: 'u-user-token-value'},
			});
			expect(ran.code).toBe(1);
			expectHarmless(ran.stderr);
			expect(ran.stderr).toContain('12345');
		}
	});

	it('is quoted harmlessly where the token is refused', async () => {
		const ran = await runCommand(['feishu-openapi', '--debug'], {fetch: async () => Response.json(body, {status: 400})});
		expect(ran.code).toBe(1);
		expectHarmless(ran.stderr);
	});

	it('is shown harmlessly in tables and in the names of fields', async () => {
		const row = {id: hostile, event_time: Date.UTC(2026, 10, 20, 11) / 1000, api_key: hostile, ip: [hostile], app_id: {[hostile]: hostile}, log_detail: {payload: hostile}, [hostile]: hostile};
		const fetch = answering(() => Response.json({code: 0, data: {items: [row], has_more: false}}));
		for (const flags of [[], ['--fields', `id,app_id,${hostile.replaceAll(',', '')}`]]) {
			const ran = await runCommand(['feishu-openapi', '--since', '2026-11-20T11:00:00Z', '--until', '2026-11-20T11:30:00Z', '-f', 'table', ...flags, '--verbose'], {fetch, stdout: memoryStream({isTTY: true, columns: 400})});
			expect(ran.code).toBe(0);
			expectHarmless(ran.stdout);
			expectHarmless(ran.stderr);
		}
	});
});

describe('what the command line says', () => {
	it.each([
		['feishu-openapi', '--since', hostile], ['feishu-openapi', '--format', hostile], ['feishu-openapi', '-o', `/${hostileName}/x`], [hostile], ['feishu-openapi', `--${hostile}`],
		['feishu-openapi', '--config', `${hostileName}.json`], ['feishu-openapi', '--profile', hostile], ['feishu-openapi', '--host', hostile], ['feishu-openapi', '--base-url', hostile],
		['feishu-openapi', '--state', `/${hostileName}/x`], ['feishu-openapi', '--timezone', hostile], ['feishu-openapi', '--rate', hostile], ['feishu-openapi', '--redact', `${hostile}..`],
		['feishu-openapi', '--max-response', hostile], ['feishu-openapi', '--limit', hostile], ['feishu-openapi', '--log-format', hostile], ['feishu-apaas', '--namespace', 'a', '--filter', hostile],
		['feishu-apaas', '--namespace', 'a', '--log-type', hostile], ['verify', hostileName], ['cat', hostileName], ['run', hostile], ['doctor', hostile], ['sources', '--format', hostile],
		['auth', 'login', hostile], ['auth', 'status', '--profile', hostile], ['feishu-app-log', 'learn', hostileName], ['feishu-app-log', 'event', '--request-profile', hostileName],
		['feishu-app-log', 'server', '--via', hostile], ['sandbox', '--port', hostile], ['status', '--format', hostile], [`--log-format=json`, 'feishu-openapi', '--since', hostile],
	])('%s quotes it harmlessly', async (...args) => {
		const ran = await runCommand(args, {fetch: noNetwork, cwd: temporaryDirectory()});
		expect(ran.code).toBe(2);
		expectHarmless(ran.stderr);
	});

	it.each([[], ['--format', 'json']])('is harmless in a plan with %j', async (...flags) => {
		for (const args of [['feishu-openapi', '--api-key', hostile], ['feishu-openapi', '--app-id', hostile], ['trae-openapi', '--source-ip', hostile], ['feishu-apaas', '--namespace', hostile, '--query', hostile]]) {
			const ran = await runCommand([...args, '--dry-run', ...flags], {fetch: noNetwork});
			expect(ran.code).not.toBe(5);
			expectHarmless(ran.stdout);
			expectHarmless(ran.stderr);
		}
	});

	it.each(['FEISHU_APP_ID', 'AUDIT_EXPORT_CONFIG', 'AUDIT_EXPORT_PROFILE', 'TRAE_BASE_URL', 'FEISHU_APAAS_NAMESPACE'])('is harmless where it comes from %s', async variable => {
		for (const source of ['feishu-openapi', 'trae-openapi', 'feishu-apaas']) {
			const ran = await runCommand([source, '--retries', '0'], {fetch: async () => Response.json({code: 1}), env: {[variable]: hostile}});
			expect([1, 2, 3]).toContain(ran.code);
			expectHarmless(ran.stderr);
		}
	});
});

describe('a configuration', () => {
	it.each([
		[{[hostile]: 1}], [{profiles: {[hostile]: {}}}], [{profiles: {a: {feishu: {[hostile]: 1}}}}], [{default_profile: hostile, profiles: {a: {}}}], [{sources: {[hostile]: {}}}],
		[{jobs: {[hostile]: {source: hostile, dir: hostile}}}], [{jobs: {a: {source: hostile, dir: 'x'}}}], [{jobs: {a: {source: 'feishu-openapi', dir: `/proc/${hostileName}`, since: hostile}}}],
		[{jobs: {a: {source: 'feishu-openapi', dir: 'x', options: {[hostile]: 1, api_key: hostile}}}}], [{profiles: {a: {feishu: {app_id: {env: hostile}, app_secret: {file: hostileName}}}}}],
	])('is quoted harmlessly: %j', async config => {
		const cwd = temporaryDirectory();
		writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify(config), {mode: 0o600});
		for (const args of [['run'], ['status'], ['feishu-openapi'], ['doctor'], ['run', '--dry-run']]) {
			const ran = await runCommand(args, {fetch: async () => Response.json({code: 1}), cwd, env: {FEISHU_APP_ID: '', FEISHU_APP_SECRET: ''}});
			expect(ran.code).not.toBe(5);
			expectHarmless(ran.stderr);
			expectHarmless(ran.stdout);
		}
	});
});

describe('an archive', () => {
	it.each([['verify'], ['verify', '--format', 'json'], ['cat'], ['verify', '--repair']])('is told of harmlessly by %s %s', async (...command) => {
		const dir = writeArchive([
			{since: '2026-11-20T00:00:00Z', until: '2026-11-20T01:00:00Z', rows: [{id: hostile, event_time: 1_795_132_800}, {id: hostile, event_time: 1_795_132_801}]},
			{kind: 'gap', since: '2026-11-20T01:00:00Z', until: '2026-11-20T02:00:00Z', reason: hostile},
		], {query: {[hostile]: hostile, app: hostile}});
		mkdirSync(join(dir, 'data/dt=2026-11-20', hostileName));
		writeFileSync(join(dir, hostileName), '');
		const ran = await runCommand([...command, dir], {fetch: noNetwork});
		expect(ran.code).not.toBe(5);
		expectHarmless(ran.stderr);
		if (command[0] === 'verify') expectHarmless(ran.stdout);
	});

	it('of a source with a hostile name is told of harmlessly', async () => {
		const dir = writeArchive([{since: '2026-11-20T00:00:00Z', until: '2026-11-20T01:00:00Z', rows: []}], {source: hostile});
		for (const args of [['verify', dir], ['cat', dir], ['verify', '--repair', dir]]) {
			const ran = await runCommand(args, {fetch: noNetwork});
			expect(ran.code).not.toBe(5);
			expectHarmless(ran.stderr + ran.stdout);
		}
	});
});

it('a recording is told of harmlessly', async () => {
	const directory = temporaryDirectory();
	const path = join(directory, 'a.har');
	const at = Date.UTC(2026, 10, 20, 10);
	const rows = Array.from({length: 20}, (_, index) => ({[`${hostile}id`]: `${hostile}${index}`, id: `id-${index}`, time: at / 1000 - index, status: hostile}));
	writeFileSync(path, har([1, 2].map(page => entry({
		method: 'POST', url: `https://console.example/${encodeURIComponent(hostile)}/event/log/search?${hostile}=1`, headers: {[hostile]: hostile}, at,
		json: {start_time: at / 1000 - 3600, end_time: at / 1000, page, page_size: 20, [hostile]: hostile, event_type: hostile},
	}, {status: 200, body: JSON.stringify({code: 0, msg: hostile, data: {list: rows, total: 40, [hostile]: hostile}})}))));
	const ran = await runCommand(['feishu-app-log', 'learn', path, '--console', 'https://console.example'], {fetch: noNetwork, env: {XDG_CONFIG_HOME: join(directory, 'config'), XDG_DATA_HOME: join(directory, 'data')}});
	expect(ran.code).not.toBe(5);
	expectHarmless(ran.stderr);
	expectHarmless(ran.stdout);
});
