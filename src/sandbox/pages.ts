import type {JsonPath} from '../base/json-path.ts';
import type {NumberedPagination, OffsetPagination, Pagination, TokenPagination} from '../sources/pagination.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {PageTokens} from './page-token.ts';
import {BadParameter, wholeNumber, type Parameters} from './parameters.ts';
import type {Order, Reader, Selection} from './selection.ts';
import type {Position} from './timeline.ts';

/** What a page is cut from. */
export interface PageRequest {
	readonly definition: SourceDefinition;
	readonly parameters: Parameters;
	readonly selection: Selection;
	readonly order: Order;
	readonly reader: Reader;
	readonly tokens: PageTokens;
	readonly offsets: OffsetReading;
}

/** How an API with offsets reads them, where its documentation leaves that open. */
export interface OffsetReading {
	readonly counts: 'rows' | 'pages';
	/** Most rows of a page; undefined: as many as are ever asked for. */
	readonly largestPage: number | undefined;
	/** Most rows that one query reaches; undefined: as documented. */
	readonly cap: number | undefined;
	/** `saturating`: the total never exceeds the cap. */
	readonly totals: 'honest' | 'saturating';
}

/** The rows of one page, and what the answer says about the pages, each value with its place. */
export interface Page {
	readonly positions: readonly Position[];
	readonly facts: readonly Fact[];
}

type Fact = readonly [place: JsonPath, value: unknown];

/** The facts that the answers of an API have a place for. */
function placed(facts: ReadonlyArray<readonly [place: JsonPath | undefined, value: unknown]>): Fact[] {
	return facts.flatMap(([place, value]): Fact[] => place === undefined ? [] : [[place, value]]);
}

/** Rows on a page when the request names no size: as documented, else what these APIs usually take. */
const documentedPageSizes: Readonly<Record<string, number>> = {'trae-openapi': 50};

const usualPageSize = 20;

/** The page that a request asks for. @throws BadParameter */
export function cutPage(request: PageRequest): Page {
	const {pagination} = request.definition;
	switch (pagination.style) {
		case 'token': return tokenPage(pagination, request);
		case 'numbered': return numberedPage(pagination, request);
		case 'offset': return offsetPage(pagination, request);
	}
}

function tokenPage(pagination: TokenPagination, {definition, parameters, selection, order, reader, tokens}: PageRequest): Page {
	const {tokenParameter, sizeParameter} = pagination;
	const size = pageSize(definition, pagination, parameters);
	const query = JSON.stringify([
		definition.name, Object.entries(parameters).filter(([name]) => name !== tokenParameter && name !== sizeParameter),
	]);
	const token = parameters[tokenParameter];
	const after = token === undefined ? undefined : tokens.read(query, String(token));
	if (token !== undefined && after === undefined) throw new BadParameter(tokenParameter, 'is not a token of this query');

	const found = reader.take(selection, order, after === undefined ? {} : {after}, size + 1);
	const positions = found.slice(0, size);
	const last = positions.at(-1);
	const more = found.length > size;
	return {
		positions,
		facts: placed([
			...((more || pagination.tokenAtEnd === true) && last !== undefined ? [[pagination.token, tokens.issue(query, last)] as const] : []),
			[pagination.more, more],
		]),
	};
}

function numberedPage(pagination: NumberedPagination, {definition, parameters, selection, order, reader}: PageRequest): Page {
	const size = pageSize(definition, pagination, parameters);
	const page = wholeNumber(parameters, pagination.pageParameter) ?? 1;
	if (page < 1) throw new BadParameter(pagination.pageParameter, 'must be at least 1');
	const total = reader.count(selection);
	return {
		positions: reader.take(selection, order, {skip: (page - 1) * size}, size),
		facts: placed([
			[pagination.page, page],
			[pagination.size, size],
			[pagination.total, total],
			[pagination.totalPages, Math.ceil(total / size)],
		]),
	};
}

/** A page must lie within the cap as a whole, as in a search engine's result window. */
function offsetPage(pagination: OffsetPagination, {definition, parameters, selection, order, reader, offsets}: PageRequest): Page {
	const {offsetParameter} = pagination;
	const cap = offsets.cap ?? pagination.cap;
	const size = pageSize(definition, pagination, parameters, offsets.largestPage);
	const offset = wholeNumber(parameters, offsetParameter) ?? 0;
	const skip = offsets.counts === 'rows' ? offset : offset * size;
	if (skip + size > cap) throw new BadParameter(offsetParameter, `reaches beyond the ${cap} rows that one query serves`);
	const total = reader.count(selection);
	return {
		positions: reader.take(selection, order, {skip}, size),
		facts: [[pagination.total, String(offsets.totals === 'saturating' ? Math.min(total, cap) : total)]],
	};
}

function pageSize(
	definition: SourceDefinition, {sizeParameter, maxSize}: Pagination, parameters: Parameters, largest = maxSize,
): number {
	const size = wholeNumber(parameters, sizeParameter) ?? Math.min(documentedPageSizes[definition.name] ?? usualPageSize, largest);
	if (size < 1 || size > largest) throw new BadParameter(sizeParameter, `must be between 1 and ${largest}`);
	return size;
}
