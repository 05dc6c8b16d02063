import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {RequestProfile, SearchProfile} from '../../src/console/profile.ts';
import type {Fetch} from '../../src/base/context.ts';
import {createSandbox, type ConsoleShapeName, type SandboxOptions, type SandboxRequest} from '../../src/sandbox/index.ts';
import {runCommand, type Ran} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

export const start = Date.UTC(2026, 10, 20, 12);
export const baseUrl = 'https://console.example';
export const cookie = 'console_session=XN0YXJ0-0123456789abcdef; console_csrf_token=5eba7f6a0c1d2e3f; lang=zh';
export const session = {FEISHU_CONSOLE_COOKIE: cookie, FEISHU_CONSOLE_CSRF_TOKEN: 'given-csrf-token-1'};

export function temporaryDirectory(): string {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-app-log-'));
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return path;
}

/** A file with a profile in it. JSON is YAML too. */
export function profileFile(profile: RequestProfile): string {
	const path = join(temporaryDirectory(), 'profile.yaml');
	writeFileSync(path, JSON.stringify(profile));
	return path;
}

/** Runs `feishu-app-log`, against a profile unless the arguments name one; its console is one that the user named, unless that is what the test is about. */
export async function searchLog(args: readonly string[], {profile, isNamed = true, env, clock = new VirtualClock(start), ...options}: {
	fetch: Fetch; profile?: RequestProfile; isNamed?: boolean; env?: Record<string, string>; clock?: VirtualClock; cwd?: string;
}): Promise<Ran> {
	const named = profile === undefined || !isNamed || args.includes('--base-url') || args.includes('--host') ? [] : ['--base-url', profile.base_url];
	return runCommand(['feishu-app-log', ...args, ...named, ...(profile === undefined ? [] : ['--request-profile', profileFile(profile)])], {
		...options, clock, env: {XDG_DATA_HOME: '/nonexistent', FEISHU_APP_ID: 'cli_sandbox', ...session, ...env},
	});
}

/** How each shape of the stand-in is asked and answers, as somebody would write it down by hand. */
export const shapes: Readonly<Record<ConsoleShapeName, RequestProfile>> = {
	page: {
		version: 1, base_url: baseUrl, session: {csrf_header: 'X-CSRF-Token', csrf_cookie: 'console_csrf_token'},
		searches: {
			event: {
				request: {
					method: 'POST', path: '/developers/v1/log_search/{app_id}/event',
					json: {filter: {timeRange: {start: '{since}', end: '{until}'}, eventType: '{event_type}', status: '{status}', errorMessage: '{error_message}'}, page: {no: '{page}', size: '{page_size}'}},
				},
				time: {as: 'milliseconds', until: 'inclusive'},
				pages: {style: 'page', size: 100},
				response: {rows: 'data.list', id: 'id', time: {at: 'pushTime', as: 'milliseconds'}, total: 'data.total', success: {at: 'code', is: [0]}, message: 'msg'},
				filters: {status: {as: 'list', otherwise: [], values: {success: 'success', failed: 'failed'}}, event_type: {otherwise: ''}},
				fields: {event_id: 'eventId'},
				rate: '50/1s',
			},
			client: {
				request: {
					method: 'POST', path: '/developers/v1/log_search/{app_id}/client',
					json: {filter: {timeRange: {start: '{since}', end: '{until}'}, appFeature: '{app_feature}', openId: '{user_open_id}', status: '{status}', keywords: '{keyword}'}, page: {no: '{page}', size: '{page_size}'}},
				},
				time: {as: 'milliseconds', until: 'inclusive'},
				pages: {style: 'page', size: 100},
				response: {rows: 'data.list', id: 'id', time: {at: 'logTime', as: 'milliseconds'}, total: 'data.total', success: {at: 'code', is: [0]}, message: 'msg'},
				filters: {status: {as: 'list', values: {success: 'success', failed: 'failed'}}, keyword: {as: 'list'}, app_feature: {values: {'mini-program': 'mini_program', 'web-app': 'web_app', 'widget': 'widget'}}},
				rate: '50/1s',
			},
		},
	},
	offset: {
		version: 1, base_url: baseUrl, session: {csrf_header: 'x-xsrf-token', csrf_cookie: 'console_csrf_token'},
		searches: {
			event: {
				request: {
					method: 'GET', path: '/developers/v1/logs/event/{app_id}/records',
					query: {start_time: '{since}', end_time: '{until}', offset: '{offset}', limit: '{page_size}', event_type: '{event_type}', status: '{status}', err_msg: '{error_message}'},
				},
				time: {as: 'seconds'},
				pages: {style: 'offset', size: 100, max_size: 200},
				response: {rows: 'result.records', id: 'record_id', time: {at: 'ts', as: 'seconds'}, total: 'result.count', success: {at: 'errno', is: [0]}, message: 'errmsg'},
				filters: {status: {as: 'list', values: {success: 1, failed: 2}}},
				fields: {event_id: 'event_id'},
				rate: '50/1s',
			},
		},
	},
	cursor: {
		version: 1, base_url: baseUrl, session: {csrf_header: 'x-csrf-token', csrf_cookie: 'console_csrf_token'},
		searches: {
			event: {
				request: {
					method: 'POST', path: '/developers/v1/monitor/{app_id}/event-logs/query',
					json: {begin: '{since}', finish: '{until}', after: '{cursor}', first: '{page_size}', eventType: '{event_type}', statuses: '{status}', errorMessage: '{error_message}'},
				},
				time: {as: 'YYYY-MM-DDTHH:mm:ss.SSSZ', until: 'exclusive'},
				pages: {style: 'cursor', size: 50},
				response: {
					rows: 'payload.nodes', id: 'id', time: {at: 'occurredAt', as: 'YYYY-MM-DDTHH:mm:ss.SSSZ'}, more: 'payload.pageInfo.hasNext', cursor: 'payload.pageInfo.endCursor',
					success: {at: 'success', is: [true]}, expired: {at: 'error.code', is: ['NOT_SIGNED_IN']}, message: 'error.message',
				},
				filters: {status: {as: 'list', values: {success: 'SUCCESS', failed: 'FAILED'}}},
				fields: {event_id: 'eventId'},
				rate: '50/1s',
			},
		},
	},
};

export const shapeNames = ['page', 'offset', 'cursor'] as const;

/** A stand-in for the console on a virtual clock, and somebody who is signed in to it. */
export function standIn(shape: ConsoleShapeName, {clock = new VirtualClock(start), ...options}: Partial<SandboxOptions> & {clock?: VirtualClock} = {}) {
	const requests: SandboxRequest[] = [];
	const sandbox = createSandbox({
		now: clock.now, sleep: clock.sleep, rate: 'off', console: shape, recordsPerDay: 150, ...options,
		onRequest: request => {
			if (request.source !== undefined) requests.push(request);
		},
	});
	const {cookie: signedIn} = sandbox.consoleSession();
	const fetch: Fetch = async (input, init) => sandbox.fetch(new Request(input, init));
	return {sandbox, clock, requests, fetch, env: {FEISHU_CONSOLE_COOKIE: signedIn, FEISHU_CONSOLE_CSRF_TOKEN: ''}};
}

/** A request as a fake console sees it. */
export interface Asked {
	readonly url: URL;
	readonly headers: Headers;
	readonly text: string;
}

/** A console that answers as it is told, and what it was asked. */
export function fakeConsole(answer: (asked: Asked, index: number) => unknown): {fetch: Fetch; seen: Asked[]} {
	const seen: Asked[] = [];
	return {
		seen,
		async fetch(input, init) {
			const request = new Request(input, init);
			const asked = {url: new URL(request.url), headers: request.headers, text: await request.text()};
			seen.push(asked);
			const answered = answer(asked, seen.length - 1);
			return answered instanceof Response ? answered : new Response(typeof answered === 'string' ? answered : JSON.stringify(answered));
		},
	};
}

/** A profile of one small search; each test changes what it is about. */
export function eventProfile(changes: Partial<SearchProfile> = {}, others: Partial<RequestProfile> = {}): RequestProfile {
	return {
		version: 1, base_url: baseUrl, session: {csrf_header: 'x-csrf-token'},
		searches: {
			event: {
				request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', page: '{page}', size: '{page_size}'}},
				time: {as: 'seconds', until: 'inclusive'},
				pages: {style: 'page', size: 10},
				response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, total: 'data.total'},
				rate: '1000/1s',
				...changes,
			},
		},
		...others,
	};
}
