import {ApiError} from '../base/errors.ts';
import type {JsonPath} from '../base/json-path.ts';
import {valueAt, wholeNumber} from '../json/value.ts';
import type {Pagination, NumberedPagination, TokenPagination} from '../sources/pagination.ts';

/** Parameters that ask for one page: numbers and strings by their API names. */
export type PageParameters = Readonly<Record<string, string | number>>;

/** One page as a pager sees it. */
export interface PageView {
	readonly body: unknown;
	/** Entries of this page. */
	readonly rows: number;
	/** Of those, entries that are no rows. Default 0. */
	readonly noRows?: number;
	/** Of those, rows that no earlier page of this reading held. */
	readonly fresh: number;
}

/** Steps from page to page of one reading of one window. */
export interface Pager {
	readonly first: PageParameters;
	/**
	 * The parameters of the page after this one, or undefined at the end.
	 * @throws ApiError when the API does not advance.
	 */
	next(page: PageView): PageParameters | undefined;
	/** The number of rows that the API states for the whole window, by its latest page. */
	readonly total: number | undefined;
	/** That number was another one on an earlier page of this reading. */
	readonly totalMoved: boolean;
}

/** Pages in a row that may bring nothing before it counts as an endless loop. */
const mostIdlePages = 100;

/** The parameters of a window's first page, in any style. */
export function firstPage(pagination: Pagination, pageSize: number): PageParameters {
	switch (pagination.style) {
		case 'token': return {[pagination.sizeParameter]: pageSize};
		case 'numbered': return {[pagination.pageParameter]: firstNumber(pagination), [pagination.sizeParameter]: pageSize};
		case 'offset': return {[pagination.sizeParameter]: pageSize, [pagination.offsetParameter]: 0};
	}
}

/** The pager of a pagination style. `label` starts error messages. */
export function createPager(pagination: Pagination, pageSize: number, label: string): Pager {
	switch (pagination.style) {
		case 'token': return tokenPager(pagination, pageSize, label);
		case 'numbered': return numberedPager(pagination, pageSize, label);
		case 'offset': throw new Error('offset pages are asked for beside each other, not one after the other');
	}
}

function firstNumber({first, counts}: NumberedPagination): number {
	return first ?? (counts === 'rows' ? 0 : 1);
}

/** Guards against APIs that answer for ever without bringing anything new. */
function idleGuard(label: string): (page: PageView) => void {
	let idle = 0;
	return page => {
		idle = page.fresh > 0 ? 0 : idle + 1;
		if (idle >= mostIdlePages) throw notAdvancing(label, `${idle} pages in a row brought nothing new`);
	};
}

function notAdvancing(label: string, what: string): ApiError {
	return new ApiError(`${label}: paging does not advance: ${what}`, {
		hint: 'this is a fault of the API; run the same command again, perhaps with a smaller --window',
	});
}

function unreadable(label: string, what: string): ApiError {
	return new ApiError(`${label}: the answer ${what}`, {
		hint: 'the API does not answer as documented; check --base-url, and run with --debug',
	});
}

function tokenPager(pagination: TokenPagination, pageSize: number, label: string): Pager {
	const used = new Set<string>();
	const size = {[pagination.sizeParameter]: pageSize};
	const checkIdle = idleGuard(label);
	return {
		first: firstPage(pagination, pageSize),
		total: undefined,
		totalMoved: false,
		next(page) {
			const more = pagination.more === undefined ? undefined : moreAt(page.body, pagination.more, {label, loose: pagination.loose});
			if (more === false) return undefined;
			const token = tokenAt(page.body, pagination.token, pagination.loose);
			if (token === undefined || (more === undefined && token === '0')) {
				if (more === undefined) return undefined;
				throw unreadable(label, `says there is more but gives no ${pagination.token.join('.')}`);
			}
			if (used.has(token)) throw notAdvancing(label, `the ${pagination.tokenParameter} of page ${used.size + 1} came before`);
			used.add(token);
			checkIdle(page);
			return {...size, [pagination.tokenParameter]: token};
		},
	};
}

/** @throws ApiError when the answer states none */
function totalAt(body: unknown, path: JsonPath, label: string): number {
	const total = wholeNumber(valueAt(body, path));
	if (total === undefined || total < 0) throw unreadable(label, `states no total (${path.join('.')})`);
	return total;
}

/** @throws ApiError when the answer does not say */
function moreAt(body: unknown, path: JsonPath, {label, loose = false}: {label: string; loose: boolean | undefined}): boolean {
	const more = valueAt(body, path);
	if (typeof more === 'boolean') return more;
	if (loose && (more === 0 || more === 1)) return more === 1;
	throw unreadable(label, `does not say whether there is more (${path.join('.')})`);
}

/** The next page's token; an empty one is none. */
function tokenAt(body: unknown, path: JsonPath, loose = false): string | undefined {
	const token = valueAt(body, path);
	const text = loose && typeof token === 'number' && Number.isSafeInteger(token) ? String(token) : token;
	return typeof text === 'string' && text !== '' ? text : undefined;
}

function numberedPager(pagination: NumberedPagination, pageSize: number, label: string): Pager {
	const checkIdle = idleGuard(label);
	const parameters = (number: number) => ({[pagination.pageParameter]: number, [pagination.sizeParameter]: pageSize});
	const first = firstNumber(pagination);
	let asked = 1;
	let emptyPages = 0;
	let delivered = 0;
	let total: number | undefined;
	let totalMoved = false;
	return {
		first: firstPage(pagination, pageSize),
		get total() {
			return total;
		},
		get totalMoved() {
			return totalMoved;
		},
		next(page) {
			const stated = pagination.total === undefined ? undefined : totalAt(page.body, pagination.total, label);
			totalMoved ||= total !== undefined && stated !== total;
			total = stated;
			// The API may serve smaller pages than asked for, and even than it says: rows count, not pages.
			const size = Math.max(1, (pagination.size === undefined ? undefined : wholeNumber(valueAt(page.body, pagination.size))) ?? pageSize);
			if (stated !== undefined && (asked - 1) * size >= stated && page.fresh === 0) return undefined;
			const number = pagination.page === undefined ? undefined : wholeNumber(valueAt(page.body, pagination.page));
			if (number !== undefined && number !== asked - 1 + first && page.rows > 0)
				throw notAdvancing(label, `page ${asked - 1 + first} was asked for, page ${number} came`);
			if (page.rows > (page.noRows ?? 0) && page.fresh === 0 && !totalMoved)
				throw notAdvancing(label, `page ${asked} repeats rows of earlier pages`);
			checkIdle(page);
			delivered += page.rows;
			emptyPages = page.rows === 0 ? emptyPages + 1 : 0;
			if (emptyPages >= 2) return undefined;
			if (stated === undefined) {
				if (pagination.more === undefined ? page.rows === 0 : !moreAt(page.body, pagination.more, {label, loose: true})) return undefined;
			// A full last page is followed by one more question: a total that is too low would otherwise hide rows.
			} else if (page.rows < size && (delivered >= stated || (page.rows === 0 && asked * size >= stated))) return undefined;
			asked++;
			return parameters(first + (pagination.counts === 'rows' ? delivered : asked - 1));
		},
	};
}
