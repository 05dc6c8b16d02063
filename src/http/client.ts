import type {Context} from '../base/context.ts';
import {ExportError, NetworkError, UsageError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import type {Transport, WireAnswer, WireRequest, ApiRequest, ApiAnswer} from '../base/transport.ts';
import type {Judgement, RawAnswer} from './answer.ts';
import type {Budget, Place} from './budget.ts';
import {openDeadline} from './deadline.ts';
import {createFetchTransport} from './fetch-transport.ts';
import {networkProblem, type NetworkProblem} from './network-problem.ts';
import {decodeBody, requireParsable} from './read-body.ts';
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
	const {fetch} = options.context;
	const transport = fetch.transport ?? createFetchTransport(fetch);
	return {
		send: request => sendWithRetries(transport, request, options),
	};
}

async function sendWithRetries(transport: Transport, request: ApiRequest, options: ClientOptions): Promise<ApiAnswer> {
	const {context, counters} = options;
	let renewals = 0;
	return withRetries(
		async () => {
			for (;;) {
				const outcome = await attempt(transport, request, options);
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
	transport: Transport,
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
	const {answer, bytes} = await exchange(transport, request, {options, label, place, token});
	requireParsable(bytes, label);
	const {text, altered} = decodeBody(bytes);
	const judgement = options.judge({status: answer.status, headers: answer.headers, text}, label);
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
async function exchange(transport: Transport, request: ApiRequest, {options, label, place, token}: {
	options: ClientOptions; label: string; place: Place | undefined; token: AccessToken | undefined;
}): Promise<{answer: WireAnswer; bytes: Uint8Array}> {
	const {context, timeoutMs} = options;
	const deadline = openDeadline(context.signal, timeoutMs);
	const startedAt = context.monotonic();
	let settled = false;
	try {
		const wire = {...toWire(request, options.baseUrl, token), maxResponseBytes: options.maxResponseBytes};
		requireSendable(wire, label);
		options.debug?.(`${options.name}: ${showRequest(wire, context.masker)}`);
		place?.sent();
		const answer = await transport(wire, deadline, () => place?.written());
		settled = true;
		place?.answered();
		const bytes = await answer.readBody(label);
		options.debug?.(`${label}: ${showAnswer(answer, {bytes: bytes.byteLength, ms: context.monotonic() - startedAt})}`);
		return {answer, bytes};
	} catch (error) {
		if (!settled) place?.lost();
		context.signal.throwIfAborted();
		if (error instanceof ExportError) throw error;
		const {what, hint, lasting = false}: NetworkProblem = deadline.passed
			? {what: `no complete answer within ${timeoutMs / 1000} s`, hint: 'check the network, or allow more with --timeout'}
			: networkProblem(error);
		const failure = new NetworkError(`${label}: ${what}`, {hint, cause: error});
		throw lasting ? failure : new AttemptFailure(failure, 'transient');
	} finally {
		deadline.close();
	}
}

/** @throws UsageError for a header that would begin another one, or that no header can carry; without its value, which may be secret */
function requireSendable({headers}: WireRequest, label: string): void {
	for (const [name, value] of Object.entries(headers)) {
		if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
		throw new UsageError(`${label}: the header ${JSON.stringify(name)} cannot be sent: it holds line breaks or other characters that no header can hold`, {hint: 'check what it is made from: an option, or the request profile'});
	}
}

/** The request as it goes out, with what every request carries and the token's headers. */
function toWire({method, path, query, form, body, headers}: ApiRequest, baseUrl: string, token: AccessToken | undefined): WireRequest {
	return {
		method,
		url: `${baseUrl}${path}${query === undefined || query.length === 0 ? '' : `?${toSearchParams(query).toString()}`}`,
		headers: {
			accept: 'application/json',
			...(body === undefined ? {} : {'content-type': 'application/json; charset=utf-8'}),
			...(form === undefined ? {} : {'content-type': 'application/x-www-form-urlencoded;charset=UTF-8'}),
			...headers,
			...(token === undefined ? {} : token.headers ?? {authorization: `Bearer ${token.value}`}),
		},
		body: body === undefined ? form === undefined ? undefined : toSearchParams(form).toString() : JSON.stringify(body),
	};
}

/** Pairs as a query string or a form carries them. */
export function toSearchParams(pairs: ReadonlyArray<readonly [string, string]>): URLSearchParams {
	return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]));
}
