import {setMaxListeners} from 'node:events';
import type {OpenedSource} from '../access/open-source.ts';
import type {Context} from '../base/context.ts';
import {BrokenPipeError, InterruptedError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import type {AuditRecord} from '../base/record.ts';
import {RecordGuard} from '../engine/redactor.ts';
import {newCounters, type RunCounters, type RunStatus} from '../engine/summary.ts';
import type {Budget} from '../http/budget.ts';
import type {Client} from '../http/client.ts';
import type {TokenPool} from '../http/token.ts';
import type {Query} from '../query/query.ts';

/** What a run is given, whatever becomes of its records. */
export interface RunOptions {
	readonly context: Context;
	readonly log: Log;
	readonly budget: Budget;
	/** Shared with other runs of the process. Default: of its own. */
	readonly tokenPool?: TokenPool;
	/** Counted up as the run goes. Default: of its own. */
	readonly counters?: RunCounters;
	/** Ends it as the context's signal does: an archive's lock was taken away. */
	readonly lost?: AbortSignal;
	/** Begins what is said of the records. Default: nothing. */
	readonly prefix?: string;
}

/** A run under way. */
export interface Session {
	readonly counters: RunCounters;
	/** Aborts what is under way when the run ends, whichever way, and when it was asked to stop. */
	readonly stop: AbortController;
	/**
	 * Makes a source ready to be asked; nothing is sent yet.
	 * @param fields what `--fields` names, to tell which of them no record has. Default: none
	 */
	readonly connect: (opened: OpenedSource, query: Query, fields?: readonly string[]) => Promise<Connected>;
}

/** The two ends of a run: where records come from, and what every record passes before it is written. */
export interface Connected {
	readonly client: Client;
	/** Looks at records about to be written. @throws OutputError for one that nobody could read back */
	readonly inspect: (records: readonly AuditRecord[]) => void;
}

/** How a run ended: with what its work returned, or with what ended it. */
export type Ended<T> = {
	readonly status: RunStatus;
	readonly counters: RunCounters;
	/** Unix milliseconds. */
	readonly startedAt: number;
	/** How long it took, and how long all that share its budget waited for that meanwhile, in milliseconds. */
	readonly elapsedMs: number;
	readonly budgetWaitedMs: number;
} & ({readonly value: T} | {readonly error: unknown});

/**
 * One run, an export's, a job's or a repair's: it ends when it is asked to, its requests are counted and keep to its budget,
 * and what its records are is told at its end.
 * @returns also for a run that failed: how, its caller tells
 */
export async function withRun<T>(options: RunOptions, work: (session: Session) => Promise<T>): Promise<Ended<T>> {
	const {context, log, budget, tokenPool, counters = newCounters(), lost, prefix = ''} = options;
	const stop = new AbortController();
	const signals = [context.signal, ...lost === undefined ? [] : [lost]];
	// Every request and every wait listens to them; the default of ten is a guess at leaks.
	setMaxListeners(0, stop.signal, ...signals);
	const end = () => {
		stop.abort(signals.find(({aborted}) => aborted)?.reason);
	};
	for (const signal of signals) signal.addEventListener('abort', end, {once: true});
	const startedAt = context.now();
	const beganAt = context.monotonic();
	const waitedBefore = budget.waitedMs;
	const warnOfSecrets = secretWarning(context, log);
	let guard: RecordGuard | undefined;
	const ended = (status: RunStatus) => {
		for (const signal of signals) signal.removeEventListener('abort', end);
		guard?.tell(log, {prefix, whole: status === 'complete' || status === 'incomplete'});
		return {
			status, counters, startedAt, elapsedMs: context.monotonic() - beganAt, budgetWaitedMs: budget.waitedMs - waitedBefore,
		};
	};
	try {
		context.signal.throwIfAborted();
		const value = await work({
			counters, stop,
			async connect(opened, query, fields) {
				const ownGuard = new RecordGuard({redact: query.redact, source: query.source, ...fields && {fields}});
				guard = ownGuard;
				const client = await opened.connect({
					timeoutMs: query.timeoutMs, retries: query.retries, maxResponseBytes: query.maxResponseBytes, budget, counters, tokenPool,
					context: {...context, signal: stop.signal},
					debug: log.debug, warn: log.warning,
				});
				return {
					client,
					inspect(records) {
						warnOfSecrets(records);
						ownGuard.see(records);
					},
				};
			},
		});
		return {...ended(counters.problems.length === 0 ? 'complete' : 'incomplete'), value};
	} catch (error) {
		return {...ended(statusOf(error)), error};
	}
}

/** How a run that this ended is said to have ended. */
export function statusOf(error: unknown): RunStatus {
	return error instanceof InterruptedError || error instanceof BrokenPipeError ? 'interrupted' : 'failed';
}

/** Warns once when records carry a credential of this very run: the exporter's own calls stand in the logs it exports. */
function secretWarning({masker}: Context, log: Log): (records: readonly {text: string}[]) => void {
	let warned = false;
	return records => {
		if (warned || !records.some(record => masker.occursIn(record.text))) return;
		warned = true;
		log.warning(
			"records contain this app's own secret, as the API recorded it; --redact-secrets, or --redact log_detail.payload, keeps it out of the output",
		);
	};
}
