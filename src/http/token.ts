import type {Context} from '../base/context.ts';
import {ApiError, CredentialsError} from '../base/errors.ts';
import {longestSecret} from '../base/limits.ts';
import {parseJson, valueAt, wholeNumber} from '../json/value.ts';
import type {VendorDefinition} from '../sources/vendors/types.ts';
import {vendorJudge, type Asker} from './answer.ts';
import type {AccessToken, Client, Judge, TokenSource} from './client.ts';

/** What a token is made from; each is read only when needed. */
export interface TokenInputs {
	readonly appId?: (() => Promise<string>) | undefined;
	readonly appSecret?: (() => Promise<string>) | undefined;
	/** A ready-made token, used first. */
	readonly accessToken?: (() => Promise<string>) | undefined;
	readonly baseUrl: string;
	/** Path of the token endpoint below the base URL. */
	readonly exchangePath: string;
}

interface HeldToken extends AccessToken {
	/** Monotonic time from which a new token is asked for. */
	readonly renewAt: number;
}

/** A token is renewed this long before its end, or at nine tenths of a short life. */
const renewAheadMs = 300_000;

/** A token that worked and was revoked may be renewed again; a loop of that ends here. */
const mostRenewals = 10;

/** What a token is exchanged for. */
interface App {
	readonly id: string;
	readonly secret: string;
}

/** The token of an app, and the exchange that brings the next. */
interface AppTokens {
	held: HeldToken | undefined;
	/** Aborts with the run that started it. */
	pending: {readonly token: Promise<HeldToken>; readonly signal: AbortSignal} | undefined;
}

/** The tokens of a process: runs that ask one place as one app share them. */
export class TokenPool {
	/** Tokens that an API took at least once. */
	readonly worked = new WeakSet<AccessToken>();
	readonly #apps = new Map<string, AppTokens>();

	/** Those of an app at a place; another secret of the same app may be a wrong one, and has to prove itself. */
	of({baseUrl, exchangePath}: TokenInputs, {id, secret}: App): AppTokens {
		const key = JSON.stringify([baseUrl, exchangePath, id, secret]);
		const tokens = this.#apps.get(key) ?? {held: undefined, pending: undefined};
		this.#apps.set(key, tokens);
		return tokens;
	}
}

/**
 * The tokens of one run: a ready-made one first where there is one, else exchanged for app id and secret, renewed
 * ahead of their end and when the API refuses them. All requests share one exchange under way.
 * @param options.pool shared with other runs. Default: of this run alone
 */
export function createTokenSource({name, vendor, inputs, client, context, pool = new TokenPool()}: {
	name: string; vendor: VendorDefinition; inputs: TokenInputs; client: Client; context: Context; pool?: TokenPool | undefined;
}): TokenSource {
	let readyMade: Promise<AccessToken> | undefined;
	let readyMadeRefused = false;
	let tokens: AppTokens | undefined;

	const canExchange = inputs.appId !== undefined && inputs.appSecret !== undefined;

	async function takeReadyMade(read: () => Promise<string>): Promise<AccessToken> {
		const value = await read();
		context.masker.add(value);
		requireSendable(
			value, `${name}: the ready-made access token`, 'copy the token again: it is one line of ASCII letters, digits and signs',
		);
		return {value};
	}

	async function readApp(): Promise<App> {
		if (inputs.appId === undefined || inputs.appSecret === undefined) throw missingCredentials(name, vendor, inputs);
		const secret = await inputs.appSecret();
		context.masker.add(secret);
		return {id: await inputs.appId(), secret};
	}

	async function exchange({id, secret}: App): Promise<HeldToken> {
		const askedAt = context.monotonic();
		const answer = await client.send({
			method: 'POST', path: inputs.exchangePath, body: {app_id: id, app_secret: secret},
		});
		const value = firstAt(answer.body, vendor.exchange.tokenPaths);
		if (typeof value !== 'string' || value === '') {
			throw new ApiError(`${name}: POST ${inputs.exchangePath}: the answer holds no token`, {
				hint: 'check --base-url and the path of the token endpoint',
			});
		}
		if (value.length > longestSecret)
			throw new ApiError(`${name}: POST ${inputs.exchangePath}: the token in the answer is longer than any header may be`, {
				hint: 'check --base-url and the path of the token endpoint',
			});
		context.masker.add(value);
		requireSendable(
			value, `${name}: POST ${inputs.exchangePath}: the token in the answer`, 'check --base-url and the path of the token endpoint',
		);
		const life = wholeNumber(firstAt(answer.body, vendor.exchange.lifePaths)) ?? vendor.exchange.defaultLifeSeconds;
		const lifeMs = Math.max(0, life * 1000);
		return {value, renewAt: askedAt + lifeMs - Math.min(renewAheadMs, lifeMs / 10)};
	}

	function startExchange(app: App, into: AppTokens): NonNullable<AppTokens['pending']> {
		const token = exchange(app).then(exchanged => into.held = exchanged).finally(() => {
			into.pending = undefined;
		});
		into.pending = {token, signal: context.signal};
		return into.pending;
	}

	return {
		async get() {
			if (inputs.accessToken !== undefined && !readyMadeRefused) return readyMade ??= takeReadyMade(inputs.accessToken);
			if (tokens?.held !== undefined && context.monotonic() < tokens.held.renewAt) return tokens.held;
			const app = await readApp();
			tokens = pool.of(inputs, app);
			for (;;) {
				if (tokens.held !== undefined && context.monotonic() < tokens.held.renewAt) return tokens.held;
				const pending = tokens.pending ?? startExchange(app, tokens);
				try {
					return await unlessAborted(pending.token, context.signal);
				} catch (error) {
					// Interrupted by the run that started it: this one goes on.
					if (context.signal.aborted || !pending.signal.aborted) throw error;
				}
			}
		},
		accepted(token) {
			pool.worked.add(token);
		},
		refused(token, renewals) {
			// Where nothing can replace it, a ready-made one stays: that it is refused is what the user must hear, not that others are missing.
			if (inputs.accessToken !== undefined) readyMadeRefused ||= canExchange;
			if (tokens !== undefined && token === tokens.held) tokens.held = undefined;
			// Renewing helps once; more often only while the tokens do work for a time and are then revoked.
			return canExchange && renewals < (pool.worked.has(token) ? mostRenewals : 1);
		},
	};
}

/** What a promise comes to, or the signal's reason where that aborts first. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	const over = new AbortController();
	try {
		return await Promise.race([promise, new Promise<never>((_, reject) => {
			if (signal.aborted) reject(signal.reason);
			signal.addEventListener('abort', () => {
				reject(signal.reason);
			}, {once: true, signal: over.signal});
		})]);
	} finally {
		over.abort();
	}
}

/**
 * A header holds one line of ASCII; `fetch` refuses anything else with an error that looks like the network's.
 * @throws CredentialsError, which does not repeat the value
 */
function requireSendable(value: string, what: string, hint: string): void {
	if (!/^[\x20-\x7e]+$/.test(value))
		throw new CredentialsError(`${what} cannot be sent: it holds line breaks or other characters than printable ASCII`, {hint});
}

/** Says which of app id and app secret is not configured, and how to set it. */
export function missingCredentials(
	name: string, {env, ...vendor}: VendorDefinition, inputs: Pick<TokenInputs, 'appId' | 'appSecret'>,
): CredentialsError {
	const missing =
		inputs.appId === undefined ? (inputs.appSecret === undefined ? 'app id and app secret are' : 'the app id is') : 'the app secret is';
	return new CredentialsError(`${name}: no credentials: ${missing} not set`, {
		hint: `set ${env.appId} and ${env.appSecret} (or ${env.accessToken}), ` +
			`or ${vendor.name}.app_id and ${vendor.name}.app_secret in a profile of the configuration`,
	});
}

function firstAt(body: unknown, paths: readonly (readonly string[])[]): unknown {
	for (const path of paths) {
		const value = valueAt(body, path);
		if (value !== undefined && value !== null) return value;
	}
	return undefined;
}

/**
 * Judges answers of a vendor's token endpoint: as those of its API, but where the vendor may leave the code out a token is
 * enough. What is documented of the API's envelope need not hold there.
 */
export function tokenJudge(vendor: VendorDefinition, context: Pick<Context, 'now' | 'masker'>, asker?: Asker): Judge {
	const judge = vendorJudge(vendor, context, {...asker, isExchange: true});
	return (answer, label) => {
		const body = vendor.exchange.withoutCode === true && answer.status === 200 ? parseJson(answer.text) : undefined;
		const holdsToken = vendor.exchange.tokenPaths.some(path => typeof valueAt(body, path) === 'string');
		return holdsToken && valueAt(body, ['code']) === undefined ? {ok: true, body} : judge(answer, label);
	};
}
