/** At most `requests` in any `perMs` milliseconds, as the server counts their arrival. */
export interface BudgetLimit {
	readonly requests: number;
	readonly perMs: number;
}

/** One request of an API, before credentials. */
export interface ApiRequest {
	readonly method: 'GET' | 'POST';
	/** Path below the base URL. */
	readonly path: string;
	readonly query?: ReadonlyArray<readonly [string, string]>;
	/** Sent as JSON. */
	readonly body?: unknown;
	/** Sent as application/x-www-form-urlencoded instead of `body`. */
	readonly form?: ReadonlyArray<readonly [string, string]>;
	/** Beside those that every request has. */
	readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
	/** The body as text, exactly as it came. */
	readonly text: string;
	/** The body parsed. Its large integers are rounded: never output from here. */
	readonly body: unknown;
	/** Bytes that are not UTF-8 were replaced by U+FFFD. */
	readonly altered: boolean;
	/** The server's clock when it answered, Unix milliseconds cut to the second; undefined where it did not say. */
	readonly servedAt?: number | undefined;
}

/** One HTTP request, ready to be sent as it is. */
export interface WireRequest {
	readonly method: 'GET' | 'POST';
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string | undefined;
	/** The most bytes that the answer's body may have, decompressed. Default 256 MiB. */
	readonly maxResponseBytes?: number | undefined;
}

/** What came back: the head at once, the body when asked for. */
export interface WireAnswer {
	readonly status: number;
	readonly headers: Pick<Headers, 'get'> & Iterable<[name: string, value: string]>;
	/**
	 * The whole body, decompressed; to be asked for once.
	 * @param label what was asked, for messages
	 * @throws ApiError when it is larger than it may be, and what ended the exchange early
	 */
	readonly readBody: (label: string) => Promise<Uint8Array>;
}

/** Ends an exchange before its time; see `Deadline`. */
export interface Ending {
	/** Aborts when the exchange is to end. Made when it is first asked for. */
	readonly signal: AbortSignal;
	/** Calls `listener` with the reason when the exchange is to end, or at once if it is already; replaces the listener before. */
	onEnd(listener: (reason: unknown) => void): void;
}

/**
 * Sends one request and resolves with the answer's head. Follows no redirect and judges no status.
 * @throws what kept the request from being answered, and the ending's reason
 */
export type Transport = (request: WireRequest, ending: Ending, onWritten?: () => void) => Promise<WireAnswer>;
