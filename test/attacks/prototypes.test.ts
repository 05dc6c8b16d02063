import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parse} from 'csv-parse/sync';
import {expect, it} from 'vitest';
import {entry, har} from '../console/learn/recorder.ts';
import {runCommand} from '../helpers/context.ts';
import {noNetwork} from '../run/jobs/workspace.ts';
import {temporaryDirectory} from './hostile.ts';
import type {Fetch} from '../../src/base/context.ts';

/** Nothing has a member that only its prototype could have. */
function expectUntouched(): void {
	expect(Object.keys(Object.prototype)).toEqual([]);
	expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

const time = Date.UTC(2026, 10, 20, 11) / 1000;
const row = `{"id":"r1","event_time":${time},"__proto__":{"polluted":1,"api_key":"no"},"constructor":{"prototype":{"polluted":2}},"prototype":9007199254740993,"toString":"x","log_detail":{"__proto__":{"payload":"p"},"payload":"{\\"__proto__\\":{\\"polluted\\":3}}"}}`;
const fetch: Fetch = async input => {
	const {url} = new Request(input);
	if (url.includes('token')) return new Response('{"code":0,"tenant_access_token":"t-1","expire":7200,"__proto__":{"polluted":1}}');
	return new Response(`{"code":0,"__proto__":{"polluted":4},"data":{"__proto__":{"items":[]},"items":[${row}],"has_more":false}}`);
};
const range = ['--since', '2026-11-20T11:00:00Z', '--until', '2026-11-20T11:30:00Z'];

it('members of these names come out byte for byte', async () => {
	expect(await runCommand(['feishu-openapi', ...range], {fetch})).toMatchObject({code: 0, stdout: `${row}\n`});
	const {stdout} = await runCommand(['feishu-openapi', ...range, '-f', 'csv'], {fetch});
	const [header = [], cells = []] = parse(stdout);
	const cell = (name: string) => cells[header.indexOf(name)] ?? '';
	expect(cell('extra')).toBe('{"__proto__":{"polluted":1,"api_key":"no"},"constructor":{"prototype":{"polluted":2}},"prototype":9007199254740993,"toString":"x","log_detail":{"__proto__":{"payload":"p"}}}');
	expect(cell('api_key')).toBe('');
	expectUntouched();
});

it('they can be picked and redacted as any other, and nothing is picked that is not there', async () => {
	const picked = await runCommand(['feishu-openapi', ...range, '--fields', '__proto__.polluted,constructor.prototype.polluted,hasOwnProperty,valueOf,log_detail.payload.__proto__.polluted'], {fetch});
	expect(picked.stdout).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"log_detail":{"payload":{"__proto__":{"polluted":3}}}}\n');
	const redacted = await runCommand(['feishu-openapi', ...range, '--redact', '?__proto__,?constructor.prototype.polluted,log_detail.payload.__proto__'], {fetch});
	expect(redacted.stdout).toContain('"__proto__":"[REDACTED]","constructor":{"prototype":{"polluted":"[REDACTED]"}}');
	expect(redacted.stdout).toContain('\\"__proto__\\":\\"[REDACTED]\\"');
	const table = await runCommand(['feishu-openapi', ...range, '-f', 'table', '--fields', '__proto__,constructor,toString'], {fetch});
	expect(table.stdout.split('\n')[0]).toMatch(/^__proto__ +constructor +toString/);
	expectUntouched();
});

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])('%s is no source, profile, host, choice, filter, option or job', async name => {
	for (const args of [
		[name], ['feishu-openapi', '--profile', name], ['feishu-openapi', '--host', name], ['feishu-openapi', '--format', name], ['feishu-openapi', '--order', name], ['feishu-apaas', '--namespace', 'a', '--log-type', name],
		['feishu-apaas', '--namespace', 'a', '--filter', `${name}=1`], ['doctor', name], ['run', name], ['auth', 'login', name], ['feishu-openapi', '--since', name], ['feishu-openapi', '--window', `1${name}`],
		['feishu-openapi', '--max-response', `1${name}`], ['feishu-openapi', '--labels', name],
	]) {
		expect((await runCommand([...args, ...(args[0] === 'run' || args.length === 1 || args[0] === 'auth' || args[0] === 'doctor' ? [] : ['--dry-run'])], {fetch: noNetwork})).code).toBe(2);
	}
	expectUntouched();
});

it.each(['json', 'yaml'])('a configuration in %s changes nothing but itself, and says so', async format => {
	for (const [key, path] of [['__proto__', []], ['constructor', []], ['__proto__', ['profiles']], ['__proto__', ['profiles', 'p']], ['__proto__', ['profiles', 'p', 'feishu']], ['__proto__', ['jobs']], ['__proto__', ['jobs', 'a', 'options']], ['__proto__', ['sources', 'feishu-openapi']]] as const) {
		let text = `{"${key}": {"polluted": 1, "base_url": "https://evil.example"}}`;
		for (const parent of path.toReversed()) text = `{"${parent}": ${parent === 'a' ? text.replace('{', '{"source": "feishu-openapi", "dir": "d", ') : text}}`;
		const cwd = temporaryDirectory();
		const file = join(cwd, `c.${format}`);
		writeFileSync(file, text, {mode: 0o600});
		const ran = await runCommand(['feishu-openapi', '--dry-run', '--config', file], {fetch: noNetwork});
		expect(ran).toMatchObject({code: 2, stdout: ''});
		expect(ran.stderr).toContain(key);
	}
	expectUntouched();
});

it('a request profile, a recording, a session and a manifest change nothing but themselves', async () => {
	const directory = temporaryDirectory();
	const env = {XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory};
	const at = Date.UTC(2026, 10, 20, 10);
	const rows = Array.from({length: 5}, (_, index) => `{"__proto__":{"polluted":1},"id":"id-${index}","time":${at / 1000 - index}}`).join(',');
	const recorded = entry({method: 'POST', url: 'https://console.example/event/log/search?__proto__[polluted]=1', headers: {}, at, json: JSON.parse(`{"start_time":${at / 1000 - 3600},"end_time":${at / 1000},"page":1,"page_size":5,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`) as unknown}, {status: 200, body: `{"code":0,"__proto__":{"polluted":1},"data":{"list":[${rows}]}}`});
	writeFileSync(join(directory, 'a.har'), har([recorded]).replace('"log"', '"__proto__":{"polluted":1},"log"'));
	expect((await runCommand(['feishu-app-log', 'learn', join(directory, 'a.har')], {fetch: noNetwork, env})).code).not.toBe(5);
	writeFileSync(join(directory, 'p.yaml'), '{"version": 1, "__proto__": {"polluted": 1}, "base_url": "https://a.example", "searches": {"__proto__": {"polluted": 1}}}');
	expect((await runCommand(['feishu-app-log', 'event', '--request-profile', join(directory, 'p.yaml')], {fetch: noNetwork, env})).code).toBe(2);
	writeFileSync(join(directory, 'manifest.ndjson'), '{"kind":"archive","version":2,"source":"__proto__","since":"2026-11-20T00:00:00Z","query":{"__proto__":{"polluted":1}},"line":0,"at":"2026-11-20T00:00:00Z","prev":"' + '0'.repeat(64) + '","standing":{"until":"2026-11-20T00:00:00Z","segments":0,"records":0,"gaps":[],"__proto__":{"polluted":1}}}\n');
	for (const command of ['verify', 'cat']) expect((await runCommand([command, directory], {fetch: noNetwork, env})).code).not.toBe(5);
	expectUntouched();
});
