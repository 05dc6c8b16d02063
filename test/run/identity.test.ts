import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {JobOptionValue} from '../../src/access/config/jobs-schema.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf} from './jobs/workspace.ts';

/** Options of an export as flags and as a job's; undefined where a job cannot have them. */
interface Options {
	readonly flags: readonly string[];
	readonly job?: Readonly<Record<string, JobOptionValue>>;
}

const none: Options = {flags: [], job: {}};
const redact: Options = {flags: ['--redact', 'ip'], job: {redact: 'ip'}};

/** What is begun with the first options is not continued with the second ones by those that are named. */
const cases: ReadonlyArray<[what: string, begun: Options, continued: Options, refusing: ReadonlyArray<'state' | 'archive' | 'partial'>]> = [
	['a filter', none, {flags: ['--app-id', 'cli_1'], job: {app_id: 'cli_1'}}, ['state', 'archive', 'partial']],
	['one of several filters', {flags: ['--api-key', 'GET/a'], job: {api_key: 'GET/a'}}, {flags: ['--api-key', 'GET/a', '--api-key', 'GET/b'], job: {api_key: ['GET/a', 'GET/b']}}, ['state', 'archive', 'partial']],
	['another place', none, {flags: ['--base-url', 'https://example.test'], job: {base_url: 'https://example.test'}}, ['state', 'archive', 'partial']],
	['the place by its name', none, {flags: ['--host', 'feishu'], job: {host: 'feishu'}}, []],
	['a redaction', none, redact, ['archive', 'partial']],
	['a redaction in another spelling', redact, {flags: ['--redact', ' ip ,'], job: {redact: [' ip ,']}}, []],
	['secrets taken out', none, {flags: ['--redact-secrets'], job: {redact_secrets: true}}, ['archive', 'partial']],
	['secrets kept', none, {flags: ['--no-redact-secrets'], job: {redact_secrets: false}}, []],
	['a limit', none, {flags: ['--limit', '1000']}, ['partial']],
	['the order', none, {flags: ['--order', 'time']}, ['partial']],
	['the order that is the default', none, {flags: ['--order', 'served']}, []],
	['fields', none, {flags: ['--fields', 'id,event_time']}, ['partial']],
	['fields in another spelling', {flags: ['--fields', 'id,ip']}, {flags: ['--fields', 'id , ip']}, []],
	['fields in another order', {flags: ['--fields', 'id,ip']}, {flags: ['--fields', 'ip,id']}, ['partial']],
	['a format', none, {flags: ['--format', 'csv']}, ['partial']],
	['the format that the name asks for', none, {flags: ['--format', 'ndjson']}, []],
	['cells as they are', {flags: ['--format', 'csv']}, {flags: ['--format', 'csv', '--no-escape-formulas']}, ['partial']],
	['a byte order mark', {flags: ['--format', 'csv']}, {flags: ['--format', 'csv', '--csv-bom']}, ['partial']],
	['the page size', none, {flags: ['--page-size', '3'], job: {page_size: 3}}, ['partial']],
	['windows', {flags: ['--window', '1h'], job: {window: '1h'}}, {flags: ['--window', '30m'], job: {window: '30m'}}, ['partial']],
	['the zone of what shows no time in it', none, {flags: ['--timezone', 'Asia/Shanghai'], job: {timezone: 'Asia/Shanghai'}}, []],
	['the zone of csv', {flags: ['--format', 'csv']}, {flags: ['--format', 'csv', '--timezone', 'Asia/Shanghai']}, ['partial']],
	['the zone that csv has anyway', {flags: ['--format', 'csv']}, {flags: ['--format', 'csv', '--timezone', 'UTC']}, []],
	['how it is asked', none, {
		flags: ['--rate', '50/1m', '--concurrency', '1', '--timeout', '9s', '--retries', '1', '--max-response', '64MiB', '--verbose', '--no-progress'],
		job: {rate: '50/1m', concurrency: 1, timeout: '9s', retries: 1, max_response: '64MiB'},
	}, []],
];

/** An API that fails for good from the third request on, until it is mended. */
async function setUp() {
	let isBroken = true;
	const api = fakeFeishu(rowsOf(6), {
		intervene: (_, index) => isBroken && index > 1 ? new Response('{"code":1780103,"msg":"Request Param Error"}', {status: 400}) : undefined,
	});
	const workspace = await createWorkspace({}, {fetch: api.fetch});
	const configure = async (document: object) => writeFile(join(workspace.dir, 'audit-export.config.json'), JSON.stringify(document), {mode: 0o600});
	const run = async (...args: string[]) => workspace.run([...args, '--config', 'audit-export.config.json'], {clock: clockAt()});
	const mend = () => {
		isBroken = false;
	};
	return {workspace, configure, run, mend};
}

const source = 'feishu-openapi';
const range = ['--since', '2026-11-20T06:00:00Z', '--until', '2026-11-20T12:00:00Z'];
const refused = {code: 2, stderr: expect.stringMatching(/of another query: |belongs to a different export: other options wrote it/) as string};

const verdict = (refusing: readonly string[], what: string) => refusing.includes(what) ? refused : {code: 0};

it.each(cases)('a state file and %s', async (_, begun, continued, refusing) => {
	const {run, mend} = await setUp();
	mend();
	expect((await run(source, ...range, '--state', 'state.json', ...begun.flags)).code).toBe(0);
	expect(await run(source, ...range, '--state', 'state.json', ...continued.flags)).toMatchObject(verdict(refusing, 'state'));
});

it.each(cases)('an interrupted file and %s', async (_, begun, continued, refusing) => {
	const {workspace, run, mend} = await setUp();
	const args = [...range, '-o', 'out', '--concurrency', '1', '--window', '1h'];
	expect((await run(source, ...args, ...begun.flags)).code).toBe(1);
	expect(await workspace.files()).toContain('out.partial.json');
	mend();
	expect(await run(source, ...args, ...continued.flags)).toMatchObject(verdict(refusing, 'partial'));
	expect(await workspace.files()).toContain(refusing.includes('partial') ? 'out.partial' : 'out');
});

it.each(cases.filter(([, begun, continued]) => begun.job !== undefined && continued.job !== undefined))('an archive and %s', async (_, begun, continued, refusing) => {
	const {configure, run, mend} = await setUp();
	mend();
	const jobs = (options: Options['job']) => ({jobs: {calls: {source, dir: 'calls', since: '6h', options}}});
	await configure(jobs(begun.job));
	expect((await run('run')).code).toBe(0);
	await configure(jobs(continued.job));
	expect(await run('run')).toMatchObject(verdict(refusing, 'archive'));
});

it('counts what the configuration lets an option default to', async () => {
	const {configure, run, mend} = await setUp();
	expect((await run(source, ...range, '-o', 'out', '--window', '1h', '--concurrency', '1')).code).toBe(1);
	mend();
	const jobs = {calls: {source, dir: 'calls', since: '6h'}};
	await configure({jobs});
	expect((await run('run')).code).toBe(0);
	await configure({jobs, sources: {[source]: {redact: ['ip']}}});
	expect(await run(source, ...range, '-o', 'out', '--window', '1h')).toMatchObject(refused);
	expect(await run('run')).toMatchObject(refused);
});

it('starts a table over, whose columns depend on all of its rows', async () => {
	const {workspace, run, mend} = await setUp();
	const args = [...range, '-o', 'out', '--format', 'table', '--window', '1h', '--concurrency', '1'];
	expect((await run(source, ...args)).code).toBe(1);
	expect(await workspace.files()).not.toContain('out.partial.json');
	mend();
	expect((await run(source, ...args)).code).toBe(0);
	expect((await workspace.read('out')).trimEnd().split('\n')).toHaveLength(37);
});
