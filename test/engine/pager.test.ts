import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createPager, firstPage, type PageParameters} from '../../src/engine/pager.ts';
import type {NumberedPagination, OffsetPagination, TokenPagination} from '../../src/sources/pagination.ts';
import {ApiError} from '../../src/base/errors.ts';

const byToken: TokenPagination = {
	style: 'token', tokenParameter: 'page_token', sizeParameter: 'page_size', defaultSize: 20, maxSize: 100,
	token: ['data', 'page_token'], more: ['data', 'has_more'],
};
const byNumber: NumberedPagination = {
	style: 'numbered', pageParameter: 'page', sizeParameter: 'page_size', defaultSize: 50, maxSize: 200,
	page: ['data', 'pagination', 'page'], size: ['data', 'pagination', 'page_size'], total: ['data', 'pagination', 'total'], totalPages: ['data', 'pagination', 'total_pages'],
};

/** What a call throws, which must be the API's fault and say what to do. */
function fault(call: () => unknown): ApiError {
	try {
		call();
	} catch (error) {
		if (error instanceof ApiError) return error;
	}
	throw new Error('no ApiError was thrown');
}

const tokenPage = (data: Record<string, unknown>, fresh = 1) => ({body: {code: 0, data}, rows: fresh, fresh});

describe('page tokens', () => {
	it('asks for the first page without a token, then with each token as it came', () => {
		const pager = createPager(byToken, 30, 'test');
		expect(pager.first).toEqual({page_size: 30});
		expect(pager.next(tokenPage({has_more: true, page_token: 'a'}))).toEqual({page_size: 30, page_token: 'a'});
		expect(pager.next(tokenPage({has_more: true, page_token: 'b'}))).toEqual({page_size: 30, page_token: 'b'});
		expect(pager).toMatchObject({total: undefined, totalMoved: false});
	});

	it('tells which page repeated a token, and what to do', () => {
		const pager = createPager(byToken, 30, 'test');
		for (const token of ['a', 'b']) pager.next(tokenPage({has_more: true, page_token: token}));
		expect(fault(() => pager.next(tokenPage({has_more: true, page_token: 'a'})))).toMatchObject({
			message: 'test: paging does not advance: the page_token of page 3 came before',
			hint: 'this is a fault of the API; run the same command again, perhaps with a smaller --window',
		});
	});

	it('goes on after an empty page that names a next one', () => {
		expect(createPager(byToken, 30, 'test').next(tokenPage({has_more: true, page_token: 'a', items: []}, 0))).toEqual({page_size: 30, page_token: 'a'});
	});

	it('stops when there is no more, also when a token comes along', () => {
		expect(createPager(byToken, 30, 'test').next(tokenPage({has_more: false, page_token: 'a'}))).toBeUndefined();
	});

	it('stops the run when a token repeats, however many came between', () => {
		fc.assert(fc.property(fc.uniqueArray(fc.string({minLength: 1}), {minLength: 1, maxLength: 30}), fc.nat(), (tokens, choice) => {
			const pager = createPager(byToken, 30, 'test');
			for (const token of tokens) pager.next(tokenPage({has_more: true, page_token: token}));
			expect(() => pager.next(tokenPage({has_more: true, page_token: tokens[choice % tokens.length]}))).toThrow(/does not advance.*came before/);
		}));
	});

	it.each([
		['no has_more', {page_token: 'a'}, 'does not say whether there is more (data.has_more)'],
		['a has_more that is no boolean', {has_more: 1, page_token: 'a'}, 'does not say whether there is more'],
		['no token', {has_more: true}, 'gives no data.page_token'],
		['an empty token', {has_more: true, page_token: ''}, 'gives no data.page_token'],
		['a token that is no string', {has_more: true, page_token: 7}, 'gives no data.page_token'],
	])('refuses an answer with %s', (_, data, message) => {
		const pager = createPager(byToken, 30, 'test');
		const {message: told, hint} = fault(() => pager.next(tokenPage(data)));
		expect(told).toContain(message);
		expect(hint).toBe('the API does not answer as documented; check --base-url, and run with --debug');
	});

	it('ends a row of 100 pages that bring nothing new, and no shorter one', () => {
		const pager = createPager(byToken, 30, 'test');
		const idle = (count: number, from: number) => {
			for (let page = 0; page < count; page++) pager.next(tokenPage({has_more: true, page_token: `t${from + page}`}, 0));
		};
		idle(99, 0);
		pager.next(tokenPage({has_more: true, page_token: 'fresh'}));
		idle(99, 100);
		expect(() => pager.next(tokenPage({has_more: true, page_token: 'last'}, 0))).toThrow('100 pages in a row brought nothing new');
	});
});

/** Reads everything from a server with `rows` rows; says which rows came and how often the server was asked. */
function readAll({rows, pageSize, serverSize, total, write = value => value}: {
	rows: number; pageSize: number;
	/** The most rows that the server puts into one page. */
	serverSize: number;
	/** The total that the server states. */
	total: number;
	/** How the server writes its numbers. */
	write?: (value: number) => unknown;
}) {
	const pager = createPager(byNumber, pageSize, 'test');
	const seen = new Set<number>();
	const sizes = new Set<unknown>();
	let requests = 0;
	for (let parameters: PageParameters | undefined = pager.first; parameters !== undefined;) {
		if (++requests > 1000) throw new Error('no end');
		sizes.add(parameters['page_size']);
		const page = Number(parameters['page']);
		const size = Math.min(Number(parameters['page_size']), serverSize);
		const start = (page - 1) * size;
		const served = Array.from({length: Math.max(0, Math.min(size, rows - start))}, (_, index) => start + index);
		const fresh = served.filter(row => !seen.has(row)).length;
		for (const row of served) seen.add(row);
		const pagination = {page: write(page), page_size: write(size), total: write(total)};
		parameters = pager.next({body: {code: 0, data: {pagination}}, rows: served.length, fresh});
	}
	return {read: seen.size, requests, sizes: [...sizes], pager};
}

const table = {rows: fc.integer({min: 0, max: 500}), pageSize: fc.integer({min: 1, max: 60}), serverSize: fc.integer({min: 1, max: 60})};

describe('numbered pages', () => {
	it('reads every row of any table, also from a server that serves smaller pages, with one request to spare', () => {
		fc.assert(fc.property(table.rows, table.pageSize, table.serverSize, (rows, pageSize, serverSize) => {
			const {read, requests, sizes, pager} = readAll({rows, pageSize, serverSize, total: rows});
			expect(read).toBe(rows);
			expect(sizes).toEqual([pageSize]);
			expect(requests).toBeLessThanOrEqual(Math.ceil(rows / Math.min(pageSize, serverSize)) + 1);
			expect(pager.total).toBe(rows);
			expect(pager.totalMoved).toBe(false);
		}));
	});

	it('reads every row and comes to an end whatever total the API states', () => {
		fc.assert(fc.property(table.rows, table.pageSize, table.serverSize, fc.integer({min: 0, max: 1000}), (rows, pageSize, serverSize, total) => {
			const {read, requests, pager} = readAll({rows, pageSize, serverSize, total});
			expect(read).toBe(rows);
			expect(pager.total).toBe(total);
			expect(requests).toBeLessThanOrEqual(Math.ceil(rows / Math.min(pageSize, serverSize)) + 2);
		}));
	});

	it('reads totals that are written as strings', () => {
		expect(readAll({rows: 30, pageSize: 20, serverSize: 20, total: 30, write: String})).toMatchObject({read: 30, requests: 2, pager: {total: 30}});
	});

	it('notices a total that moves', () => {
		const pager = createPager(byNumber, 10, 'test');
		const page = (number: number, total: number) => ({body: {data: {pagination: {page: number, page_size: 10, total}}}, rows: 10, fresh: 10});
		pager.next(page(1, 30));
		expect(pager.totalMoved).toBe(false);
		pager.next(page(2, 31));
		pager.next(page(3, 31));
		expect(pager).toMatchObject({total: 31, totalMoved: true});
	});

	it('ends the run when another page came than was asked for', () => {
		const pager = createPager(byNumber, 10, 'test');
		expect(() => pager.next({body: {data: {pagination: {page: 2, page_size: 10, total: 30}}}, rows: 10, fresh: 10})).toThrow('page 1 was asked for, page 2 came');
	});

	it('ends the run when a page repeats rows although nothing moved, and goes on when something did', () => {
		const repeated = (total: number) => {
			const pager = createPager(byNumber, 10, 'test');
			pager.next({body: {data: {pagination: {page: 1, page_size: 10, total: 30}}}, rows: 10, fresh: 10});
			return () => pager.next({body: {data: {pagination: {page: 2, page_size: 10, total}}}, rows: 10, fresh: 0});
		};
		expect(repeated(30)).toThrow('page 2 repeats rows of earlier pages');
		expect(repeated(40)()).toEqual({page: 3, page_size: 10});
	});

	const numbered = (rows: number, {total, page, fresh = rows, size = 10}: {total: number; page: number; fresh?: number; size?: number}) =>
		({body: {data: {pagination: {page, page_size: size, total}}}, rows, fresh});

	it('end without a word where the API serves its last page again beyond the end', () => {
		const pager = createPager(byNumber, 10, 'test');
		pager.next(numbered(10, {total: 20, page: 1}));
		expect(pager.next(numbered(10, {total: 20, page: 2}))).toEqual({page: 3, page_size: 10});
		expect(pager.next(numbered(10, {total: 20, page: 2, fresh: 0}))).toBeUndefined();
		expect(pager.totalMoved).toBe(false);
	});

	it('go on after a page that holds fewer rows than the API says, until there are as many as it states', () => {
		const pager = createPager(byNumber, 10, 'test');
		expect(pager.next(numbered(5, {total: 9, page: 1}))).toEqual({page: 2, page_size: 10});
		expect(pager.next(numbered(4, {total: 9, page: 2}))).toBeUndefined();
	});

	it.each([[25, true], [30, true], [31, false], [45, false]])('after 15 rows and an empty third page, a total of %i ends them: %s', (total, ended) => {
		const pager = createPager(byNumber, 10, 'test');
		pager.next(numbered(10, {total, page: 1}));
		pager.next(numbered(5, {total, page: 2}));
		expect(pager.next(numbered(0, {total, page: 3}))).toEqual(ended ? undefined : {page: 4, page_size: 10});
	});

	it('end after two empty pages in a row, whatever the total', () => {
		const pager = createPager(byNumber, 10, 'test');
		pager.next(numbered(10, {total: 100, page: 1}));
		expect(pager.next(numbered(0, {total: 100, page: 2}))).toEqual({page: 3, page_size: 10});
		expect(pager.next(numbered(10, {total: 100, page: 3}))).toEqual({page: 4, page_size: 10});
		expect(pager.next(numbered(0, {total: 100, page: 4}))).toEqual({page: 5, page_size: 10});
		expect(pager.next(numbered(0, {total: 100, page: 5}))).toBeUndefined();
	});

	it('may be called anything where they are empty', () => {
		const pager = createPager(byNumber, 10, 'test');
		pager.next(numbered(10, {total: 30, page: 1}));
		expect(pager.next(numbered(0, {total: 30, page: 0}))).toEqual({page: 3, page_size: 10});
	});

	it.each([[undefined], [null], [-1], ['many'], [1.5]])('refuses an answer whose total is %j', total => {
		const pager = createPager(byNumber, 10, 'test');
		expect(() => pager.next({body: {data: {pagination: {page: 1, page_size: 10, total}}}, rows: 1, fresh: 1})).toThrow('states no total (data.pagination.total)');
	});
});

describe('pages of APIs that nobody documents', () => {
	const page = (data: Record<string, unknown>, rows: number) => ({body: {data}, rows, fresh: rows});
	const next: TokenPagination = {style: 'token', tokenParameter: 'cursor', sizeParameter: 'size', defaultSize: 2, maxSize: 2, token: ['data', 'next'], loose: true};
	const rows: NumberedPagination = {style: 'numbered', counts: 'rows', pageParameter: 'offset', sizeParameter: 'limit', defaultSize: 2, maxSize: 2};

	it.each([undefined, null, '', '0', 0])('end where no flag says so and the next cursor is %j', token => {
		const pager = createPager(next, 2, 'test');
		expect(pager.next(page({next: 17}, 2))).toEqual({size: 2, cursor: '17'});
		expect(pager.next(page({next: token}, 2))).toBeUndefined();
	});

	it('take 0 and 1 for false and true', () => {
		const pager = createPager({...next, more: ['data', 'more']}, 2, 'test');
		expect(pager.next(page({more: 1, next: 'a'}, 2))).toEqual({size: 2, cursor: 'a'});
		expect(pager.next(page({more: 0, next: 'b'}, 2))).toBeUndefined();
		const byRows = createPager({...rows, more: ['data', 'more']}, 2, 'test');
		expect(byRows.next(page({more: 1}, 2))).toEqual({offset: 2, limit: 2});
		expect(byRows.next(page({more: 0}, 2))).toBeUndefined();
	});

	it.each([2, -1, 'yes', '1', null])('take %j for neither', more => {
		expect(fault(() => createPager({...next, more: ['data', 'more']}, 2, 'test').next(page({more, next: 'a'}, 2))).message).toContain('does not say whether there is more (data.more)');
		expect(fault(() => createPager({...rows, more: ['data', 'more']}, 2, 'test').next(page({more}, 2))).message).toContain('does not say whether there is more (data.more)');
	});

	it('are counted from 0 where the first one is', () => {
		const pager = createPager({...rows, counts: 'pages', first: 0, total: ['data', 'total']}, 2, 'test');
		expect(pager.first).toEqual({offset: 0, limit: 2});
		expect(pager.next(page({total: 3}, 2))).toEqual({offset: 1, limit: 2});
		expect(pager.next(page({total: 3}, 1))).toBeUndefined();
	});

	it('are counted by the rows that came, not by those that were asked for', () => {
		const pager = createPager({...rows, more: ['data', 'more']}, 100, 'test');
		expect(pager.first).toEqual({offset: 0, limit: 100});
		expect(pager.next(page({more: true}, 30))).toEqual({offset: 30, limit: 100});
		expect(pager.next(page({more: true}, 30))).toEqual({offset: 60, limit: 100});
		expect(pager.next(page({more: false}, 1))).toBeUndefined();
	});

	it('end with an empty page where nothing tells of the end', () => {
		const pager = createPager(rows, 2, 'test');
		expect(pager.next(page({}, 1))).toEqual({offset: 1, limit: 2});
		expect(pager.next(page({}, 0))).toBeUndefined();
	});
});

describe('offset pages', () => {
	const byOffset: OffsetPagination = {style: 'offset', offsetParameter: 'offset', sizeParameter: 'size', defaultSize: 100, maxSize: 100, total: ['data', 'total'], cap: 1000, counts: 'unknown'};

	it('start at the first row', () => {
		expect(firstPage(byOffset, 30)).toEqual({size: 30, offset: 0});
	});

	it('are not stepped through, but read beside each other', () => {
		expect(() => createPager(byOffset, 30, 'test')).toThrow('beside each other');
	});
});
