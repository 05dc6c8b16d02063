import pRetry from 'p-retry';
import type {Sleep} from '../base/context.ts';
import {type ExportError, LongRefusalError} from '../base/errors.ts';

/** How a failed attempt may be followed by another. */
export interface RetryPolicy {
	/** Attempts after the first for one request; refusals for rate are not counted here. */
	readonly retries: number;
	readonly sleep: Sleep;
	readonly random: () => number;
	readonly signal: AbortSignal;
	/** Told of every retry: the failure and the pause before the next attempt, in milliseconds. */
	readonly onRetry: (failure: AttemptFailure, waitMs: number) => void;
}

/** One attempt that failed. Anything else thrown by an attempt is final. */
export class AttemptFailure extends Error {
	override readonly name = 'AttemptFailure';
	/** What the request ends with when no attempt is left. */
	readonly final: ExportError;
	readonly kind: 'transient' | 'rate-limited';
	/** How long the server asked to wait, in milliseconds. */
	readonly waitMs: number | undefined;

	constructor(final: ExportError, kind: AttemptFailure['kind'], waitMs?: number) {
		super(final.message, {cause: final});
		this.final = final;
		this.kind = kind;
		this.waitMs = waitMs;
	}
}

const firstBackoffMs = 500;
const longestBackoffMs = 30_000;
/** A rate refusal passes by waiting; only an unbroken row of this many ends the request. */
const mostRefusals = 20;
/** A server that asks for more milliseconds than this is not worth keeping a process for. */
export const longestObeyedMs = 3_600_000;

/**
 * Runs attempts until one succeeds. The only retry layer of the program: transient failures back off with full jitter,
 * refusals for rate wait as the server says and do not use up retries.
 * @throws the last failure's `final` error, LongRefusalError, or whatever else an attempt throws.
 */
export async function withRetries<T>(attempt: () => Promise<T>, policy: RetryPolicy): Promise<T> {
	let failures = 0;
	let refusals = 0;
	return pRetry(attempt, {
		retries: Infinity,
		minTimeout: 0,
		signal: policy.signal,
		// Throwing here ends the retrying with that error; the pause is slept here so that tests can inject it.
		onFailedAttempt: async ({error}) => {
			if (!(error instanceof AttemptFailure)) throw error;
			const row = error.kind === 'rate-limited' ? ++refusals : ++failures;
			if (error.kind === 'transient') refusals = 0;
			if (failures > policy.retries || refusals > mostRefusals) throw error.final;
			if (error.waitMs !== undefined && error.waitMs > longestObeyedMs) {
				throw new LongRefusalError(`${error.message}; it asks to wait ${Math.ceil(error.waitMs / 60_000)} minutes`, {
					hint: 'run the same command again then',
				});
			}
			const backoff = policy.random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** (row - 1));
			const waitMs = Math.ceil((error.waitMs ?? 0) + backoff * (error.waitMs === undefined ? 1 : 0.1));
			policy.onRetry(error, waitMs);
			await policy.sleep(waitMs, policy.signal);
		},
	});
}
