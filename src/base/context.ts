
/** What a request is sent with; a `fetch` that knows only what the standard defines leaves out the rest. */
export interface FetchInit extends RequestInit {
	/** Told when the connection is open and the request is on its way. */
	readonly onWritten?: (() => void) | undefined;
	/** The most bytes that the answer's body may have, decompressed: more is not read. Default 256 MiB. */
	readonly maxResponseBytes?: number | undefined;
}

/** A `fetch` of the standard's shape; tests and the demo inject their own. */
export type Fetch = (input: Request | URL | string, init?: FetchInit) => Promise<Response>;

/** Waits `ms` milliseconds; rejects with the signal's reason when it aborts first. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The part of a writable stream that the program uses for its standard streams. */
export interface OutputStream {
	write(chunk: string | Uint8Array, callback?: (error?: Error | null) => void): boolean;
	on(event: 'error', listener: (error: Error) => void): unknown;
	off(event: 'error', listener: (error: Error) => void): unknown;
	readonly isTTY?: boolean;
	readonly columns?: number;
}

/** Knows the secrets of a run and takes them out of every text meant for people. */
export interface Masker {
	/** Registers a secret, also as URLs, forms, JSON and HTTP Basic spell it. */
	add(secret: string): void;
	/** The text with every registered secret replaced by `***`. */
	mask(text: string): string;
	/** Whether a registered secret stands in the text. */
	occursIn(text: string): boolean;
}

/**
 * Everything the program takes from the world around it. Made once at the process edge; nothing
 * else reads `process`, the clock or the network directly, so tests replace all of it.
 */
export interface Context {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The working directory, where configuration is searched and relative paths start. */
	readonly cwd: string;
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	readonly fetch: Fetch;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** Milliseconds of a clock that never steps back; for durations and budgets. */
	readonly monotonic: () => number;
	readonly sleep: Sleep;
	/** A number in [0, 1), for jitter. */
	readonly random: () => number;
	/** Takes this run's secrets out of everything written for people. */
	readonly masker: Masker;
	/** Aborts with an `ExportError` as its reason when the run must stop (SIGINT, SIGTERM, closed pipe). */
	readonly signal: AbortSignal;
}
