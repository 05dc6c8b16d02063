import {createSandbox, type SandboxOptions} from '../../src/sandbox/index.ts';
import {sourceFiles, sources} from '../../src/sources/index.ts';
import type {SourceDefinition, SourceFile} from '../../src/sources/types.ts';
import {vendors} from '../../src/sources/vendors/index.ts';

/** Noon of a day in 2026, in Unix milliseconds; tests move it. */
export const noon = Date.UTC(2026, 2, 4, 12);

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	/** The body as JSON, loosely typed: tests look into it freely. */
	readonly body: Body;
}

interface Body {
	readonly code: number;
	readonly msg?: string;
	readonly message?: string;
	readonly request_id?: string;
	readonly tenant_access_token?: string;
	readonly expire?: number;
	readonly data?: {
		readonly items: ReadonlyArray<Record<string, unknown>>;
		readonly page_token?: string;
		readonly has_more?: boolean;
		readonly total?: string;
		readonly pagination?: {readonly page: number; readonly page_size: number; readonly total: number; readonly total_pages: number};
		readonly access_token?: string;
		readonly expires_in?: number;
	};
}

/** A sandbox with a clock that tests set, and a client that asks it as the vendors document. */
export function createTestClient(options: Partial<SandboxOptions> = {}, files: readonly SourceFile[] = Object.values(sourceFiles)) {
	const clock = {now: noon};
	const sandbox = createSandbox({now: () => clock.now, sleep: async () => undefined, rate: 'off', ...options}, files);
	const client = {
		clock,
		sandbox,
		send: async (path: string, init?: RequestInit) => answerOf(await sandbox.fetch(new Request(`http://sandbox.test${path}`, init))),
		async exchange(vendor: 'feishu' | 'trae', credentials: object = sandbox.credentials[vendor]) {
			const {appId, appSecret} = {...sandbox.credentials[vendor], ...credentials};
			return client.send(vendors[vendor].exchange.path, {
				method: 'POST',
				headers: {'content-type': 'application/json'},
				body: JSON.stringify({app_id: appId, app_secret: appSecret}),
			});
		},
		async token(vendor: 'feishu' | 'trae'): Promise<string> {
			const {body} = await client.exchange(vendor);
			return body.tenant_access_token ?? body.data?.access_token ?? '';
		},
		/** Asks a source's API; obtains a token unless one is given. */
		async ask(source: SourceDefinition, parameters: Record<string, unknown>, token?: string, places: Readonly<Record<string, string>> = {}) {
			const own = async () => source.auth === 'user' ? sandbox.signIn([source.scope]).accessToken : client.token(source.vendor);
			const authorization = `Bearer ${token ?? await own()}`;
			const {method} = source.endpoint;
			const path = Object.entries({...sandbox.places[source.vendor], ...places}).reduce((inner, [name, place]) => inner.replace(`:${name}`, encodeURIComponent(place)), source.endpoint.path);
			if (method === 'POST') {
				return client.send(path, {method, headers: {authorization, 'content-type': 'application/json; charset=utf-8'}, body: JSON.stringify(parameters)});
			}
			const pairs = Object.entries(parameters).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((entry): [string, string] => [name, String(entry)]));
			return client.send(`${path}?${new URLSearchParams(pairs).toString()}`, {headers: {authorization}});
		},
		feishu: (parameters: Record<string, unknown> = {}, token?: string) => client.ask(sources['feishu-openapi'], parameters, token),
		trae: (parameters: Record<string, unknown>, token?: string) => client.ask(sources['trae-openapi'], parameters, token),
		/** All ids of a Feishu query, page by page, in the order they came. */
		async allFeishu(parameters: Record<string, unknown>): Promise<string[]> {
			const ids: string[] = [];
			for (let pageToken: string | undefined; ;) {
				const {body} = await client.feishu({...parameters, ...(pageToken === undefined ? {} : {page_token: pageToken})});
				ids.push(...itemsOf(body).map(item => String(item['id'])));
				pageToken = body.data?.page_token;
				if (body.data?.has_more !== true) return ids;
			}
		},
		/** All ids of a Trae query, page by page, in the order they came. */
		async allTrae(parameters: Record<string, unknown>): Promise<string[]> {
			const ids: string[] = [];
			for (let page = 1; ; page++) {
				const {body} = await client.trae({...parameters, page});
				ids.push(...itemsOf(body).map(item => String(item['log_id'])));
				if (page >= (body.data?.pagination?.total_pages ?? 0)) return ids;
			}
		},
	};
	return client;
}

export function itemsOf(body: Answer['body']): ReadonlyArray<Record<string, unknown>> {
	if (body.data === undefined) throw new Error(`refused with code ${body.code}`);
	return body.data.items;
}

async function answerOf(response: Response): Promise<Answer> {
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
	return {status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {code: -1}};
}


/** A promise and what settles it; Node 20 has no `Promise.withResolvers`. */
export function withResolvers<T>(): {promise: Promise<T>; resolve: (value: T) => void} {
	const settlers: Array<(value: T) => void> = [];
	const promise = new Promise<T>(resolve => settlers.push(resolve));
	return {promise, resolve: value => settlers[0]?.(value)};
}
