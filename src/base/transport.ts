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
