import {searchKinds, type SearchKind} from '../../src/sources/app-log-kinds.ts';
import {createSandbox, type ConsoleShapeName, type SandboxOptions, type SandboxRequest} from '../../src/sandbox/index.ts';
import {noon} from './client.ts';

export {searchKinds, type SearchKind};

/** A page of rows, whatever the shape: with the rows as they came and what they have in common. */
export interface ConsoleAnswer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	readonly body: Record<string, unknown>;
	readonly rows: ReadonlyArray<Record<string, unknown>>;
	readonly total: number | undefined;
	readonly more: boolean | undefined;
	readonly cursor: unknown;
}

export interface Asked {
	readonly start: number;
	readonly end: number;
	/** As the shape writes them. */
	readonly filters?: Readonly<Record<string, unknown>>;
	readonly index?: number;
	readonly size?: number;
	readonly cursor?: unknown;
	/** Beside or instead of the usual ones; undefined leaves one out. */
	readonly headers?: Readonly<Record<string, string | undefined>>;
	/** Put over the parameters. */
	readonly over?: Readonly<Record<string, unknown>>;
}

/** The paths of a search, shape by shape. */
export const consoleApiPaths: Readonly<Record<ConsoleShapeName, (kind: SearchKind) => string>> = {
	page: kind => `/developers/v1/log_search/cli_sandbox/${kind}`,
	offset: kind => `/developers/v1/logs/${kind === 'server' ? 'openapi' : kind}/cli_sandbox/records`,
	cursor: kind => `/developers/v1/monitor/cli_sandbox/${kind}-logs/query`,
};

/** What names a row, its time in milliseconds, and the app feature that a client search must choose. */
export const rowReading = {
	page: {id: 'id', time: (row: Record<string, unknown>) => Number(row['requestTime'] ?? row['pushTime'] ?? row['logTime']), feature: {appFeature: 'web_app'}},
	offset: {id: 'record_id', time: (row: Record<string, unknown>) => Number(row['ts']) * 1000, feature: {app_feature: '2'}},
	cursor: {id: 'id', time: (row: Record<string, unknown>) => Date.parse(String(row['occurredAt'])), feature: {appFeature: 'WEB_APP'}},
};

/** A sandbox with a clock that tests set, and somebody who is signed in to its console. */
export function createConsoleClient(shape: ConsoleShapeName, options: Partial<SandboxOptions> = {}) {
	const clock = {now: noon};
	const requests: SandboxRequest[] = [];
	const sandbox = createSandbox({
		now: () => clock.now, sleep: async () => undefined, rate: 'off', console: shape, recordsPerDay: 200, onRequest: request => requests.push(request), ...options,
	});
	const session = sandbox.consoleSession();
	const send = (path: string, init?: RequestInit) => sandbox.fetch(new Request(`http://sandbox.test${path}`, init));

	async function ask(kind: SearchKind, {start, end, filters, index = 0, size = 20, cursor, headers = {}, over = {}}: Asked): Promise<ConsoleAnswer> {
		const all = {cookie: session.cookie, [session.csrfHeader]: session.csrfToken, 'content-type': 'application/json', ...headers};
		const sent = Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined));
		const narrowed = filters ?? (kind === 'client' ? rowReading[shape].feature : {});
		const parameters = {
			page: {filter: {timeRange: {start, end}, ...narrowed}, page: {no: index + 1, size}, ...over},
			offset: {start_time: Math.floor(start / 1000), end_time: Math.floor(end / 1000), offset: index * size, limit: size, ...narrowed, ...over},
			cursor: {begin: new Date(start).toISOString(), finish: new Date(end).toISOString(), after: cursor ?? null, first: size, ...narrowed, ...over},
		}[shape];
		const path = consoleApiPaths[shape](kind);
		const pairs = Object.entries(parameters).flatMap(([name, value]) => [value].flat().map((entry: unknown): [string, string] => [name, typeof entry === 'string' ? entry : JSON.stringify(entry)]));
		const response = shape === 'offset'
			? await send(`${path}?${new URLSearchParams(pairs).toString()}`, {headers: sent})
			: await send(path, {method: 'POST', headers: sent, body: JSON.stringify(parameters)});
		return answerOf(response);
	}

	return {
		clock, sandbox, session, requests, send, ask,
		/** All rows of a range, page by page, in the order they came. */
		async all(kind: SearchKind, asked: Omit<Asked, 'index' | 'cursor'>): Promise<Array<Record<string, unknown>>> {
			const rows: Array<Record<string, unknown>> = [];
			let cursor: unknown;
			for (let index = 0; ; index++) {
				const answer = await ask(kind, {size: 50, ...asked, index, cursor, over: {...asked.over, ...(shape === 'offset' ? {limit: 100, offset: index * 100} : {})}});
				rows.push(...answer.rows);
				cursor = answer.cursor;
				if (!(answer.more ?? rows.length < (answer.total ?? 0))) return rows;
			}
		},
	};
}

async function answerOf(response: Response): Promise<ConsoleAnswer> {
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
	// Ids of 19 digits would be rounded; as texts they can be compared.
	const body = isJson ? JSON.parse(text.replaceAll(/"record_id":(\d+)/g, '"record_id":"$1"')) as Record<string, unknown> : {};
	const {data, result, payload} = body as Record<string, {list?: []; total?: number; records?: []; count?: string; nodes?: []; pageInfo?: {hasNext: boolean; endCursor: unknown}} | undefined>;
	const total = data?.total ?? result?.count;
	return {
		status: response.status, headers: response.headers, text, body,
		rows: data?.list ?? result?.records ?? payload?.nodes ?? [],
		total: total === undefined ? undefined : Number(total),
		more: payload?.pageInfo?.hasNext,
		cursor: payload?.pageInfo?.endCursor,
	};
}
