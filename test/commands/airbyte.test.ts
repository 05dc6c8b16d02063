import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {InterruptedError} from '../../src/base/errors.ts';
import {runCommand, type Ran} from '../helpers/context.ts';
import {fakeFeishu, fakeTrae, type FakeApi, type FakeRow} from '../helpers/fake-api.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

type Json = null | boolean | number | string | Json[] | {[name: string]: Json};
type Shape = (value: Json) => boolean;

const isObject = (value: Json): value is {[name: string]: Json} => typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Shape = value => typeof value === 'string';
const whole: Shape = value => Number.isInteger(value);
const object: Shape = isObject;
const listOf = (shape: Shape): Shape => value => Array.isArray(value) && value.every(entry => shape(entry));
const among = (...values: Json[]): Shape => value => values.includes(value);
/** An object with these members, those that end in `?` where they are there, and any others. */
const members = (shapes: Readonly<Record<string, Shape>>): Shape => value =>
	isObject(value) && Object.entries(shapes).every(([key, shape]) => {
		const name = key.replace('?', '');
		return value[name] === undefined ? key.endsWith('?') : shape(value[name]);
	});

const descriptor = members({name: text});

/** What a message of each type holds, under which name: the definitions of version 0.3 of the protocol, as far as a source writes them. */
const messages: Readonly<Record<string, readonly [name: string, shape: Shape]>> = {
	RECORD: ['record', members({stream: text, data: object, emitted_at: whole})],
	STATE: ['state', members({
		type: among('STREAM'), stream: members({stream_descriptor: descriptor, stream_state: object}), sourceStats: members({recordCount: whole}),
	})],
	LOG: ['log', members({level: among('FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'), message: text})],
	SPEC: ['spec', members({connectionSpecification: object})],
	CONNECTION_STATUS: ['connectionStatus', members({'status': among('SUCCEEDED', 'FAILED'), 'message?': text})],
	CATALOG: ['catalog', members({streams: listOf(members({
		'name': text, 'json_schema': object, 'supported_sync_modes': listOf(among('full_refresh', 'incremental')), 'source_defined_cursor': among(true),
		'default_cursor_field': listOf(text), 'source_defined_primary_key?': listOf(listOf(text)), 'is_resumable': among(true),
	}))})],
	TRACE: ['trace', value => isObject(value) && whole(value['emitted_at'] ?? null) && (value['type'] === 'ERROR'
		? members({error: members({'message': text, 'failure_type': among('system_error', 'config_error', 'transient_error'), 'stream_descriptor?': descriptor})})
		: members({
			type: among('STREAM_STATUS'),
			stream_status: members({stream_descriptor: descriptor, status: among('STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE')}),
		}))(value)],
};

/** One line of what a connector wrote; every one must be a message. */
function parsed(line: string): {[name: string]: Json} {
	const message = JSON.parse(line) as Json;
	const [name = '', shape = () => false] = isObject(message) ? messages[typeof message['type'] === 'string' ? message['type'] : ''] ?? [] : [];
	if (!isObject(message) || !shape(message[name] ?? null)) throw new Error(`no message of the protocol: ${line}`);
	return message;
}

const linesOf = (stdout: string) => stdout.split('\n').slice(0, -1);
const ofType = (lines: readonly string[], type: string) => lines.map(line => parsed(line)).filter(message => message['type'] === type);
const idsOf = (lines: readonly string[]) => ofType(lines, 'RECORD').map(message => {
	const {data} = message['record'] as {data: {id?: string; log_id?: string}};
	return data.id ?? data.log_id ?? '';
});

const hour = 3600;
const start = Date.UTC(2026, 10, 19) / 1000;
const rows: FakeRow[] = Array.from({length: 240}, (_, index) => ({id: `row-${index}`, time: start + index * 360}));
/** A day after the rows. */
const clock = () => new VirtualClock((start + 24 * hour) * 1000);

const connection = {
	start_date: '2026-11-19T00:00:00Z',
	feishu: {app_id: 'cli_connection', app_secret: 'connection-feishu-secret'},
	trae: {app_id: 'trae_connection', app_secret: 'connection-trae-secret'},
};

/** Both APIs, told apart by their hosts. */
function bothApis(feishu: FakeApi = fakeFeishu(rows), trae: FakeApi = fakeTrae(rows)): Pick<FakeApi, 'fetch'> {
	return {fetch: async (input, init) => (String(input instanceof Request ? input.url : input).includes('trae') ? trae : feishu).fetch(input, init)};
}

interface Airbyte {
	readonly config?: object;
	readonly streams?: ReadonlyArray<readonly [name: string, mode: 'incremental' | 'full_refresh']>;
	readonly state?: Json;
	readonly api?: Pick<FakeApi, 'fetch'>;
	readonly env?: Record<string, string>;
	readonly files?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
}

/** Runs the connector in a directory with its files. Nothing may go to stderr. */
async function airbyte(
	command: string, {config = connection, streams = [['feishu-openapi', 'incremental']], state, api = bothApis(), env = {}, files = {}, ...more}: Airbyte = {},
): Promise<Ran> {
	const cwd = mkdtempSync(join(tmpdir(), 'audit-export-airbyte-'));
	onTestFinished(() => {
		rmSync(cwd, {recursive: true});
	});
	const catalog = {streams: streams.map(([name, mode]) => ({stream: {name, json_schema: {}}, sync_mode: mode, destination_sync_mode: 'append'}))};
	const written = {'config.json': JSON.stringify(config), 'catalog.json': JSON.stringify(catalog), 'state.json': JSON.stringify(state ?? {}), ...files};
	for (const [name, content] of Object.entries(written)) writeFileSync(join(cwd, name), content);
	const flags = command === 'spec' ? [] : ['--config', 'config.json', ...command === 'read' ? ['--catalog', 'catalog.json', '--state', 'state.json'] : []];
	const ran = await runCommand(['airbyte', command, ...flags], {fetch: api.fetch, cwd, env, clock: clock(), ...more});
	expect(ran.stderr).toBe('');
	for (const line of linesOf(ran.stdout)) parsed(line);
	return ran;
}

/** The states of a prefix of what was written, as a platform keeps them: the last one of each stream. */
function statesOf(lines: readonly string[]): Json {
	const states = ofType(lines, 'STATE').map(message => message['state'] as {stream: {stream_descriptor: {name: string}}});
	return [...new Map(states.map(state => [state.stream.stream_descriptor.name, state])).values()] as Json;
}

it('says what a connection takes, and which of it is secret', async () => {
	const {stdout, code} = await airbyte('spec');
	expect(code).toBe(0);
	const secrets = stdout.match(/"([a-z_]+)":\{[^{}]*"airbyte_secret":true/g)?.map(found => found.split('"')[1]);
	expect(secrets).toEqual(['app_secret', 'user_access_token', 'app_secret']);
});

it('offers a stream for each log that the connection has credentials for', async () => {
	const names = async (config: object) => {
		const catalogs = ofType(linesOf((await airbyte('discover', {config})).stdout), 'CATALOG');
		return catalogs.flatMap(({catalog}) => (catalog as {streams: Array<{name: string}>}).streams.map(({name}) => name));
	};
	const {start_date: from, feishu, trae} = connection;
	expect(await names({start_date: from, trae})).toEqual(['trae-openapi']);
	expect(await names({start_date: from, feishu})).toEqual(['feishu-openapi', 'feishu-behavior', 'feishu-dlp']);
	expect(await names({start_date: from, feishu: {...feishu, user_access_token: 'u-1', namespace: 'package_a'}}))
		.toEqual(['feishu-openapi', 'feishu-apaas', 'feishu-apaas-data-change', 'feishu-behavior', 'feishu-dlp']);
});

it('takes a configuration as the manual shows it', async () => {
	const manual = readFileSync(new URL('../../docs/fleets.md', import.meta.url), 'utf8');
	const [, shown = ''] = /^```\n(\{\n\t"start_date".*?^\}\n)```$/ms.exec(manual) ?? [];
	expect((await airbyte('discover', {files: {'config.json': shown}})).stdout).toContain('"name":"trae-openapi"');
});

it('checks whether a log can be read, and says why none can', async () => {
	expect((await airbyte('check')).stdout).toContain('"status":"SUCCEEDED"');
	const refused = await airbyte('check', {api: {fetch: async () => new Response('{"code":10014,"msg":"app secret invalid"}')}});
	expect(refused).toMatchObject({code: 0});
	expect(refused.stdout).toMatch(/"status":"FAILED","message":"feishu-openapi: /);
	expect((await airbyte('check', {files: {'config.json': '{"start_date":"yesterday"}'}})).stdout).toMatch(/"FAILED","message":"config\.json: start_date: expected a time/);
});

it('goes on behind every state, wherever it was killed, and repeats no more than the window under way and the overlap', async () => {
	const config = {...connection, overlap: '30m'};
	const streams = [['feishu-openapi', 'incremental'], ['trae-openapi', 'incremental']] as const;
	const lines = linesOf((await airbyte('read', {config, streams})).stdout);
	const all = [...rows, ...rows].map(({id}) => id).toSorted();
	expect(idsOf(lines).toSorted()).toEqual(all);
	for (let cut = 0; cut < lines.length; cut += 37) {
		const before = lines.slice(0, cut);
		const {stdout, code} = await airbyte('read', {config, streams, state: statesOf(before)});
		expect(code).toBe(0);
		const again = idsOf(linesOf(stdout));
		const delivered = [...idsOf(before), ...again];
		expect([...new Set(delivered)].toSorted()).toEqual([...new Set(all)].toSorted());
		// Five rows in half an hour of each stream; of the window under way, all that had come.
		const lastState = before.findLastIndex(line => line.includes('"type":"STATE"'));
		expect(delivered.length - all.length).toBeLessThanOrEqual(2 * 5 + idsOf(before.slice(lastState + 1)).length);
	}
});

it('tells a state only behind the records before it', async () => {
	const lines = linesOf((await airbyte('read')).stdout);
	for (const [index, line] of lines.entries()) {
		const message = parsed(line);
		if (message['type'] !== 'STATE') continue;
		const {stream: {stream_state: {next_from: from}}} = message['state'] as {stream: {stream_state: {next_from: string}}};
		const due = rows.filter(({time}) => time * 1000 < Date.parse(from)).map(({id}) => id).toSorted();
		expect(idsOf(lines.slice(0, index)).toSorted()).toEqual(due);
		expect(line).toMatch(/"recordCount":\d+\.0\}/);
	}
});

it('refreshes everything, but for what an attempt that was cut off had refreshed', async () => {
	const streams = [['feishu-openapi', 'full_refresh']] as const;
	const lines = linesOf((await airbyte('read', {streams})).stdout);
	expect(idsOf(lines)).toHaveLength(rows.length);
	const afterwards = linesOf((await airbyte('read', {streams, state: statesOf(lines)})).stdout);
	expect(idsOf(afterwards)).toHaveLength(rows.length);
	const cut = lines.slice(0, Math.floor(lines.length / 2));
	const rest = linesOf((await airbyte('read', {streams, state: statesOf(cut)})).stdout);
	expect(idsOf(rest).length).toBeLessThan(rows.length);
	expect(new Set([...idsOf(cut), ...idsOf(rest)]).size).toBe(rows.length);
});

it('gives records byte for byte', async () => {
	const row = `{"id":"1","event_time":${start},"big":123456789012345678901234567890,"\\ud800":"\\udc00","__proto__":{"x":1e400},"long":"${'x'.repeat(1_000_000)}"}`;
	const api = fakeFeishu([], {intervene: (_, index) => index > 0 ? undefined : new Response(`{"code":0,"data":{"has_more":false,"items":[${row}]}}`)});
	const {stdout, code} = await airbyte('read', {api: bothApis(api)});
	expect(code).toBe(0);
	expect(linesOf(stdout).filter(line => line.endsWith(`,"data":${row}}}`))).toHaveLength(1);
});

it.each([
	['credentials that are refused', {api: {fetch: async () => new Response('{"code":10014,"msg":"app secret invalid"}')}}, 3, 'config_error'],
	['an API that cannot be reached', {api: {fetch: async () => Promise.reject(new TypeError('fetch failed'))}}, 4, 'transient_error'],
	['a stream that there is not', {streams: [['feishu-opanapi', 'incremental']]}, 2, 'config_error'],
	['a secret that is a reference', {config: {...connection, trae: {app_id: 'a', app_secret: {command: ['touch', 'ran']}}}}, 2, 'config_error'],
	['a misspelt key', {config: {...connection, overlapp: '1h'}}, 2, 'config_error'],
	['no credentials at all', {config: {start_date: connection.start_date}}, 2, 'config_error'],
	['a state of another kind', {state: [{type: 'GLOBAL', global: {stream_states: []}}]}, 2, 'config_error'],
] as const)('tells of %s, with its exit code', async (_, options, exitCode, failureType) => {
	const {stdout, code} = await airbyte('read', options as Airbyte);
	expect(code).toBe(exitCode);
	const [error] = ofType(linesOf(stdout), 'TRACE').filter(message => (message['trace'] as {type: string}).type === 'ERROR');
	expect(error).toMatchObject({trace: {error: {failure_type: failureType}}});
	expect(stdout).not.toContain('connection-feishu-secret');
});

it('reads the other streams where one fails, and moves no state over what is missing', async () => {
	const broken = fakeFeishu(rows, {intervene: (_, index) => index >= 4 ? new Response('{"code":9499,"msg":"bad request"}', {status: 400}) : undefined});
	const {stdout, code} = await airbyte('read', {api: bothApis(broken), streams: [['feishu-openapi', 'incremental'], ['trae-openapi', 'incremental']]});
	expect(code).toBe(1);
	const lines = linesOf(stdout);
	const statuses = ofType(lines, 'TRACE').flatMap(message => {
		const {stream_status: status} = message['trace'] as {stream_status?: {stream_descriptor: {name: string}; status: string}};
		return status === undefined ? [] : [`${status.stream_descriptor.name} ${status.status}`];
	});
	expect(statuses.filter(status => status.includes('COMPLETE'))).toEqual(['feishu-openapi INCOMPLETE', 'trae-openapi COMPLETE']);
	const resumed = idsOf(linesOf((await airbyte('read', {state: statesOf(lines)})).stdout));
	expect(new Set([...idsOf(lines), ...resumed]).size).toBe(rows.length);
});

it('looks at nothing but its own configuration', async () => {
	const feishu = fakeFeishu(rows);
	await airbyte('read', {
		api: bothApis(feishu), env: {FEISHU_APP_ID: 'cli_env', FEISHU_APP_SECRET: 'env-feishu-secret', AUDIT_EXPORT_CONFIG: 'other.json', AUDIT_EXPORT_PROFILE: 'other'},
		files: {'audit-export.config.json': '{"profiles":{"found":{"feishu":{"app_id":"cli_found","app_secret":{"command":["touch","ran"]}}}}}'},
	});
	expect(feishu.exchanges.map(({parameters}) => parameters)).toEqual([{app_id: 'cli_connection', app_secret: 'connection-feishu-secret'}]);
});

it('ends in order when it is asked to, with the signal’s exit code', async () => {
	const stop = new AbortController();
	const feishu = fakeFeishu(rows, {intervene(_, index) {
		if (index === 3) stop.abort(new InterruptedError('SIGTERM'));
		return undefined;
	}});
	const {stdout, code} = await airbyte('read', {api: bothApis(feishu), signal: stop.signal});
	expect(code).toBe(143);
	expect(stdout).toContain('"status":"INCOMPLETE"');
});
