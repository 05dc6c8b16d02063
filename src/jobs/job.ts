import type {SegmentCompression} from '../archive/layout.ts';
import type {JobOptions} from './job-options.ts';

/** One job of the configuration: what is archived where, and how much of it is read again. */
export interface Job {
	readonly name: string;
	/** The words of the source's subcommand: `feishu-openapi`, `feishu-app-log event`. */
	readonly source: string;
	/** The source's options as they stand in the configuration; unchecked. */
	readonly options: JobOptions;
	/** The archive's directory, absolute. */
	readonly dir: string;
	readonly compression: SegmentCompression;
	/** The archive's first instant as `--since` takes it, read at the first run. */
	readonly since: string;
	/** How far back every run looks for late rows, in milliseconds; undefined for the source's own. */
	readonly overlapMs: number | undefined;
	/** How much of the newest time is left to the next run, in milliseconds. */
	readonly lagMs: number;
	readonly profile: string | undefined;
	/** Most records of one segment. */
	readonly maxRecords: number;
	/** Gaps that end by then, Unix milliseconds, do not make a run incomplete: nothing can fill them any more. */
	readonly acceptGapsBefore: number | undefined;
	/** The configuration's file, for messages. */
	readonly file: string;
}
