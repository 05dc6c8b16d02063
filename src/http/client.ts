import type {KyInstance, Options} from 'ky';
import type {Context} from '../base/context.ts';
import {ExportError, NetworkError, UsageError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import type {ApiRequest, ApiAnswer} from '../base/transport.ts';
import type {Judgement, RawAnswer} from './answer.ts';
import {decodeBody, readBody, requireParsable} from './body.ts';
import type {Budget, Place} from './budget.ts';
import {openDeadline} from './deadline.ts';
import {NetworkFailure, networkProblem, type NetworkProblem} from './network-problem.ts';
import {AttemptFailure, longestObeyedMs, withRetries} from './retry.ts';
import {showAnswer, showRequest} from './show-exchange.ts';

/** A token in use. */
export interface AccessToken {
	readonly value: string;
	/** The headers that carry it. Default: `Authorization: Bearer <value>`. */
	readonly headers?: Readonly<Record<string, string>>;
}

/** Judges what an answer means; see `judgeAnswer`. */
export type Judge = (answer: RawAnswer, label: string) => Judgement;

/** Where a request's token comes from. */
export interface TokenSource {
	/** A token that is good for a while yet. */
	get(): Promise<AccessToken>;
	/** The API took it. */
	accepted(token: AccessToken): void;
	/** The API refused it: whether another attempt with `get()` may help. `renewals`: how often this request asked before. */
	refused(token: AccessToken, renewals: number): boolean;
}

/** Counters of the requests of one run, shared with progress and summary. */
export interface RequestCounters {
	/** Attempts sent, retries included. */
	requests: number;
	retries: number;
	/** Attempts refused for rate. */
	rateLimited: number;
	/** Milliseconds slept between attempts. */
	retryWaitMs: number;
}

export interface ClientOptions {
	readonly context: Context;
	readonly judge: Judge;
	readonly baseUrl: string;
	/** Starts every message: the source's name. */
	readonly name: string;
	readonly timeoutMs: number;
	readonly retries: number;
	/** The most bytes that a body may have. Default 256 MiB. */
	readonly maxResponseBytes?: number | undefined;
	/** What to do about a longer one. Default: ask for fewer rows, or allow more. */
	readonly tooLargeHint?: string | undefined;
	/** Absent for token endpoints, which have budgets of their own. */
	readonly budget?: Budget;
	readonly tokens?: TokenSource;
	readonly counters: RequestCounters;
	/** Told of every request and what answered it; absent where nobody would see it. */
	readonly debug?: Log['debug'];
}

/** Sends requests of one vendor and returns judged answers. */
export interface Client {
	/**
	 * @throws ApiError, CredentialsError, NetworkError after the retries; the signal's reason when interrupted.
	 */
	send(request: ApiRequest): Promise<ApiAnswer>;
}

/** A client that retries, keeps the budget and renews its token. Redirects are never followed. */
export function createClient(options: ClientOptions): Client {
	let opening: Promise<KyInstance> | undefined;
	return {send: async request => sendWithRetries(await (opening ??= openKy(options.baseUrl)), request, options)};
}

/**
 * What every request is made with; each adds what it asks for. Neither retries nor time limits are left to it: those of one
 * request span its body, its budget and its token. Loaded when it is needed: it makes Node load its whole `fetch`.
 */
async function openKy(prefixUrl: string): Promise<KyInstance> {
	const {default: ky} = await import('ky');
	return ky.create({
		prefixUrl, headers: {accept: 'application/json'}, redirect: 'manual', retry: 0, throwHttpErrors: false, timeout: false,
	});
}

async function sendWithRetries(http: KyInstance, request: ApiRequest, options: ClientOptions): Promise<ApiAnswer> {
	const {context, counters} = options;
	let renewals = 0;
	return withRetries(
		async () => {
			for (;;) {
				const outcome = await attempt(http, request, options);
				if ('answer' in outcome) return outcome.answer;
				if (options.tokens?.refused(outcome.token, renewals) !== true) throw outcome.error;
				renewals++;
			}
		},
		{
			retries: options.retries,
			sleep: context.sleep,
			random: context.random,
			signal: context.signal,
			onRetry(failure, waitMs) {
				counters.retries++;
				counters.retryWaitMs += waitMs;
				options.debug?.(`${failure.message}; next attempt in ${waitMs} ms`);
			},
		},
	);
}

/** One attempt: an answer, or a refused token. Everything else is thrown. */
async function attempt(
	http: KyInstance,
	request: ApiRequest,
	options: ClientOptions,
): Promise<{answer: ApiAnswer} | {token: AccessToken; error: ExportError}> {
	const {context, budget, tokens, counters} = options;
	const label = `${options.name}: ${request.method} ${request.path}`;
	const place = await budget?.take(context.signal);
	let token: AccessToken | undefined;
	try {
		token = await tokens?.get();
	} catch (error) {
		place?.lost();
		throw error;
	}
	counters.requests++;
	const {answer, bytes, ms} = await exchange(http, request, {options, label, place, token});
	requireParsable(bytes, label);
	const {text, altered} = decodeBody(bytes);
	const judgement = options.judge({status: answer.status, headers: answer.headers, text}, label);
	options.debug?.(`${label}: ${showAnswer(answer, {bytes: bytes.byteLength, ms, code: judgement.ok ? judgement.code : undefined})}`);
	if (judgement.ok) {
		if (token !== undefined) tokens?.accepted(token);
		const servedAt = Date.parse(answer.headers.get('date') ?? '');
		return {answer: {text, body: judgement.body, altered, servedAt: Number.isNaN(servedAt) ? undefined : servedAt}};
	}
	switch (judgement.verdict) {
		case 'rate-limited':
			counters.rateLimited++;
			// This request ends then, and others that share the budget must not wait in its place.
			place?.refused(judgement.waitMs === undefined || judgement.waitMs > longestObeyedMs ? 0 : judgement.waitMs);
			throw new AttemptFailure(judgement.error, 'rate-limited', judgement.waitMs);
		case 'retry':
			throw new AttemptFailure(judgement.error, 'transient', judgement.waitMs);
		case 'token':
			if (token === undefined) throw judgement.error;
			return {token, error: judgement.error};
		case 'credentials':
		case 'fail':
			throw judgement.error;
	}
}

/** Sends the request and reads the whole body within the time limit. */
async function exchange(http: KyInstance, request: ApiRequest, {options, label, place, token}: {
	options: ClientOptions; label: string; place: Place | undefined; token: AccessToken | undefined;
}): Promise<{answer: Response; bytes: Uint8Array; ms: number}> {
	const {context, name, timeoutMs, maxResponseBytes, tooLargeHint, debug} = options;
	const deadline = openDeadline(context.signal, timeoutMs);
	const startedAt = context.monotonic();
	let settled = false;
	try {
		const answer = await http(...toKy(request, {
			label, token,
			// Beside ky, not through it: the signal that it merges from others may be lost in a garbage collection (Node 20), and a
			// stalled body would never end. Parts instead of ky's `Request`: a `fetch` may not know this one's class.
			send({method, url, headers: all, redirect}, body) {
				const headers = Object.fromEntries(all);
				debug?.(`${name}: ${showRequest({method, url, headers, body}, context.masker)}`);
				place?.sent();
				return context.fetch(url, {
					method, headers, redirect, signal: deadline.signal, maxResponseBytes,
					onWritten: () => place?.written(),
					...(body === undefined ? {} : {body}),
				});
			},
		}));
		settled = true;
		place?.answered();
		const bytes = await readBody(answer, label, maxResponseBytes, tooLargeHint);
		return {answer, bytes, ms: context.monotonic() - startedAt};
	} catch (error) {
		if (!settled) place?.lost();
		context.signal.throwIfAborted();
		if (error instanceof ExportError) throw error;
		const {what, hint, lasting = false}: NetworkProblem = deadline.passed && !(error instanceof NetworkFailure)
			? {what: `no complete answer within ${timeoutMs / 1000} s`, hint: 'check the network, or allow more with --timeout'}
			: networkProblem(error);
		const failure = new NetworkError(`${label}: ${what}`, {hint, cause: error});
		throw lasting ? failure : new AttemptFailure(failure, 'transient');
	} finally {
		deadline.close();
	}
}

/** The request in ky's words; the token's headers are put on last. */
function toKy({method, path, query, form, body, headers}: ApiRequest, {label, token, send}: {
	label: string; token: AccessToken | undefined; send: (made: Request, body: string | undefined) => Promise<Response>;
}): [path: string, options: Options] {
	const own = {...(body === undefined ? {} : {'content-type': 'application/json; charset=utf-8'}), ...headers};
	const signing = token === undefined ? {} : token.headers ?? {authorization: `Bearer ${token.value}`};
	requireSendable({...own, ...signing}, label);
	const fields = form === undefined ? undefined : toSearchParams(form);
	// As ky sends it: reading it back out of ky's request would take longer than all the rest.
	let text = fields?.toString();
	// Not with a second slash, which ky refuses: `.` stands for nothing in a URL.
	return [path.slice(1).replace(/^\//, './/'), {
		method, headers: own,
		fetch: async input => send(input instanceof Request ? input : new Request(input), text),
		stringifyJson: value => text = JSON.stringify(value),
		hooks: {
			beforeRequest: [request => {
				for (const [name, value] of Object.entries(signing)) request.headers.set(name, value);
			}],
		},
		...(query === undefined ? {} : {searchParams: toSearchParams(query)}),
		...(body === undefined ? fields === undefined ? {} : {body: fields} : {json: body}),
	}];
}

/** @throws UsageError for a header that would begin another one, or that no header can carry; without its value, which may be secret */
function requireSendable(headers: Readonly<Record<string, string>>, label: string): void {
	for (const [name, value] of Object.entries(headers)) {
		if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
		throw new UsageError(
			`${label}: the header ${JSON.stringify(name)} cannot be sent: it holds line breaks or other characters that no header can hold`,
			{hint: 'check what it is made from: an option, or the request profile'},
		);
	}
}

/** Pairs as a query string or a form carries them. */
export function toSearchParams(pairs: ReadonlyArray<readonly [string, string]>): URLSearchParams {
	return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]));
}
