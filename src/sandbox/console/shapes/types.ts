import type {FilterName, SearchKind} from '../../../sources/app-log-kinds.ts';
import type {AnswerShape} from '../../answer-shape.ts';
import type {ConsolePage, ConsoleQuery, ConsoleRange, PageStart} from '../log.ts';
import type {ConsoleSearch} from '../searches.ts';

/** A search as it was asked for in one wire shape. */
export interface ConsoleRequest {
	/** The parameters as sent. */
	readonly sent: Readonly<Record<string, unknown>>;
	/** Reads them. @throws BadParameter */
	read(search: ConsoleSearch): ConsoleQuery & {readonly start: PageStart; readonly size: number};
	/** Reads the time range alone. @throws BadParameter */
	range(): ConsoleRange;
}

/** Why the console does not answer with rows. */
export type ConsoleRefusal = 'csrf' | 'rate' | 'parameter';

/** How a console speaks on the wire. None is known of the real one, so there are several to learn. */
export interface ConsoleShape {
	readonly method: 'GET' | 'POST';
	readonly searchPath: (kind: SearchKind, appId: string) => string;
	/** Counts over the same range as a search, without its rows. */
	readonly statisticsPath: (kind: SearchKind, appId: string) => string;
	readonly csrfHeader: string;
	/** The sizes of a page that the console offers; the last is the most that may be asked for. */
	readonly pageSizes: readonly number[];
	/** @throws BadParameter when the request is nothing that could be read. */
	readonly accept: (request: Request) => Promise<ConsoleRequest>;
	/** The JSON of a good answer with a page of rows. */
	readonly page: (page: ConsolePage, search: ConsoleSearch, kind: SearchKind) => string;
	/** A good answer with anything else. */
	readonly success: (content: object) => object;
	readonly refusal: (why: ConsoleRefusal, detail: string) => {readonly status: number; readonly body: object};
	/** The answer to a request without a session. */
	readonly signedOut: (signInPath: string) => Response;
	readonly names: WireNames;
	/** Where requests and answers of a search hold their parts. */
	readonly answer: (kind: SearchKind) => AnswerShape;
	/**
	 * Browser code that declares `wire`: `request({path, statisticsPath, start, end, filters, index, size, cursor})` gives
	 * `{search, statistics}`, each with `url` and maybe `body`; `read(answer)` gives `{rows, total?, hasNext?, cursor?}` or throws
	 * what went wrong; `time(value)` gives milliseconds. `start` and `end` are milliseconds, `filters` a list of
	 * `{name, many, split, values}`, `index` counts pages from 0.
	 */
	readonly script: string;
}

/** What the parts of a search and of its rows are called on the wire. */
export interface WireNames {
	readonly filter: (name: FilterName) => string;
	/** One of the choices of a filter, and of the row's field of the same name. */
	readonly choice: (choice: string, choices: readonly string[]) => string | number;
	/** Where a row holds a field, dotted. */
	readonly field: (field: string, kind: SearchKind) => string;
	/** Writes Unix milliseconds. */
	readonly time: (ms: number) => string | number;
}
