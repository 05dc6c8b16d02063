/** A piece of an output: text, which is written as UTF-8, or bytes. */
export type Chunk = string | Uint8Array;

/** How far an export had come when everything up to here was made durable. */
export interface Checkpoint {
	/** Unix milliseconds: every window before this instant is written. */
	readonly nextFrom: number;
	/** Records written so far. */
	readonly records: number;
	/** Those of them that record a failure. Default 0. */
	readonly failed?: number | undefined;
	/** Those of them that are OCSF events of no class; absent in other formats. */
	readonly baseEvents?: number | undefined;
	/** How the windows after that are cut, as the engine keeps it; absent where they are of one length. */
	readonly plan?: string | undefined;
}

/** The earlier run that a file continues. Its range is the one to export, whatever the clock says now. */
export interface ResumedRun {
	readonly checkpoint: Checkpoint;
	/** The range `[since, until)` in Unix milliseconds. */
	readonly since: number;
	readonly until: number;
	/** When the earlier run began, Unix milliseconds. */
	readonly startedAt: number;
}

/**
 * Where an export goes. Calls are made one after the other: each waits for the one before. The last call
 * is `commit` or `abandon`; `abandon` may follow a `commit` that failed, and itself.
 */
export interface Output {
	/**
	 * Resolves once the chunk is accepted and there is room for more.
	 * @throws OutputError, BrokenPipeError, LockedError
	 */
	write(chunk: Chunk): Promise<void>;
	/**
	 * Everything written so far may be kept: a later run of the same command continues here, or, when this one is killed,
	 * at a checkpoint shortly before. Streams do nothing.
	 */
	checkpoint(checkpoint: Checkpoint): Promise<void>;
	/** The export is complete: everything is handed to the system, and a file is published under its name. */
	commit(): Promise<void>;
	/**
	 * The export is not complete: closes, and keeps what was written beside the name of the file. Never throws, so
	 * that the error that ended the export stays the one that is told.
	 * @returns the file that the same command continues, or undefined when there is no checkpoint to continue from
	 */
	abandon(): Promise<string | undefined>;
	/** Set when the output continues an earlier run; everything before its checkpoint is already in the output. */
	readonly resumed?: ResumedRun;
	/** A file of the name was there already, which is replaced in the end. Default false. */
	readonly replaces?: boolean;
	/** An unfinished output is kept aside, so that a later run can go on from its last checkpoint. */
	readonly keepsUnfinished?: boolean;
}
