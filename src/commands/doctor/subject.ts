import type {Connection} from '../../access/config/connection.ts';
import {connect, type Connected} from '../../access/connect.ts';
import type {Context, Sleep} from '../../base/context.ts';
import {formatDuration, SECOND} from '../../base/duration.ts';
import {type CredentialsError, ApiError} from '../../base/errors.ts';
import {Budget} from '../../http/budget.ts';
import type {Query} from '../../query/query.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import type {VendorDefinition} from '../../sources/vendors/types.ts';
import {watchClock} from './clock.ts';

/** Pauses between attempts of one source's checks, all together. */
const longestWaitMs = 30 * SECOND;

/**
 * A sleep that gives up where an export would wait: a server that refuses for rate can ask for minutes.
 * @param lastMessage what went wrong before the pause
 */
function impatientSleep(sleep: Sleep, lastMessage: () => string): Sleep {
	let waitedMs = 0;
	return async (ms, signal) => {
		waitedMs += ms;
		if (waitedMs > longestWaitMs) {
			throw new ApiError(lastMessage(), {
				hint: `checks wait ${formatDuration(longestWaitMs)} at most; try again later, and see whether another program uses the same app`,
			});
		}
		await sleep(ms, signal);
	};
}

/** A vendor's connection, which its sources share, so that no secret is read twice. */
export interface SharedConnection {
	readonly connection: Connection;
	/** What reading its secrets warned about so far. */
	readonly warnings: readonly string[];
}

export interface SubjectOptions {
	readonly source: SourceDefinition;
	readonly vendor: VendorDefinition;
	/** The user asked for this very source. */
	readonly named: boolean;
	readonly context: Context;
	/** The value of `--config`, for the command that a remedy may name. */
	readonly config?: string | undefined;
	/** @throws UsageError when host, base URL or profile are unusable. */
	readonly shared: () => SharedConnection;
	/** The smallest query of the source. @throws UsageError when an option is unusable. */
	readonly query: () => Query;
}

/** One source under examination: what its checks share. Nothing is read or sent before a check asks for it. */
export interface Subject extends SubjectOptions {
	/** The client that exports use, except that it does not wait long. */
	readonly connected: () => Promise<Connected>;
	/** See `ClockWatch.skewMs`. */
	readonly skewMs: () => number | undefined;
	/** What connecting and signing in warned about so far. */
	readonly warnings: readonly string[];
	/** Adds to them. */
	readonly warn: (message: string) => void;
	/** The API answered and refused these credentials. */
	refusal: CredentialsError | undefined;
}

/** Prepares a source for its checks. */
export function createSubject(options: SubjectOptions): Subject {
	const {source, context, shared, query} = options;
	const clock = watchClock(context.fetch, context.now);
	const warnings: string[] = [];
	const warn = (message: string) => {
		warnings.push(message);
	};
	let lastMessage = '';
	let connecting: Promise<Connected> | undefined;
	const open = async () => {
		const {timeoutMs, retries, maxResponseBytes, budget} = query();
		return connect({
			source, timeoutMs, retries, maxResponseBytes,
			connection: shared().connection,
			budget: new Budget(budget, context),
			counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
			context: {...context, fetch: clock.fetch, sleep: impatientSleep(context.sleep, () => lastMessage)},
			debug: message => {
				lastMessage = message;
			},
			warn,
			config: options.config,
		});
	};
	return {
		...options,
		connected: async () => connecting ??= open(),
		skewMs: clock.skewMs,
		warnings,
		warn,
		refusal: undefined,
	};
}
