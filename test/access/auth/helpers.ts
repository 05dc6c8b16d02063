import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {serve} from '@hono/node-server';
import {Command} from 'commander';
import {onTestFinished} from 'vitest';
import {createFileStore, type TokenStore} from '../../../src/access/auth/token-store.ts';
import type {Session, SessionKey} from '../../../src/access/auth/session.ts';
import {mountAuth} from '../../../src/commands/auth-options.ts';
import type {Context} from '../../../src/base/context.ts';
import {ExportError} from '../../../src/base/errors.ts';
import {Masker} from '../../../src/json/secrets/masker.ts';
import {memoryStream} from '../../helpers/context.ts';
import {VirtualClock} from '../../helpers/virtual-clock.ts';

export const app = {id: 'cli_test', secret: 'app-secret-value'};
export const baseUrl = 'http://127.0.0.1:1';
export const key: SessionKey = {baseUrl, appId: app.id, profile: undefined};

export const start = Date.UTC(2026, 10, 20, 12);

export function temporaryDirectory(): string {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-auth-'));
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return path;
}

/** A context on a virtual clock whose data directory is temporary. */
export function createContext({clock = new VirtualClock(start), ...overrides}: Partial<Context> & {clock?: VirtualClock} = {}): Context & {
	clock: VirtualClock; stdout: ReturnType<typeof memoryStream>; stderr: ReturnType<typeof memoryStream>;
} {
	const {env, ...others} = overrides;
	const data = env?.['XDG_DATA_HOME'] ?? temporaryDirectory();
	return {
		env: {XDG_CONFIG_HOME: '/nonexistent', XDG_DATA_HOME: data, FEISHU_APP_ID: app.id, FEISHU_APP_SECRET: app.secret, ...env},
		cwd: '/',
		fetch: async () => {
			throw new Error('no request was expected');
		},
		now: clock.now,
		monotonic: clock.now,
		sleep: clock.sleep,
		random: () => 0.5,
		masker: new Masker(),
		signal: new AbortController().signal,
		...others,
		clock,
		stdout: memoryStream(),
		stderr: memoryStream(),
	};
}

/** The clock and timers of the real world, for tests that wait for sockets. */
export const realTime = {
	now: Date.now,
	monotonic: () => performance.now(),
	sleep: async (ms: number, signal?: AbortSignal) => new Promise<void>((resolve, reject) => {
		if (signal?.aborted === true) {
			reject(signal.reason as Error);
			return;
		}
		const timer = setTimeout(resolve, ms);
		signal?.addEventListener('abort', () => {
			clearTimeout(timer);
			reject(signal.reason as Error);
		}, {once: true});
	}),
};

export interface SeenRequest {
	readonly path: string;
	readonly fields: Record<string, string>;
	readonly type: string;
	readonly authorization: string | null;
}

/** The sign-in service in memory: single-use refresh tokens, codes bound to a PKCE challenge, a queue of other answers. */
export class FakeService {
	readonly seen: SeenRequest[] = [];
	/** Every token ever issued, for scans. */
	readonly issued: string[] = [];
	/** Answers given first, in order; `undefined` lets the service answer itself. */
	readonly queue: Array<Response | undefined> = [];
	/** Codes by value, with their challenge. */
	readonly codes = new Map<string, string>();
	/** The refresh token that still works. */
	refreshToken: string | undefined;
	accessLifeSeconds = 7200;
	/** Whether answers name a scope, a new refresh token and a code. */
	scope = 'offline_access app_engine:security.audit_log:read';
	offline = true;
	/** Runs before the answer to a refresh leaves, after the token was used up. */
	beforeRefreshAnswer: (() => Promise<void>) | undefined;

	get refreshes(): SeenRequest[] {
		return this.seen.filter(({fields}) => fields['grant_type'] === 'refresh_token');
	}

	/** Issues tokens as if a user had signed in. */
	issue(): {access_token: string; refresh_token: string} {
		const number = this.issued.length / 2 + 1;
		const tokens = {access_token: `u-access-${number}-${'x'.repeat(40)}`, refresh_token: `r-refresh-${number}-${'y'.repeat(40)}`};
		this.issued.push(tokens.access_token, tokens.refresh_token);
		this.refreshToken = tokens.refresh_token;
		return tokens;
	}

	readonly fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
		const request = new Request(input, init);
		const text = await request.text();
		const type = request.headers.get('content-type') ?? '';
		const fields: Record<string, string> = type.includes('json') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
		const seen = {path: new URL(request.url).pathname, fields, type, authorization: request.headers.get('authorization')};
		this.seen.push(seen);
		return this.queue.shift() ?? this.#answer(seen);
	};

	async #answer({path, fields, authorization}: SeenRequest): Promise<Response> {
		switch (path) {
			case '/oauth/v3/token': return this.#token(fields);
			case '/oauth/v1/device_authorization': return Response.json({device_code: 'device-code-secret', user_code: 'ABCD-EFGH', verification_uri: 'https://accounts.example/verify', verification_uri_complete: 'https://accounts.example/verify?code=ABCD-EFGH', expires_in: 240, interval: 5});
			case '/oauth/v1/revoke':
				this.refreshToken = undefined;
				return new Response(null, {status: 200});
			case '/open-apis/authen/v1/user_info':
				return authorization === `Bearer ${this.issued.at(-2)}`
					? Response.json({code: 0, msg: 'success', data: {name: '张三', open_id: 'ou_1'}})
					: Response.json({code: 99991668, msg: 'invalid'});
			default: return new Response('not found', {status: 404});
		}
	}

	async #token(fields: Record<string, string>): Promise<Response> {
		if (fields['client_id'] !== app.id || fields['client_secret'] !== app.secret) return refusal(20002, 'invalid_client');
		switch (fields['grant_type'] ?? '') {
			case 'authorization_code': {
				const challenge = this.codes.get(fields['code'] ?? '');
				this.codes.delete(fields['code'] ?? '');
				if (challenge === undefined) return refusal(20003, 'invalid_grant');
				if (createHash('sha256').update(fields['code_verifier'] ?? '').digest('base64url') !== challenge) return refusal(20049, 'invalid_grant');
				return this.#tokens();
			}
			case 'refresh_token': {
				if (fields['refresh_token'] !== this.refreshToken) return refusal(20073, 'invalid_grant');
				const answer = this.#tokens();
				await this.beforeRefreshAnswer?.();
				return answer;
			}
			case 'urn:ietf:params:oauth:grant-type:device_code': return this.#tokens();
			default: return refusal(20036, 'unsupported_grant_type');
		}
	}

	#tokens(): Response {
		const {access_token, refresh_token} = this.issue();
		return Response.json({
			code: '0', access_token, expires_in: this.accessLifeSeconds, scope: this.scope,
			...(this.offline ? {refresh_token, refresh_token_expires_in: 604_800} : {}),
		});
	}
}

export function refusal(code: number, error: string, status = 400): Response {
	return Response.json({code, error, error_description: `refused as ${code}`}, {status});
}

/** Serves the service on loopback, for other processes. */
export async function serveService(service: Pick<FakeService, 'fetch'>): Promise<string> {
	return new Promise(resolve => {
		const server = serve({fetch: async request => service.fetch(request), port: 0, hostname: '127.0.0.1'}, ({port}) => {
			resolve(`http://127.0.0.1:${port}`);
		});
		onTestFinished(async () => new Promise(closed => {
			server.close(() => {
				closed();
			});
			if ('closeAllConnections' in server) server.closeAllConnections();
		}));
	});
}

/** A stored session whose access token ends in `leftMs`. */
export function sessionOf(tokens: {access_token: string; refresh_token: string}, {now = start, leftMs = -1000, ...overrides}: {now?: number; leftMs?: number} & Partial<Session> = {}): Session {
	return {
		base_url: baseUrl, app_id: app.id, profile: null,
		...tokens,
		issued_at: new Date(now + leftMs - 7_200_000).toISOString(),
		access_expires_at: new Date(now + leftMs).toISOString(),
		refresh_expires_at: new Date(now + 604_800_000).toISOString(),
		scopes: ['offline_access', 'app_engine:security.audit_log:read'],
		saved_at: new Date(now - 1000).toISOString(),
		...overrides,
	};
}

export function storeOf(context: Context, warnings: string[] = []): TokenStore {
	return createFileStore({context, warn: message => warnings.push(message)});
}

export async function put(store: TokenStore, session: Session, under: SessionKey = key): Promise<void> {
	await store.exclusively(async () => store.write(under, session));
}

/** Runs a line of `auth …` in this process. */
export async function runAuth(args: readonly string[], context: ReturnType<typeof createContext>): Promise<{error: ExportError | undefined; stdout: string; stderr: string}> {
	const program = new Command('audit-export').exitOverride();
	mountAuth(program, context);
	const outcome = await program.parseAsync(['node', 'audit-export', 'auth', ...args]).then(() => undefined, (error: unknown) => error);
	if (outcome !== undefined && !(outcome instanceof ExportError)) throw outcome;
	// As the process edge writes it.
	const told = outcome === undefined ? '' : context.masker.mask(`error: ${outcome.message}\nhint: ${outcome.hint ?? ''}\n`);
	return {error: outcome, stdout: context.stdout.text(), stderr: `${context.stderr.text()}${told}`};
}
