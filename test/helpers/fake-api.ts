import type {Fetch} from '../../src/base/context.ts';

/** A row of a fake API: `time` in seconds. */
export interface FakeRow {
	readonly id: string;
	readonly time: number;
}

/** How a fake API reads its time range and orders its rows: what the vendors' documents leave open. */
export interface Reading {
	readonly start?: 'inclusive' | 'exclusive';
	readonly end?: 'inclusive' | 'exclusive';
	readonly order?: 'ascending' | 'descending';
}

/** One request as a fake API saw it. */
export interface Seen {
	readonly path: string;
	readonly parameters: Record<string, unknown>;
	readonly authorization: string | null;
}

export interface FakeApi {
	readonly fetch: Fetch;
	/** Requests for rows, in order of arrival. */
	readonly seen: Seen[];
	/** Token exchanges. */
	readonly exchanges: Seen[];
}

/** Answers instead of the fake API: return undefined to let it answer itself. `index` counts requests for rows from 0. */
export type Intervene = (seen: Seen, index: number) => Response | Promise<Response> | undefined;

const json = (body: unknown, init?: ResponseInit) => new Response(JSON.stringify(body), init);

function select(rows: readonly FakeRow[], start: number, end: number, reading: Reading): FakeRow[] {
	const selected = rows.filter(({time}) =>
		(reading.start === 'exclusive' ? time > start : time >= start) && (reading.end === 'exclusive' ? time < end : time <= end));
	return selected.toSorted((a, b) => reading.order === 'descending' ? b.time - a.time : a.time - b.time);
}

async function look(input: Parameters<Fetch>[0], init?: RequestInit): Promise<Seen> {
	const request = new Request(input, init);
	const url = new URL(request.url);
	const body = await request.text();
	return {
		path: url.pathname,
		parameters: body === '' ? Object.fromEntries(url.searchParams) : JSON.parse(body) as Record<string, unknown>,
		authorization: request.headers.get('authorization'),
	};
}

/** A Feishu-like API over fixed rows: page tokens, seconds, a POST body. */
export function fakeFeishu(rows: readonly FakeRow[], {intervene, ...reading}: Reading & {intervene?: Intervene} = {}): FakeApi {
	const api: FakeApi = {
		seen: [],
		exchanges: [],
		async fetch(input, init) {
			const seen = await look(input, init);
			if (seen.path.includes('tenant_access_token')) {
				api.exchanges.push(seen);
				return json({code: 0, msg: 'ok', tenant_access_token: `t-${api.exchanges.length}`, expire: 7200});
			}
			api.seen.push(seen);
			const other = await intervene?.(seen, api.seen.length - 1);
			if (other !== undefined) return other;
			const {start_time: start, end_time: end, page_size: size, page_token: token} = seen.parameters as Record<string, number> & {page_token?: string};
			const offset = token === undefined ? 0 : Number(token.slice(1));
			const selected = select(rows, start ?? 0, end ?? 0, reading);
			const items = selected.slice(offset, offset + (size ?? 20)).map(({id, time}) => ({id, event_time: time, log_detail: {status_code: 200}}));
			const next = offset + items.length;
			const more = next < selected.length;
			return json({code: 0, msg: 'success', data: {items, has_more: more, ...(more ? {page_token: `p${next}`} : {})}});
		},
	};
	return api;
}

/** A Trae-like API over fixed or moving rows: page numbers and totals, seconds, a query string. */
export function fakeTrae(rows: readonly FakeRow[] | (() => readonly FakeRow[]), {intervene, ...reading}: Reading & {intervene?: Intervene} = {}): FakeApi {
	const api: FakeApi = {
		seen: [],
		exchanges: [],
		async fetch(input, init) {
			const seen = await look(input, init);
			if (seen.path.endsWith('/token')) {
				api.exchanges.push(seen);
				return json({code: 0, message: 'success', data: {access_token: `token-${api.exchanges.length}`, expires_in: 7200}});
			}
			api.seen.push(seen);
			const other = await intervene?.(seen, api.seen.length - 1);
			if (other !== undefined) return other;
			const [start = 0, end = 0, page = 1, size = 50] = ['start_time', 'end_time', 'page', 'page_size'].map(name => Number(seen.parameters[name]));
			const selected = select(typeof rows === 'function' ? rows() : rows, start, end, reading);
			const items = selected.slice((page - 1) * size, page * size).map(({id, time}) => ({log_id: id, operation_time: time}));
			return json({code: 0, message: 'success', request_id: 'r', data: {items, pagination: {page, page_size: size, total: selected.length, total_pages: Math.ceil(selected.length / size)}}});
		},
	};
	return api;
}
