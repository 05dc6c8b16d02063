import type {Context, Fetch} from '../../base/context.ts';
import type {Log} from '../../base/log.ts';
import {vendorJudge} from '../../http/answer.ts';
import {createClient} from '../../http/client.ts';
import {decodeBody, readBody} from '../../http/read-body.ts';
import {showAnswer, showRequest} from '../../http/show-exchange.ts';
import {depthOf} from '../../json/depth.ts';
import {parseJson} from '../../json/parse.ts';
import {valueAt, wholeNumber} from '../../json/value.ts';
import {feishu} from '../../sources/vendors/feishu.ts';
import type {VendorDefinition} from '../../sources/vendors/types.ts';
import type {Endpoint} from './endpoints.ts';

/** A definite answer of an OAuth endpoint: a success, or a refusal that asking again does not change. */
export interface OAuthAnswer {
	readonly ok: boolean;
	/** What was asked, for messages: `auth: POST /oauth/v3/token`. */
	readonly label: string;
	readonly status: number;
	/** The vendor's code, where there is one that is not 0. */
	readonly code: number | undefined;
	/** The OAuth error, such as `invalid_grant`. */
	readonly error: string | undefined;
	/** The server's words for it, with known secrets masked. */
	readonly description: string | undefined;
	readonly trace: string | undefined;
	readonly body: unknown;
}

export interface OAuthClientOptions {
	readonly context: Context;
	/** Starts every message. Default `auth`. */
	readonly name?: string | undefined;
	/** Milliseconds an attempt may take. Default 30 000. */
	readonly timeoutMs?: number | undefined;
	/** Attempts after the first, for failures that pass. Default 3. */
	readonly retries?: number | undefined;
	readonly debug?: Log['debug'];
}

export interface PostOptions {
	/** How the fields are sent. Default `json`. */
	readonly encoding?: 'json' | 'form';
	/** User and password of HTTP Basic. */
	readonly basic?: readonly [string, string];
}

/** Asks OAuth endpoints. */
export interface OAuthClient {
	/**
	 * @throws NetworkError, ApiError when there is no definite answer after the retries; the signal's reason when interrupted
	 */
	post(endpoint: Endpoint, fields: Readonly<Record<string, string>>, options?: PostOptions): Promise<OAuthAnswer>;
}

/** What the token endpoint answers when the same request may succeed a little later. */
const passingErrors: VendorDefinition['errors'] = {
	20050: {verdict: 'retry', meaning: 'internal error of the sign-in service'},
	20072: {verdict: 'retry', meaning: 'the sign-in service is temporarily unavailable'},
};

const vendor: VendorDefinition = {...feishu, errors: {...feishu.errors, ...passingErrors}};

/** Tokens and refusals are small and flat. */
const mostAnswerBytes = 4 * 2 ** 20;

const deepestAnswer = 100;

/** The states that a device polls through, whatever the HTTP status. */
const pollingStates = new Set(['authorization_pending', 'slow_down']);

/** A client over the program's own: the same retries, time limits and way out; redirects are refused. */
export function createOAuthClient({context, name = 'auth', timeoutMs = 30_000, retries = 3, debug}: OAuthClientOptions): OAuthClient {
	return {
		async post(endpoint, fields, options = {}) {
			const label = `${name}: POST ${endpoint.path}`;
			const client = createClient({
				context: {...context, fetch: adapt(context, {fields, name, label, debug, ...options})},
				judge: vendorJudge(vendor, context), baseUrl: endpoint.baseUrl, name, timeoutMs, retries,
				counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
				// Without `debug`, which would see the envelope: the adapter tells of the answer itself.
			});
			const {body} = await client.send({method: 'POST', path: endpoint.path, body: fields});
			return toAnswer(label, body, context);
		},
	};
}

/**
 * A `fetch` that speaks OAuth to the server and the API's language to the client: its success needs `"code": 0`, which
 * OAuth answers may lack, and it does not hand out the body of a refusal. So every definite answer is put into an
 * envelope that it takes for a success; all others pass as they are, to be retried or refused there.
 */
function adapt({fetch, masker, monotonic}: Pick<Context, 'fetch' | 'masker' | 'monotonic'>, {fields, name, label, debug, encoding = 'json', basic}: {
	fields: Readonly<Record<string, string>>; name: string; label: string; debug: Log['debug'];
} & PostOptions): Fetch {
	return async (input, init) => {
		const request = new Request(input, init);
		if (basic !== undefined) request.headers.set('authorization', `Basic ${Buffer.from(basic.join(':')).toString('base64')}`);
		if (encoding === 'form') request.headers.set('content-type', 'application/x-www-form-urlencoded');
		const body = encoding === 'form' ? new URLSearchParams(fields).toString() : JSON.stringify(fields);
		debug?.(`${name}: ${showRequest({method: 'POST', url: request.url, headers: Object.fromEntries(request.headers), body}, masker)}`);
		const sentAt = monotonic();
		const response = await fetch(request.url, {...init, method: request.method, headers: request.headers, body, redirect: 'manual', signal: request.signal});
		const text = decodeBody(await readBody(response, label, mostAnswerBytes, 'check --base-url and --host: this does not look like the place to sign in')).text;
		const parsed = parseObject(text);
		const definite = parsed !== undefined && isDefinite(response.status, parsed);
		debug?.(`${label}: ${showAnswer(response, {bytes: Buffer.byteLength(text), ms: monotonic() - sentAt, code: definite ? wholeNumber(valueAt(parsed, ['code'])) : undefined})}`);
		// What is quoted from it is cut to a length, and the beginning of a secret would no longer be known as one.
		if (!definite) return new Response(text === '' ? null : masker.mask(text), {status: response.status, headers: response.headers});
		return Response.json({code: 0, status: response.status, trace: traceOf(response.headers), body: parsed});
	};
}

function isDefinite(status: number, body: object): boolean {
	const code = wholeNumber(valueAt(body, ['code']));
	const verdict = code === undefined ? undefined : vendor.errors[code]?.verdict;
	if (verdict === 'retry' || verdict === 'rate-limited') return false;
	if (status >= 200 && status < 300) return true;
	const error = textAt(body, 'error');
	if (error !== undefined && pollingStates.has(error)) return true;
	return status >= 400 && status < 500 && status !== 408 && status !== 429 && (code !== undefined || error !== undefined);
}

function toAnswer(label: string, envelope: unknown, {masker}: Pick<Context, 'masker'>): OAuthAnswer {
	const status = wholeNumber(valueAt(envelope, ['status'])) ?? 0;
	const body = valueAt(envelope, ['body']);
	const code = wholeNumber(valueAt(body, ['code'])) || undefined;
	const masked = (text: string | undefined) => text === undefined ? undefined : masker.mask(text);
	const error = masked(textAt(body, 'error'));
	return {
		ok: status < 300 && code === undefined && error === undefined,
		label, status, code, error, body,
		description: masked(textAt(body, 'error_description') ?? textAt(body, 'msg') ?? textAt(body, 'message')),
		trace: masked(textAt(envelope, 'trace')),
	};
}

/** The object in a body; an empty body, which RFC 7009 allows, counts as an empty object. */
function parseObject(text: string): object | undefined {
	if (text.trim() === '') return {};
	if (depthOf(text) > deepestAnswer) return undefined;
	const value = parseJson(text);
	return typeof value === 'object' && value !== null ? value : undefined;
}

/** A text that is there and not empty. */
export function textAt(body: unknown, name: string): string | undefined {
	const value = valueAt(body, [name]);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function traceOf(headers: Headers): string | undefined {
	return vendor.traceHeaders.map(name => headers.get(name)).find(value => value !== null && value !== '') ?? undefined;
}
