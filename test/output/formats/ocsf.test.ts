import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {toRecord} from '../../../src/engine/rows-of.ts';
import {createOcsf} from '../../../src/output/formats/ocsf.ts';
import {sampleRandom, seedOf} from '../../../src/sandbox/random.ts';
import {sources} from '../../../src/sources/index.ts';
import type {SourceDefinition} from '../../../src/sources/types.ts';
import {sampleOf} from '../../helpers/every-source.ts';
import {runCommand} from '../../helpers/context.ts';
import {fakeFeishu} from '../../helpers/fake-api.ts';
import {anyJson} from '../../json/arbitrary-json.ts';
import {defaults, format} from './helpers.ts';

type Json = null | boolean | number | string | Json[] | {[name: string]: Json};
type Event = Record<string, Json>;

/**
 * The part of OCSF 1.8.0 (https://schema.ocsf.io/1.8.0/) that events may use: of each object its attributes, `!` where they are
 * required, with their type or, in brackets, the values of an enumeration.
 */
const objects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'event': {
		'activity_id!': 'integer', 'activity_name': 'string', 'category_name': 'string', 'category_uid!': 'integer', 'class_name': 'string',
		'class_uid!': 'integer', 'type_uid!': 'long', 'time!': 'long', 'severity_id!': '[0,1,2,3,4,5,6,99]', 'status_id': '[0,1,2,99]',
		'status': 'string', 'status_code': 'string', 'status_detail': 'string', 'message': 'string', 'metadata!': 'metadata', 'raw_data': 'string',
	},
	'6003': {'actor!': 'actor', 'api!': 'api', 'src_endpoint!': 'endpoint', 'http_request': 'request', 'http_response': 'response'},
	'3002': {'user!': 'user', 'service': 'named', 'src_endpoint': 'endpoint', 'http_request': 'request'},
	'3004': {'entity!': 'entity', 'actor': 'actor', 'src_endpoint': 'endpoint', 'http_request': 'request'},
	'6006': {'actor!': 'actor', 'file!': 'file', 'src_endpoint!': 'endpoint'},
	'0': {},
	'metadata': {
		'version!': 'string', 'product!': 'product', 'log_name': 'string', 'uid': 'string', 'original_time': 'string', 'event_code': 'string',
		'tenant_uid': 'string',
	},
	'product': {'name': 'string', 'vendor_name': 'string'},
	'actor': {app_uid: 'string', user: 'user'},
	'user': {uid: 'string', name: 'string', email_addr: 'email'},
	'named': {uid: 'string', name: 'string'},
	'entity': {uid: 'string', name: 'string', type: 'string', type_id: '[0,1,2,3,4,5,6,7,99]'},
	'file': {'name!': 'string', 'uid': 'string', 'type': 'string', 'type_id!': '[0,1,2,3,4,5,6,7,8,99]', 'owner': 'user'},
	'api': {'operation!': 'string', 'response': 'answer'},
	'answer': {code: 'integer', message: 'string'},
	'endpoint': {ip: 'ip'},
	'request': {http_method: '["CONNECT","DELETE","GET","HEAD","OPTIONS","PATCH","POST","PUT","TRACE"]', url: 'url', args: 'string', referrer: 'string', user_agent: 'string'},
	'url': {path: 'string'},
	'response': {'code!': 'integer'},
};

/** Objects that must have one of these attributes. */
const oneOf: Readonly<Record<string, readonly string[]>> = {
	actor: ['app_uid', 'user'], user: ['uid', 'name'], named: ['uid', 'name'], entity: ['uid', 'name'], product: ['name'], endpoint: ['ip'], url: ['path'],
	3002: ['service'],
};

/** Each class with its name, and its activities from 1 on. */
const classes: Readonly<Record<string, readonly [name: string, ...activities: string[]]>> = {
	0: ['Base Event'],
	3002: ['Authentication', 'Logon', 'Logoff'],
	3004: ['Entity Management', 'Create', 'Read', 'Update', 'Delete'],
	6003: ['API Activity', 'Create', 'Read', 'Update', 'Delete'],
	6006: [
		'File Hosting Activity', 'Upload', 'Download', 'Update', 'Delete', 'Rename', 'Copy', 'Move', 'Restore', 'Preview', 'Lock', 'Unlock', 'Share',
		'Unshare', 'Open',
	],
};

const ipv4 = /^(?:(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.){3}(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/;
const ipv6 = /^(?=.*:.*:)[\da-f:.]{2,40}(?:%.+)?$/i;
const isWhole = (value: Json, most: number) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= most;

const types: Readonly<Record<string, (value: Json) => boolean>> = {
	string: value => typeof value === 'string' && value !== '',
	integer: value => isWhole(value, 2 ** 31 - 1),
	long: value => isWhole(value, Number.MAX_SAFE_INTEGER),
	ip: value => typeof value === 'string' && value.length <= 40 && (ipv4.test(value) || ipv6.test(value)),
	email: value => typeof value === 'string' && /^[\w!#$%&'*+\-/=?^`{|}~.]+@[a-zA-Z\d-]+\.[a-zA-Z\d.-]+$/.test(value),
};

function problemsOf(value: Json, type: string, at: string): string[] {
	if (type.startsWith('[')) return (JSON.parse(type) as Json[]).includes(value) ? [] : [`${at} is ${JSON.stringify(value)}`];
	const isOne = types[type];
	if (isOne !== undefined) return isOne(value) ? [] : [`${at} is no ${type}: ${JSON.stringify(value).slice(0, 100)}`];
	const attributes = objects[type] ?? {};
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`];
	return [
		...Object.entries(value).flatMap(([name, member]) => {
			const found = attributes[name] ?? attributes[`${name}!`];
			return found === undefined ? [`${at}.${name} is no attribute`] : problemsOf(member, found, `${at}.${name}`);
		}),
		...Object.keys(attributes).filter(name => name.endsWith('!') && !Object.hasOwn(value, name.slice(0, -1))).map(name => `${at}.${name} is missing`),
		...(oneOf[type]?.some(name => Object.hasOwn(value, name)) === false ? [`${at} has none of ${oneOf[type].join(', ')}`] : []),
	];
}

/** What the schema says against an event. */
function violations(event: Event): string[] {
	const uid = Number(event['class_uid']).toString();
	const [name, ...activities] = classes[uid] ?? ['unknown class'];
	const ofClass = Object.fromEntries(Object.entries(event).filter(([key]) => Object.hasOwn({...objects[uid]}, key) || Object.hasOwn({...objects[uid]}, `${key}!`)));
	const rest = Object.fromEntries(Object.entries(event).filter(([key]) => !Object.hasOwn(ofClass, key)));
	const activity = Number(event['activity_id']);
	const activityName = activity === 0 ? 'Unknown' : activities[activity - 1];
	return [
		...problemsOf(rest, 'event', 'event'), ...problemsOf(ofClass, uid, 'event'),
		...(event['class_name'] === name ? [] : ['class_name']),
		...(event['category_uid'] === Math.floor(Number(uid) / 1000) ? [] : ['category_uid']),
		...(event['type_uid'] === Number(uid) * 100 + activity ? [] : ['type_uid']),
		...(activity === 99 ? (event['activity_name'] === undefined ? ['no activity_name'] : []) : (event['activity_name'] ?? activityName) === activityName ? [] : ['activity_name']),
	];
}

/** The events that a source makes of rows, and how many of them are Base Events by its own count. */
function eventsOf(source: SourceDefinition, rows: readonly string[]): {events: Event[]; baseEvents: number | undefined} {
	const formatter = createOcsf({...defaults, source});
	const text = format(formatter, rows.map(row => toRecord(row, JSON.parse(row), source)), 3);
	return {events: text.split('\n').slice(0, -1).map(line => JSON.parse(line) as Event), baseEvents: formatter.baseEvents?.()};
}

const rowsOf = (source: SourceDefinition, count: number) => {
	const seeded = sampleRandom(seedOf(source.name));
	return Array.from({length: count}, (_, index) => JSON.stringify(sampleOf(source)(seeded, {id: `77${index}`, time: 1_795_949_534})));
};

/** A row with the value of each of these dotted fields replaced, as text: no number is rounded. */
function changed(row: Json, changes: ReadonlyMap<string, string>, at: readonly string[] = []): string {
	const change = changes.get(at.join('.'));
	if (change !== undefined) return change;
	if (Array.isArray(row)) return `[${row.map(entry => changed(entry, changes, at)).join(',')}]`;
	if (typeof row !== 'object' || row === null) return JSON.stringify(row);
	return `{${Object.entries(row).map(([name, value]) => `${JSON.stringify(name)}:${changed(value, changes, [...at, name])}`).join(',')}}`;
}

const hostile = fc.oneof(anyJson.map(({line}) => line), fc.constantFrom(
	'null', '""', '{}', '[]', '[[]]', '[{}]', '9007199254740993', '123456789012345678901234567890', '1e400', '-0', '"\\ud800"', '"\\udc00x"',
	'"1.2.3.4, 5.6.7.8"', '"::ffff:255.255.255.255"', '"fe80::1%eth0"', '"010.1.1.1"', '"a@b"', '"a b@c.de"', '"get"', '"{\\"code\\":\\"0\\"}"', `"${'x'.repeat(1_000_000)}"`,
));

describe.each(Object.values<SourceDefinition>(sources))('the events of $name', source => {
	it('follow the schema, name their log and hold the record', () => {
		const rows = rowsOf(source, 300);
		const {events, baseEvents} = eventsOf(source, rows);
		expect(events.flatMap(violations)).toEqual([]);
		expect(events.map(event => event['raw_data'])).toEqual(rows);
		expect(events.map(({time}) => time)).toEqual(rows.map(row => toRecord(row, JSON.parse(row), source).time));
		expect(events.every(({metadata}) => JSON.stringify(metadata).includes(`"log_name":"${source.name}"`))).toBe(true);
		expect(baseEvents).toBe(events.filter(event => event['class_uid'] === 0).length);
	});

	it('follow the schema whatever stands in a field, and lose nothing of it', () => {
		const fields = [...new Set(source.columns.flatMap(({path}) => path === undefined ? [] : [path.join('.'), path[0] ?? '']))];
		const [row = '{}'] = rowsOf(source, 1);
		fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom(...fields), hostile), {minLength: 1, maxLength: 4}), changes => {
			const text = changed(JSON.parse(row) as Json, new Map(changes));
			const {events: [event = {}]} = eventsOf(source, [text]);
			expect(violations(event)).toEqual([]);
			expect(event['raw_data']).toBe(text);
		}), {numRuns: 150});
	});
});

/** The class of what a source makes of its example row, with fields replaced by JSON texts. */
function classOf(source: SourceDefinition, changes: Readonly<Record<string, string>>): Event {
	const [row = '{}'] = rowsOf(source, 1);
	const {events: [event = {}]} = eventsOf(source, [changed(JSON.parse(row) as Json, new Map(Object.entries(changes)))]);
	return event;
}

it.each([
	[sources['feishu-openapi'], {}, 6003],
	[sources['feishu-openapi'], {ip: '"internal"'}, 0],
	[sources['feishu-openapi'], {app_id: '""'}, 0],
	[sources['trae-openapi'], {}, 6003],
	[sources['trae-openapi'], {api_path: 'null'}, 0],
	[sources['feishu-apaas'], {log_type: '"10002"'}, 3002],
	[sources['feishu-apaas'], {log_type: '10001'}, 3004],
	[sources['feishu-apaas'], {log_type: '"10003"'}, 3004],
	[sources['feishu-apaas'], {log_type: '"10002"', namespace: '""', app_name: '{}'}, 0],
	[sources['feishu-apaas'], {log_type: '"10009"'}, 0],
	[sources['feishu-apaas-data-change'], {}, 0],
	[sources['feishu-behavior'], {'event_module': '1', 'event_name': '"space_download_file"', 'objects.object_name': '"a.pdf"'}, 6006],
	[sources['feishu-behavior'], {'event_module': '1', 'objects.object_name': '""'}, 0],
	[sources['feishu-behavior'], {event_module: '2'}, 0],
	[sources['feishu-dlp'], {}, 0],
] as const)('the class is what a row of %# says and holds', (source, changes, uid) => {
	expect(classOf(source, changes)['class_uid']).toBe(uid);
});

it('ids of any size and text of any kind are told as they are', () => {
	const event = classOf(sources['feishu-openapi'], {id: '123456789012345678901234567890', app_id: '9007199254740993', api_key: '"\\ud800"'});
	expect(event).toMatchObject({metadata: {uid: '123456789012345678901234567890'}, actor: {app_uid: '9007199254740993'}, api: {operation: '\ud800'}});
});

it('what a call answered and what was done to a file are told by the names of the schema', () => {
	expect(classOf(sources['feishu-openapi'], {
		'log_detail.method': '"DELETE"', 'log_detail.status_code': '"403"', 'log_detail.response': '"{\\"code\\":99991672,\\"msg\\":\\"no\\"}"',
	})).toMatchObject({
		activity_id: 4, activity_name: 'Delete', status_code: '99991672', status_detail: 'no', http_request: {http_method: 'DELETE'}, http_response: {code: 403},
		api: {response: {code: 99_991_672, message: 'no'}},
	});
	expect(classOf(sources['feishu-behavior'], {event_module: '1', event_name: '"space_download_file"', objects: '[{"object_value":"t","object_name":"a.pdf"},{"object_name":"b"}]'}))
		.toMatchObject({activity_id: 2, activity_name: 'Download', type_uid: 600_602, file: {name: 'a.pdf', uid: 't'}});
});

it('the outcome is told where the record has one', () => {
	const source: SourceDefinition = sources['trae-openapi'];
	const outcome = (failed?: boolean) => {
		const text = createOcsf({...defaults, source}).write([{text: rowsOf(source, 1)[0] ?? '', id: '1', time: 0, ...(failed === undefined ? {} : {failed})}]);
		return (JSON.parse(text) as Event)['status_id'];
	};
	expect([outcome(), outcome(false), outcome(true)]).toEqual([undefined, 1, 2]);
});

it.each([
	[{fields: ['id']}, 'takes no --fields'],
	[{source: undefined}, 'is not known here'],
])('%o is refused', (options, message) => {
	expect(() => createOcsf({...defaults, source: sources['feishu-dlp'], ...options})).toThrow(message);
});

describe('an export as OCSF', () => {
	// Rows without an address, which no call of the class lacks.
	const rows = [0, 1, 2].map(hour => ({id: `row-${hour}`, time: Date.UTC(2026, 10, 19, hour, 30) / 1000}));
	const command = ['feishu-openapi', '--since', '2026-11-19T00:00:00Z', '--until', '2026-11-19T03:00:00Z', '--window', '1h', '--retries', '0', '--concurrency', '1'];

	it('counts its Base Events, those of the run that it continues too', async () => {
		const cwd = mkdtempSync(join(tmpdir(), 'audit-export-ocsf-'));
		try {
			const flags = ['-f', 'ocsf', '-o', 'events.ndjson', '--summary', 'summary.json'];
			const broken = fakeFeishu(rows, {intervene: (_, index) => index === 2 ? new Response('{"code":9499}') : undefined});
			expect(await runCommand([...command, ...flags], {fetch: broken.fetch, cwd})).toMatchObject({code: 1});
			const {code, stderr} = await runCommand([...command, ...flags], {fetch: fakeFeishu(rows).fetch, cwd});
			expect(code).toBe(0);
			expect(stderr).toContain('3 records are Base Events: ');
			expect(JSON.parse(readFileSync(join(cwd, 'summary.json'), 'utf8'))).toMatchObject({records: 3, base_events: 3});
			expect(readFileSync(join(cwd, 'events.ndjson'), 'utf8').match(/"class_uid":0/g)).toHaveLength(3);
		} finally {
			rmSync(cwd, {recursive: true});
		}
	});

	it('asks nothing where fields are named', async () => {
		const {fetch, seen} = fakeFeishu(rows);
		const {code, stderr} = await runCommand([...command, '-f', 'ocsf', '--fields', 'id'], {fetch});
		expect({code, seen}).toEqual({code: 2, seen: []});
		expect(stderr).toContain('--format ocsf takes no --fields');
	});
});
