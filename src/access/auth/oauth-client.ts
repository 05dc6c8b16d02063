import type {Context} from '../../base/context.ts';
import type {Log} from '../../base/log.ts';
import {vendorJudge} from '../../http/answer.ts';
import {createClient, type Judge} from '../../http/client.ts';
import {depthOf} from '../../json/depth.ts';
import {parseJson, valueAt, wholeNumber} from '../../json/value.ts';
import {feishu} from '../../sources/vendors/feishu.ts';
import type {VendorDefinition} from '../../sources/vendors/types.ts';
import {checkApp} from '../config/connection.ts';
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
	/** See `OAuthClientOptions`. */
	readonly appRemedy: string;
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
	/** What to do where the app id or secret is refused. Default: check the variables. */
	readonly appRemedy?: string | undefined;
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
export function createOAuthClient({
	context, name = 'auth', timeoutMs = 30_000, retries = 3, debug, appRemedy = checkApp(feishu, {}),
}: OAuthClientOptions): OAuthClient {
	const judge = oauthJudge(context);
	return {
		async post({baseUrl, path}, fields, {encoding = 'json', basic} = {}) {
			const client = createClient({
				context, judge, baseUrl, name, timeoutMs, retries, ...(debug === undefined ? {} : {debug}),
				maxResponseBytes: mostAnswerBytes,
				tooLargeHint: 'check --base-url and --host: this does not look like the place to sign in',
				counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
			});
			const {body} = await client.send({
				method: 'POST', path,
				...(encoding === 'form' ? {form: Object.entries(fields)} : {body: fields}),
				headers: {
					...(encoding === 'form' ? {'content-type': 'application/x-www-form-urlencoded'} : {}),
					...(basic === undefined ? {} : {authorization: `Basic ${Buffer.from(basic.join(':')).toString('base64')}`}),
				},
			});
			return {...toAnswer(`${name}: POST ${path}`, body, context), appRemedy};
		},
	};
}

/**
 * Judges answers of OAuth endpoints: a success may lack the code that the API's have, and a refusal is handed out as it is.
 * So every definite answer counts as one, its body beside what tells of it; all others are retried or refused like the API's.
 */
function oauthJudge(context: Context): Judge {
	const judge = vendorJudge(vendor, context);
	return (answer, label) => {
		const body = parseObject(answer.text);
		if (body === undefined || !isDefinite(answer.status, body)) return judge(answer, label);
		return {ok: true, body: {status: answer.status, trace: traceOf(answer.headers), body}, code: wholeNumber(valueAt(body, ['code']))};
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

function toAnswer(label: string, envelope: unknown, {masker}: Pick<Context, 'masker'>): Omit<OAuthAnswer, 'appRemedy'> {
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

function traceOf(headers: Pick<Headers, 'get'>): string | undefined {
	return vendor.traceHeaders.map(name => headers.get(name)).find(value => value !== null && value !== '') ?? undefined;
}
