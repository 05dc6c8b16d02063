import type {Replies} from './replies.ts';

/** What an API's handler is given beside the request. */
export interface Arrival {
	/** When the request arrived, Unix milliseconds. */
	readonly at: number;
	readonly replies: Replies;
	/** Told of the parameters as sent, once they are read. */
	readonly seen: (params: Readonly<Record<string, unknown>>) => void;
}

/** Answers one request of one API. */
export type ApiHandler = (request: Request, arrival: Arrival) => Promise<Response>;
