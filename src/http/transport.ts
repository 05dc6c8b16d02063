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
