import type {JsonPath} from '../sources/types.ts';

/** Pages that each name the next one by a token, until the API says there is no more. */
export interface TokenPagination {
	readonly style: 'token';
	/** The parameter that carries the token; left out of the first request. */
	readonly tokenParameter: string;
	readonly sizeParameter: string;
	readonly defaultSize: number;
	readonly maxSize: number;
	/** Where an answer holds the next token and whether there is more. */
	readonly token: JsonPath;
	readonly more: JsonPath;
	/** A token may also stand in the last answer, where it leads nowhere. Default false. */
	readonly tokenAtEnd?: boolean;
}

/** Pages counted from 1, with the number of all rows stated in every answer. */
export interface NumberedPagination {
	readonly style: 'numbered';
	readonly pageParameter: string;
	readonly sizeParameter: string;
	readonly defaultSize: number;
	readonly maxSize: number;
	/** Where an answer holds the number of its page, its page size and the number of rows in all. */
	readonly page: JsonPath;
	readonly size: JsonPath;
	readonly total: JsonPath;
	readonly totalPages: JsonPath;
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
