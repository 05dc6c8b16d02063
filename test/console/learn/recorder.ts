/** Writes HAR recordings as browsers do. */

export interface RecordedRequest {
	readonly method: 'GET' | 'POST';
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** An object is sent as JSON, pairs as a form. */
	readonly json?: unknown;
	readonly form?: Readonly<Record<string, string>>;
	readonly cookies?: Readonly<Record<string, string>>;
	/** Unix milliseconds. */
	readonly at?: number;
}

export interface RecordedAnswer {
	readonly status?: number;
	/** The text, or a value that becomes JSON. */
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
	readonly cookies?: Readonly<Record<string, string>>;
	readonly isBase64?: boolean;
	/** Chrome's "save without content". */
	readonly withoutContent?: boolean;
}

/** 2026-11-20T08:00:00Z, when the recordings are made. */
export const recordedAt = Date.UTC(2026, 10, 20, 8);

const pairs = (members: Readonly<Record<string, string>> = {}) => Object.entries(members).map(([name, value]) => ({name, value}));

/** One entry of `log.entries`. */
export function entry(request: RecordedRequest, answer: RecordedAnswer = {}): unknown {
	const {method, url, headers, json, form, cookies, at = recordedAt} = request;
	const text = json !== undefined ? JSON.stringify(json) : form !== undefined ? new URLSearchParams(form).toString() : undefined;
	const mimeType = json !== undefined ? 'application/json;charset=UTF-8' : 'application/x-www-form-urlencoded';
	const body = answer.body === undefined || typeof answer.body === 'string' ? answer.body ?? '' : JSON.stringify(answer.body);
	const cookie = cookies === undefined ? {} : {cookie: Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ')};
	return {
		_initiator: {type: 'script', stack: {callFrames: []}},
		startedDateTime: new Date(at).toISOString(),
		time: 12.5,
		request: {
			method, url, httpVersion: 'http/2.0', headersSize: -1, bodySize: text?.length ?? 0, queryString: [],
			headers: pairs({':authority': new URL(url).host, 'accept': 'application/json', 'user-agent': 'Mozilla/5.0', ...cookie, ...headers}),
			cookies: pairs(cookies),
			...(text === undefined ? {} : {postData: {mimeType, text}}),
		},
		response: {
			status: answer.status ?? 200, statusText: '', httpVersion: 'http/2.0', headersSize: -1, bodySize: -1, redirectURL: '',
			headers: pairs({'content-type': 'application/json', ...answer.headers}),
			cookies: pairs(answer.cookies),
			content: {
				size: body.length, mimeType: 'application/json',
				...(answer.withoutContent === true ? {} : answer.isBase64 === true ? {text: Buffer.from(body).toString('base64'), encoding: 'base64'} : {text: body}),
			},
		},
		cache: {},
		timings: {send: 0, wait: 10, receive: 2},
	};
}

/** A whole recording. */
export function har(entries: readonly unknown[]): string {
	return JSON.stringify({log: {version: '1.2', creator: {name: 'WebInspector', version: '537.36'}, pages: [], entries}});
}

/** Requests that any console makes besides a search: none of them may be taken for one. */
export function noise(origin: string, count = 50): unknown[] {
	const now = recordedAt;
	const makers: ReadonlyArray<(index: number) => unknown> = [
		index => entry({method: 'GET', url: `${origin}/static/js/chunk-${index}.js`}, {body: `!function(){var n=${index}}()`}),
		index => entry({method: 'POST', url: `https://mcs.example.net/list?aid=${index}`, json: [{events: [{event: 'predefine_pageview', local_time_ms: now, params: '{}'}], user: {user_unique_id: '7301'}}]}, {body: {e: 0, server_time: now}}),
		() => entry({method: 'GET', url: `${origin}/api/v1/apps?page=1&page_size=20&_t=${now}`}, {body: {code: 0, data: {total: 2, apps: [{app_id: 'cli_a1', name: 'one', update_time: now - 5000}, {app_id: 'cli_a2', name: 'two', update_time: now - 9000}]}}}),
		() => entry({method: 'GET', url: `${origin}/api/v1/user/info`}, {body: {code: 0, data: {name: 'Somebody', email: 'somebody@example.com', roles: [{id: 1, name: 'admin'}]}}}),
		() => entry({method: 'POST', url: `${origin}/api/v1/app/statistics`, json: {start_time: now - 86_400_000, end_time: now, metric: 'calls'}}, {body: {code: 0, data: {points: Array.from({length: 24}, (_, hour) => ({time: now - (24 - hour) * 3_600_000, count: hour}))}}}),
		() => entry({method: 'GET', url: `${origin}/api/v1/overview?start=${Math.floor(now / 1000) - 86_400}&end=${Math.floor(now / 1000)}`}, {body: {code: 0, data: {list: [{name: 'success', value: 10}, {name: 'failed', value: 2}]}}}),
		() => entry({method: 'GET', url: `${origin}/api/v1/config/gray`}, {body: {code: 0, data: {flags: [{key: 'new_ui', on: true}]}}}),
		() => entry({method: 'GET', url: `${origin}/favicon.ico`}, {status: 304}),
		() => entry({method: 'POST', url: `${origin}/api/v1/i18n`, json: {keys: ['a', 'b']}}, {body: {a: 'A', b: 'B'}}),
		() => entry({method: 'GET', url: `${origin}/api/v1/notice/list?from=${now - 7 * 86_400_000}&to=${now}`}, {body: {code: 0, data: {list: []}}}),
	];
	return Array.from({length: count}, (_, index) => makers[index % makers.length]?.(index));
}
