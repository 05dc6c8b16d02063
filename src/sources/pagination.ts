import type {JsonPath} from '../base/json-path.ts';

/** Pages that each name the next one by a token, until the API says there is no more. */
export interface TokenPagination {
	readonly style: 'token';
	/** The parameter that carries the token; left out of the first request. */
	readonly tokenParameter: string;
	readonly sizeParameter: string;
	readonly defaultSize: number;
	readonly maxSize: number;
	/** Where an answer holds the next token and whether there is more; without the latter the last answer has no token. */
	readonly token: JsonPath;
	readonly more?: JsonPath;
	/** A token may also stand in the last answer, where it leads nowhere. Default false. */
	readonly tokenAtEnd?: boolean;
	/** The API is not documented: `more` may be 0 or 1, and a token a number. Default false. */
	readonly loose?: boolean;
}

/** Pages counted up one after the other, by their number or by the rows before them. */
export interface NumberedPagination {
	readonly style: 'numbered';
	readonly pageParameter: string;
	readonly sizeParameter: string;
	readonly defaultSize: number;
	readonly maxSize: number;
	/** What the page parameter counts. Default `pages`. */
	readonly counts?: 'pages' | 'rows';
	/** The page parameter of the first page. Default 1 for pages, 0 for rows. */
	readonly first?: number;
	/** Where an answer holds the number of its page, its page size and the number of pages, where it does. */
	readonly page?: JsonPath;
	readonly size?: JsonPath;
	readonly totalPages?: JsonPath;
	/** Where an answer holds the number of rows in all, or whether there is more. Without either an empty page is the last. */
	readonly total?: JsonPath;
	readonly more?: JsonPath;
}

/** Pages by offset into the rows of a query, which reaches only so many of them; the number of all rows is stated. */
export interface OffsetPagination {
	readonly style: 'offset';
	readonly offsetParameter: string;
	readonly sizeParameter: string;
	readonly defaultSize: number;
	readonly maxSize: number;
	/** Where an answer holds the number of rows in all: a decimal string, which may stop at the cap. */
	readonly total: JsonPath;
	/** Most rows that one query reaches, whatever the offset. */
	readonly cap: number;
	/** What the offset counts; `unknown` where the documentation leaves it open. */
	readonly counts: 'rows' | 'pages' | 'unknown';
}

/** How a source is read page by page, as data: the engine and the sandbox each do their half of it. */
export type Pagination = TokenPagination | NumberedPagination | OffsetPagination;
