import type {AuditRecord} from '../base/record.ts';
import type {BudgetLimit} from '../base/transport.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {Filters} from './filters.ts';

/** One export, fully resolved: after this nothing reads flags, the environment, files or the clock for its meaning. */
export interface Query {
	readonly source: SourceDefinition;
	/** The range `[since, until)` in Unix milliseconds. */
	readonly since: number;
	readonly until: number;
	/** API parameters of the filters, by name. */
	readonly filters: Filters;
	readonly pageSize: number;
	/** Length of a window in milliseconds; the least one where windows follow the volume. */
	readonly windowMs: number;
	/** Windows are longer where little happens. Default false: all are of one length. */
	readonly followsVolume?: boolean;
	/** IANA zone of the calendar, for sources whose windows follow its days. Default: the system's. */
	readonly timezone?: string | undefined;
	/** Whether the filters that the API does not know let a record through; undefined where there are none. */
	readonly keeps?: (record: AuditRecord) => boolean;
	/** Stop after this many records. */
	readonly limit?: number;
	/** `served`: windows oldest first, rows within one as the API serves them. `time`: oldest first throughout. */
	readonly order: 'served' | 'time';
	/** Dotted paths whose values are replaced before anything is written. */
	readonly redact: readonly string[];
	/** Credentials are taken out, too, wherever they stand. Default false. */
	readonly redactSecrets?: boolean;
	/** What the API's offset counts, where the configuration pins it. */
	readonly offsetCounts?: 'rows' | 'pages';
	readonly concurrency: number;
	readonly budget: BudgetLimit;
	/** Milliseconds per attempt, and attempts after the first. */
	readonly timeoutMs: number;
	readonly retries: number;
	/** The most bytes that an answer may have, decompressed. */
	readonly maxResponseBytes: number;
}
