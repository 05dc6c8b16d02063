import {askerOf} from './asker.ts';
import type {Connection} from './config/connection.ts';
import type {Context} from '../base/context.ts';
import type {Log} from '../base/log.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors} from '../sources/vendors/index.ts';
import type {VendorDefinition} from '../sources/vendors/types.ts';
import {vendorJudge} from '../http/answer.ts';
import type {Budget} from '../http/budget.ts';
import {createClient, type Client, type Judge, type RequestCounters, type TokenSource} from '../http/client.ts';
import {createTokenSource, tokenJudge, type TokenPool} from '../http/token.ts';

export interface ConnectOptions {
	readonly source: SourceDefinition;
	readonly connection: Connection;
	/** Milliseconds per attempt, and attempts after the first. */
	readonly timeoutMs: number;
	readonly retries: number;
	/** The most bytes of an answer. Default 256 MiB. */
	readonly maxResponseBytes?: number | undefined;
	readonly budget: Budget;
	/** Counts the requests of the source; token exchanges are not among them. */
	readonly counters: RequestCounters;
	readonly context: Context;
	/** Shared with other runs of the process. Default: its own. */
	readonly tokenPool?: TokenPool | undefined;
	readonly debug?: Log['debug'];
	readonly warn: (message: string) => void;
	/** The value of `--config`, for the command that a hint may name. */
	readonly config?: string | undefined;
}

/** A source's API, ready to be asked. */
export interface Connected {
	readonly client: Client;
	/** The tokens that the client signs its requests with. */
	readonly tokens: TokenSource;
}

/** The client of a source's API, with its budget and tokens. Nothing is sent yet. */
export async function connect({source, connection, budget, counters, context, ...options}: ConnectOptions): Promise<Connected> {
	const vendor: VendorDefinition = vendors[source.vendor];
	const asker = askerOf(source, connection, {config: options.config, env: context.env});
	const sayUnknown = unknownCodes(vendor, options.warn);
	const shared = {
		...options,
		context,
		baseUrl: connection.baseUrl,
		name: source.name,
		counters,
	};
	const tokens =
		source.auth === 'user'
			? await userTokens({source, connection, context, ...options})
			: createTokenSource({
					name: source.name, vendor, context, inputs: connection, pool: options.tokenPool,
					client: createClient({
						...shared, judge: sayUnknown(tokenJudge(vendor, context, asker)), counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
					}),
				});
	return {client: createClient({...shared, judge: sayUnknown(vendorJudge(vendor, context, asker)), budget, tokens}), tokens};
}

/** What is tried again because of its HTTP status alone is told once for each code, for it may end well and yet be worth a look. */
function unknownCodes({title}: VendorDefinition, warn: (message: string) => void): (judge: Judge) => Judge {
	const told = new Set<number>();
	return judge => (answer, label) => {
		const judgement = judge(answer, label);
		if (judgement.ok || judgement.unknownCode === undefined || told.has(judgement.unknownCode)) return judgement;
		told.add(judgement.unknownCode);
		if (judgement.verdict === 'retry' || judgement.verdict === 'rate-limited')
			warn(`${judgement.error.message}: not known of ${title}, and tried again for its HTTP status`);
		return judgement;
	};
}

/** Loaded only where a source needs it: most exports sign in as an app. */
async function userTokens({
	source, connection, context, config, warn, debug,
}: Pick<ConnectOptions, 'source' | 'connection' | 'context' | 'config' | 'warn' | 'debug'>): Promise<TokenSource> {
	const {createUserTokenSource} = await import('./auth/user-token.ts');
	return createUserTokenSource({name: source.name, context, connection, config, warn, debug});
}
