import {expect, it} from 'vitest';
import {DAY} from '../../src/base/duration.ts';
import {noon} from './client.ts';
import {createConsoleClient, rowReading, type SearchKind} from './console-client.ts';

const range = {start: noon - DAY + 1000, end: noon};
type Row = Record<string, unknown>;

/** A filter of each shape with the value of some row, and which rows it lets through. */
const cases: ReadonlyArray<readonly [kind: SearchKind, name: string, filters: {page: Row; offset: Row; cursor: Row}, passes: (row: Row) => boolean]> = [
	['server', 'url', {page: {url: '/open-apis/im/v1/messages'}, offset: {url: 'https://open.feishu.cn/open-apis/im/v1/messages'}, cursor: {url: 'https://open.feishu.cn/open-apis/im/v1/messages?a=1'}}, ({url}) => url === 'https://open.feishu.cn/open-apis/im/v1/messages'],
	['server', 'tenant key', {page: {tenantKey: '736588c9260f175d'}, offset: {tenant_key: '736588c9260f175d'}, cursor: {tenantKey: '736588c9260f175d'}}, row => (row['tenantKey'] ?? row['tenant_key']) === '736588c9260f175d'],
	['server', 'user', {page: {openId: 'ou_7d8a6e6df7621556ce0d21922b676706'}, offset: {open_id: 'ou_7d8a6e6df7621556ce0d21922b676706'}, cursor: {userOpenId: 'ou_7d8a6e6df7621556ce0d21922b676706'}}, row => (row['openId'] ?? row['open_id']) === 'ou_7d8a6e6df7621556ce0d21922b676706'],
	['server', 'several statuses', {page: {status: ['failed', 'timeout']}, offset: {status: ['2', '3']}, cursor: {statuses: ['FAILED', 'TIMEOUT']}}, ({status}) => !['success', 1, 'SUCCESS'].includes(status as string)],
	['server', 'error code', {page: {errorCode: '230002'}, offset: {error_code: '230002'}, cursor: {errorCode: '230002'}}, row => JSON.stringify(row).includes(':230002')],
	['server', 'part of the error message', {page: {errorMessage: 'ACCESS denied'}, offset: {err_msg: 'ACCESS denied'}, cursor: {errorMessage: 'ACCESS denied'}}, row => JSON.stringify(row).includes('Access denied')],
	['event', 'event type', {page: {eventType: 'approval_instance'}, offset: {event_type: 'approval_instance'}, cursor: {eventType: 'approval_instance'}}, row => (row['eventType'] ?? row['event_type']) === 'approval_instance'],
	['event', 'status', {page: {status: ['success']}, offset: {status: '1'}, cursor: {statuses: ['SUCCESS']}}, ({status}) => ['success', 1, 'SUCCESS'].includes(status as string)],
	['event', 'error message', {page: {errorMessage: '不是合法'}, offset: {err_msg: '不是合法'}, cursor: {errorMessage: '不是合法'}}, row => JSON.stringify(row).includes('不是合法')],
	['event', 'nothing in empty filters', {page: {eventType: '', eventId: '', tenantKey: '', status: [], errorMessage: ''}, offset: {event_type: ''}, cursor: {eventType: null, statuses: null}}, () => true],
	['client', 'several keywords', {page: {appFeature: 'web_app', keywords: ['request', 'failed']}, offset: {app_feature: '2', keywords: 'request failed'}, cursor: {appFeature: 'WEB_APP', keywords: ['request', 'failed']}}, row => `${String(row['api'])} ${String(row['message'])}`.includes('request') && String(row['message']).includes('failed')],
];

for (const shape of ['page', 'offset', 'cursor'] as const) {
	it.each(cases)(`${shape}: narrows the %s search by %s`, async (kind, _name, filters, passes) => {
		const client = createConsoleClient(shape, {recordsPerDay: 400});
		const all = await client.all(kind, range);
		const found = await client.all(kind, {...range, filters: filters[shape]});
		expect(found.length).toBeGreaterThan(0);
		expect(found).toEqual(all.filter(row => passes(row)));
	});

	it(`${shape}: finds a call by either of its ids, an event by its id, and a user's client rows`, async () => {
		const client = createConsoleClient(shape);
		const {id, feature} = rowReading[shape];
		const call = (await client.ask('server', range)).rows[3] ?? {};
		for (const value of [call['requestId'] ?? call['request_id'], call['logId'] ?? call['log_id']]) {
			const {rows} = await client.ask('server', {...range, filters: {[shape === 'offset' ? 'request_id' : 'requestId']: value}});
			expect(rows.map(row => row[id])).toEqual([call[id]]);
		}
		const event = (await client.ask('event', range)).rows[5] ?? {};
		const eventId = event['eventId'] ?? event['event_id'];
		const {rows: events} = await client.ask('event', {...range, filters: {[shape === 'offset' ? 'event_id' : 'eventId']: eventId}});
		expect(events.map(row => row[id])).toContain(event[id]);
		const user = 'ou_84aad35d084aa403a838cf73ee18467b';
		const {rows: logs} = await client.ask('client', {...range, filters: {...feature, [{page: 'openId', offset: 'open_id', cursor: 'userOpenId'}[shape]]: user}});
		expect(logs.length).toBeGreaterThan(0);
		expect(logs.every(row => (row['openId'] ?? row['open_id']) === user)).toBe(true);
	});
}
