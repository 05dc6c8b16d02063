import {entry, recordedAt, type RecordedRequest} from './recorder.ts';

/** A console-like service: how it is asked for a page, and what it answers. */
export interface Service {
	readonly name: string;
	readonly kind: 'server' | 'event' | 'client';
	/** The request for the page that starts with row `skip`; `cursor` is what the page before gave. */
	readonly ask: (page: {readonly skip: number; readonly cursor: string | undefined}) => RecordedRequest;
	/** The answer, as a value or as its text. */
	readonly answer: (rows: readonly Row[], page: {readonly skip: number; readonly total: number; readonly next: string | undefined}) => unknown;
	readonly pageSize: number;
}

/** An event of the log, before a service writes it. */
export interface Row {
	readonly index: number;
	readonly time: number;
}

export const day = {since: Date.UTC(2026, 10, 19, 16), until: Date.UTC(2026, 10, 20, 16)};
export const total = 45;
export const appId = 'cli_9f3a5c2b1d4e6f70';

/** The rows of the recorded day, the newest first, at uneven distances. */
export const rows: readonly Row[] = Array.from({length: total}, (_, index) => ({index, time: recordedAt - 61_007 - index * 1_234_567 - (index % 3) * 13_331}));

/** A text that stands in no other row. */
export const mark = (row: Row) => (row.index * 2_654_435_761 % 4_294_967_296).toString(16).padStart(8, '0');

/** The local clock of Shanghai. */
export const shanghai = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

/** The recorded requests of a search, `pages` of them. */
export function search(service: Service, pages = 2): unknown[] {
	const entries: unknown[] = [];
	let cursor: string | undefined;
	for (let page = 0; page < pages; page++) {
		const skip = page * service.pageSize;
		const served = rows.slice(skip, skip + service.pageSize);
		const next = skip + service.pageSize < total ? `c3Vyc29y-${skip + service.pageSize}` : undefined;
		entries.push(entry({at: recordedAt + page * 4000, ...service.ask({skip, cursor})}, {body: service.answer(served, {skip, total, next})}));
		cursor = next;
	}
	return entries;
}

const serverRow = (row: Row) => ({log_id: `20261120${mark(row)}`, url: '/open-apis/im/v1/messages', method: 'POST', status: row.index % 5 === 0 ? 'fail' : 'success', error_code: row.index % 5 === 0 ? 99_991_400 : 0, error_message: '', cost: 30 + row.index, open_id: `ou_${mark(row)}${mark(row)}`});

export const services: readonly Service[] = [
	{
		name: 'page number and total in a nested JSON body, milliseconds', kind: 'server', pageSize: 20,
		ask: ({skip}) => ({method: 'POST', url: `https://console.example.com/developers/v1/app/${appId}/log/server/search`, headers: {'x-requested-with': 'XMLHttpRequest'}, json: {filter: {startTime: day.since, endTime: day.until - 1, status: [], url: '', requestId: null}, page: {pageNo: skip / 20 + 1, pageSize: 20}, orderBy: 'desc'}}),
		answer: (served, {total: all}) => ({code: 0, msg: '', data: {list: served.map(row => ({...serverRow(row), timestamp: row.time})), total: all}}),
	},
	{
		name: 'offset in the query, seconds', kind: 'event', pageSize: 10,
		ask: ({skip}) => ({method: 'GET', url: `https://console.example.com/api/event_logs?app_id=${appId}&start=${day.since / 1000}&end=${day.until / 1000 - 1}&offset=${skip}&limit=10&event_type=`}),
		answer: (served, {total: all}) => ({errno: 0, errmsg: 'ok', result: {records: served.map(row => ({event_id: mark(row), event_type: 'im.message.receive_v1', push_time: Math.floor(row.time / 1000), status: row.index % 3 === 0 ? 1 : 0, duration: 12})), total_count: String(all)}}),
	},
	{
		name: 'cursor and ISO text', kind: 'client', pageSize: 15,
		ask: ({cursor}) => ({method: 'POST', url: 'https://console.example.com/api/v2/client-logs/query', headers: {'x-app-id': appId}, json: {range: {from: new Date(day.since).toISOString(), to: new Date(day.until).toISOString()}, limit: 15, ...(cursor === undefined ? {} : {page_token: cursor}), appFeature: 'miniProgram', keywords: []}}),
		answer: (served, {next}) => ({status: 'ok', page: {items: served.map(row => ({uuid: `${mark(row)}${mark(row)}`, ts: new Date(row.time).toISOString(), device: 'Pixel', os_version: '14', lark_version: '7.1', message: `request failed ${row.index}`})), next_page_token: next ?? '', has_more: next !== undefined}}),
	},
	{
		name: 'a POST form', kind: 'server', pageSize: 20,
		ask: ({skip}) => ({method: 'POST', url: 'https://console.example.com/console/serverlog/list', form: {appId, beginTime: String(day.since), endTime: String(day.until), current: String(skip / 20 + 1), size: '20', apiPath: '', errorCode: ''}}),
		answer: (served, {total: all}) => ({success: true, message: null, data: {rows: served.map(row => ({...serverRow(row), requestTime: row.time})), totalCount: all}}),
	},
	{
		name: 'JSON in a text of a form, and rows with long numbers as ids', kind: 'event', pageSize: 10,
		ask: ({skip}) => ({method: 'POST', url: 'https://console.example.com/gateway', form: {method: 'app.event.log.list', payload: JSON.stringify({appId, timeRange: [day.since / 1000, day.until / 1000], pageIndex: skip / 10, pageSize: 10, eventType: 'im.chat.updated_v1'})}}),
		answer: (served, {total: all}) => JSON.stringify({code: '0', data: {result: {records: served.map(row => ({id: `#7301${String(100_000_000_000_000 + row.index)}#`, event_type: 'im.chat.updated_v1', time: Math.floor(row.time / 1000), retry: 0, state: 'delivered'})), page: {total: all}}}}).replaceAll(/"#(\d+)#"/g, '$1'),
	},
	{
		name: 'local text of Shanghai, JSON in the query', kind: 'server', pageSize: 25,
		ask: ({skip}) => ({method: 'GET', url: `https://console.example.com/api/server-log/page?${new URLSearchParams({params: JSON.stringify({startDate: shanghai(day.since), endDate: shanghai(day.until - 1000)}), pageNum: String(skip / 25 + 1), rows: '25', app: appId}).toString()}`}),
		answer: (served, {total: all}) => ({retcode: 0, retmsg: 'OK', body: {dataList: served.map(row => ({...serverRow(row), createTime: row.time})), totalNum: all}}),
	},
	{
		name: 'local text in request and rows, one text for both ends', kind: 'event', pageSize: 20,
		ask: ({skip}) => ({method: 'GET', url: `https://console.example.com/audit/event/logs?range=${encodeURIComponent(`${shanghai(recordedAt - 86_400_000)},${shanghai(recordedAt)}`)}&skip=${skip}&take=20&clientId=${appId}`}),
		answer: (served, {total: all}) => ({ok: true, hits: {total: {value: all}, hits: served.map(row => ({_id: mark(row), _source: {eventName: 'contact.user.updated_v3', pushTime: shanghai(row.time), pushStatus: 'SUCCESS', costMs: 3}}))}}),
	},
];
