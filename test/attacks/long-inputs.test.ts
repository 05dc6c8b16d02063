import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {comparisonOf} from '../../src/console/compare.ts';
import {toConstant, looksRandom, SecretValues} from '../../src/console/learn/secrets.ts';
import {readInstant, readRangeText} from '../../src/console/learn/instants.ts';
import {namesOf} from '../../src/console/learn/words.ts';
import {parseJson} from '../../src/console/learn/json.ts';
import {findSession} from '../../src/console/session.ts';
import {timeFormProblem, compileTimeForm} from '../../src/console/time-form.ts';
import {noConfig, type LoadedConfig} from '../../src/access/config/load.ts';
import {baseUrlProblem, requireBaseUrl} from '../../src/access/config/base-url.ts';
import {resolveSecret} from '../../src/access/config/secret.ts';
import type {Fetch} from '../../src/base/context.ts';
import {ExportError} from '../../src/base/errors.ts';
import {printable, visibleInCell, visibleInJson, visibleInTable, visibleOnLines} from '../../src/base/visible.ts';
import {judgeAnswer} from '../../src/http/answer.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {parseSegmentPath} from '../../src/archive/layout.ts';
import {parseDuration} from '../../src/base/duration.ts';
import {parseSize} from '../../src/base/size.ts';
import {parseTime} from '../../src/query/time.ts';
import {resolveTimezone} from '../../src/base/timezone.ts';
import {feishu} from '../../src/sources/vendors/feishu.ts';
import {entry, har} from '../console/learn/recorder.ts';
import {runCommand} from '../helpers/context.ts';
import {temporaryDirectory} from './hostile.ts';

const of = (unit: string, length = 10_000) => unit.repeat(Math.ceil(length / unit.length));

const texts = [
	'/', '.', 'a.', ' ', '\n', '\r\n', '1', '1.', '1m', '1s', 'a', 'A', 'aA', 'a@', 'a-', 'eyJ', 'eyJ.', '-', '=', ';', '; a=', 'Bearer ', 'Bearer  ', '"', '\\', '\\"', "'", '{a', '{since', '[', '{"a":', ':', ':1', '+08:00', 'Z',
	'2026-01-01', '2026-01-01T00:00:00.1', '%', '%2', 'é', '\u{1F600}', '\uD800', '\u200B', '\u0000', '\u001B[', '中', '*', ',', '_', 'fail', 'log', 'log ', 'deadbeef-dead-',
].flatMap(unit => [`${of(unit)}\u0001`, `a=${of(unit)}!`]);

/** What a function comes to, be it an error. */
function outcomeOf(run: () => unknown): unknown {
	try {
		return run();
	} catch (error) {
		return error;
	}
}

/*
 * What takes time in the square of its input needs minutes for these: each test passes by ending within its time limit.
 */
describe('the longest text is gone through once', () => {
	const long = 400_000;

	it.each<[string, (text: string) => unknown, string[]]>([
		['a base URL', text => requireBaseUrl(`https://a.example/${text}x`, 'x'), ['/', '/a', '.']],
		['the URL of a row', text => comparisonOf('url', ['u'])({u: text}, ['x']), ['.', 'a.', 'a', '/', '?']],
		['a value of a recording', text => toConstant(['a'], `${text}!`, {secrets: new SecretValues(), csrfToken: undefined}), ['a', 'a@', 'a-', 'eyJ', 'eyJ.', '1']],
		['a message', text => [printable(text), visibleInTable(text), visibleOnLines(text), visibleInCell(text), visibleInJson(text)], ['\u0000', '\uD800', '\u200B', ' ']],
		['a name', text => namesOf([text]), ['a', 'A', 'aA', '.', '[']],
		['a duration', parseDuration, ['1', '1s', '1.1', '1m']],
		['JSON', parseJson, ['[', '"', '\\"', '1', '{"a":']],
		['a name of a segment', parseSegmentPath, ['1', 'data/dt=', '/']],
	])('%s', (_, run, units) => {
		for (const unit of units) expect(outcomeOf(() => run(of(unit, long)))).not.toBeInstanceOf(RangeError);
	});

	it('a secret', async () => {
		for (const unit of ['\n', '\r\n', 'a']) {
			await expect(resolveSecret(`x${of(unit, long)}x`, {name: 'x', env: {}, config: noConfig, warn: () => undefined})).rejects.toBeInstanceOf(ExportError);
		}
	});
});

describe('text of any kind is gone through without a failure of the stack', () => {
	it.each<[string, (text: string) => unknown]>([
		['durations', parseDuration],
		['sizes', parseSize],
		['times', text => parseTime(text, {now: 0, timezone: 'UTC', option: '--since'})],
		['time zones', resolveTimezone],
		['time forms', text => timeFormProblem(text)],
		['times of rows', text => [compileTimeForm({as: 'YYYY-MM-DD HH:mm:ss'}).read(text), compileTimeForm({as: 'seconds'}).read(text)]],
		['base URLs', text => [baseUrlProblem(text), baseUrlProblem(`https://a.example${text}`), requireBaseUrl(`https://a.example/${text}`, 'x')]],
		['messages', text => [printable(text), visibleInTable(text), visibleInCell(text), visibleOnLines(text), visibleInJson(text)]],
		['the masker', text => new Masker().mask(text)],
		['answers', text => judgeAnswer({status: 400, headers: new Headers(), text: JSON.stringify({code: 1, msg: text, error: {log_id: text, permission_violations: [{subject: text, url: text}], field_violations: [{field: text, description: text}]}})}, {vendor: feishu, label: '', asker: {}, now: 0, mask: masked => new Masker().mask(masked)})],
		['names of segments', parseSegmentPath],
		['values of a recording', text => [looksRandom(text), toConstant([text.slice(0, 50)], text, {secrets: new SecretValues(), csrfToken: undefined}), readInstant(text), readRangeText(text), parseJson(text)]],
		['names of a recording', text => namesOf([text, text])],
		['cookies of a recording', text => {
			const answer = {status: 200, headers: [['set-cookie', text]] as const, cookies: [], text: undefined, isCut: false, bytes: 0};
			new SecretValues().collect({headers: [['cookie', text], ['x-token', text]], cookies: [['a', text]], answer});
		}],
		['URLs of rows', text => comparisonOf('url', ['u'])({u: text}, [text, 'x'])],
		['statuses of rows', text => ['success', 'failed', text].map(asked => comparisonOf('status', ['s'])({s: text}, [asked]))],
	])('%s', (_, run) => {
		for (const text of texts) expect(outcomeOf(() => run(text))).not.toBeInstanceOf(RangeError);
	});

	it('the session of a console', async () => {
		const config: LoadedConfig = {config: {}, path: undefined, isTrusted: false, warnings: []};
		const nothingKept = async () => undefined;
		for (const unit of ['a=', '; a=', ' ', ';', 'a=  ']) {
			const env = {FEISHU_CONSOLE_COOKIE: `${of(unit)}x`};
			await findSession({cookie: true, csrfToken: false, authorization: false, csrfHeader: undefined, csrfCookie: 'a'}, {
				context: {env, signal: new AbortController().signal, masker: new Masker()},
				config, selected: {profile: undefined, isNamed: false, section: {}, path: 'profiles'}, baseUrl: 'https://a.example', isNamed: true, name: 'x', warn: () => undefined,
				store: {place: '', read: nothingKept, write: nothingKept, remove: nothingKept, exclusively: async task => task(new AbortController().signal)},
			}).catch((error: unknown) => {
				expect(error).toBeInstanceOf(ExportError);
			});
		}
	});
});

describe('nesting of any depth', () => {
	const deep = 20_000;
	const array = '['.repeat(deep) + ']'.repeat(deep);
	const object = `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`;
	const inText = JSON.stringify(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
	const range = ['--since', '2026-11-20T11:00:00Z', '--until', '2026-11-20T11:30:00Z'];
	const row = `{"id":"r","event_time":${Date.UTC(2026, 10, 20, 11) / 1000},"api_key":${array},"log_detail":{"payload":${inText}},"a":${object}}`;
	const answering = (body: string): Fetch => async input => new Response(new Request(input).url.includes('token') ? '{"code":0,"tenant_access_token":"t-1","expire":7200}' : body);

	it.each([[[]], [['-f', 'csv']], [['-f', 'table']], [['--fields', 'api_key.a,a.a.a,log_detail.payload.a.a']], [['--redact', 'api_key.a,?a.a.a.a,log_detail.payload.a.a.a']], [['--order', 'time']]])('comes through with %j', async flags => {
		const ran = await runCommand(['feishu-openapi', ...range, ...flags], {fetch: answering(`{"code":0,"data":{"items":[${row}],"has_more":false}}`)});
		expect(ran).toMatchObject({code: 0, stderr: ''});
		if (flags.length === 0) expect(ran.stdout).toBe(`${row}\n`);
	});

	it.each([['a refusal', `{"code":1,"msg":${array},"error":{"permission_violations":[${object}]}}`, 1], ['no rows', `{"code":0,"data":${array}}`, 1], ['nothing but brackets', array, 1]])('is told of as an answer where it is %s', async (_, body, code) => {
		expect((await runCommand(['feishu-openapi', ...range, '--retries', '0'], {fetch: answering(body)})).code).toBe(code);
	});

	it('is no answer of a sign-in', async () => {
		const env = {XDG_DATA_HOME: temporaryDirectory()};
		for (const body of [`{"access_token":${array}}`, array, object]) expect((await runCommand(['auth', 'login', 'feishu', '--device', '--base-url', 'http://127.0.0.1:1'], {fetch: async () => new Response(body), env})).code).toBe(1);
	});

	it.each([['json', array], ['json', object], ['yaml', array], ['yaml', `- ${'- '.repeat(8000)}`], ['yaml', Array.from({length: 64}, (_, index) => `a${index}: &a${index} ${index === 0 ? '[1, 1]' : `[*a${index - 1}, *a${index - 1}]`}`).join('\n')]])('is no configuration and no request profile in %s', async (format, text) => {
		const file = join(temporaryDirectory(), `c.${format}`);
		for (const content of [text, format === 'json' ? `{"version":1,"base_url":"https://a.example","searches":{"event":{"request":{"json":${text}}}}}` : `version: 1\nsearches:\n  event:\n    request:\n      json:\n${text.replaceAll(/^/gm, '        ')}`]) {
			writeFileSync(file, content, {mode: 0o600});
			expect((await runCommand(['feishu-openapi', '--config', file, '--dry-run'], {fetch: async () => Response.json({})})).code).toBe(2);
			expect((await runCommand(['feishu-app-log', 'event', '--request-profile', file, '--dry-run'], {fetch: async () => Response.json({})})).code).toBe(2);
		}
	});

	it('is no recording, no session, and no manifest', async () => {
		const directory = temporaryDirectory();
		const env = {XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory};
		const at = Date.UTC(2026, 10, 20, 10);
		const recorded = JSON.stringify(entry({method: 'POST', url: 'https://console.example/event/log/search', headers: {}, at, json: {start_time: at / 1000 - 3600, end_time: at / 1000, deep: 'DEEP'}}, {status: 200, body: '{"data":{"list":[]}}'}));
		writeFileSync(join(directory, 'a.har'), har([JSON.parse(recorded) as unknown]).replace('\\"DEEP\\"', `${'['.repeat(1000)}${']'.repeat(1000)}`).replace('"log"', `"x":${'['.repeat(1000)}${']'.repeat(1000)},"log"`));
		expect((await runCommand(['feishu-app-log', 'learn', join(directory, 'a.har')], {fetch: async () => Response.json({}), env})).code).toBe(2);
		mkdirSync(join(directory, 'audit-export'));
		for (const name of ['sessions.json', 'console-sessions.json', 'feishu-sessions.json']) writeFileSync(join(directory, 'audit-export', name), `{"version":1,"sessions":[${object}]}`, {mode: 0o600});
		expect([2, 3]).toContain((await runCommand(['auth', 'status'], {fetch: async () => Response.json({}), env})).code);
		writeFileSync(join(directory, 'manifest.ndjson'), `{"kind":"archive","version":2,"source":"feishu-openapi","since":"2026-11-20T00:00:00Z","query":{"a":${object}},"line":0}\n`);
		for (const command of ['verify', 'cat']) expect((await runCommand([command, directory], {fetch: async () => Response.json({}), env})).code).not.toBe(5);
	});

	it('of a path is told to be too deep', async () => {
		for (const option of ['--fields', '--redact']) expect((await runCommand(['feishu-openapi', option, 'a.'.repeat(20_000) + 'a'], {fetch: answering('{}')})).code).toBe(2);
	});
});

it('a page of very many rows goes into a table', async () => {
	const at = Date.UTC(2026, 10, 20, 11) / 1000;
	const rows = Array.from({length: 130_000}, (_, index) => `{"id":"${index}","event_time":${at}}`).join(',');
	const ran = await runCommand(['feishu-openapi', '--since', '2026-11-20T11:00:00Z', '--until', '2026-11-20T11:30:00Z', '-f', 'table', '--fields', 'id', '--limit', '130000'], {
		fetch: async (input, init) => {
			const request = new Request(input, init);
			if (request.url.includes('token')) return new Response('{"code":0,"tenant_access_token":"t-1","expire":7200}');
			const asked = await request.json() as {start_time: number; end_time: number};
			const isAsked = asked.start_time <= at && at <= asked.end_time;
			return new Response(`{"code":0,"data":{"items":[${isAsked ? rows : ''}],"has_more":false}}`);
		},
	});
	expect({code: ran.code, stderr: ran.stderr}).toEqual({code: 0, stderr: ''});
	expect(ran.stdout.length).toBeGreaterThan(130_000 * 2);
});
